use serde_json::{Value, json};

use super::define::{err, ok};
use super::*;

/// A complex attribute `x` with a sub-attribute `y` that is refused.
#[track_caller]
fn err_sub(sub: Value, expected: &str) {
    let mut sub = sub;
    sub.as_object_mut()
        .unwrap()
        .entry("name")
        .or_insert(json!("y"));
    err(
        json!({"type": "complex", "multiValued": true, "subAttributes": [sub]}),
        expected,
    );
}

#[test]
fn err_complex_attributes() {
    err(
        json!({"type": "complex"}),
        "`x` is complex; add `subAttributes`",
    );
    err(
        json!({"subAttributes": [{"name": "y"}]}),
        "`x` is of type string; remove `subAttributes`",
    );
    err_sub(
        json!({"type": "complex"}),
        "`x.y`: a sub-attribute cannot have sub-attributes",
    );
    err_sub(
        json!({"subAttributes": [{"name": "z"}]}),
        "`x.y`: a sub-attribute cannot have sub-attributes",
    );
    err_sub(
        json!({"name": "Value"}),
        "`x.Value` means `value`; write it so",
    );
    err_sub(
        json!({"name": "primary"}),
        "`x.primary` says which value is the primary one",
    );
}

#[test]
fn err_characteristics_that_exclude_each_other() {
    err(
        json!({"mutability": "readOnly"}),
        "`x` is readOnly, so that nobody could ever set it",
    );
    err(
        json!({"mutability": "readOnly", "required": true}),
        "`x` is readOnly, so that nobody could ever set it",
    );
    err_sub(json!({"mutability": "readOnly"}), "`x.y` is readOnly");
    err(
        json!({"mutability": "writeOnly", "returned": "default"}),
        "`x` is writeOnly, and so is never returned; set `returned` to never",
    );
    let never = |other: &str, value: Value| json!({"returned": "never", other: value});
    err(
        never("mutability", json!("immutable")),
        "`x` is never returned, so that nobody could tell",
    );
    err(
        never("required", json!(true)),
        "`x` is never returned, so that a client could not send it back",
    );
    err(
        never("uniqueness", json!("server")),
        "`x` is never returned, which a refusal",
    );
    err_sub(
        json!({"returned": "never"}),
        "`x.y` would be never returned, unlike the rest of `x`",
    );
    err_sub(
        json!({"mutability": "writeOnly"}),
        "`x.y` would be never returned",
    );
    err(
        json!({"type": "complex", "returned": "never", "subAttributes": [{"name": "y", "uniqueness": "server"}]}),
        "`x.y` is part of what is never returned",
    );
    let secret = json!({"name": "x", "type": "complex", "returned": "never", "subAttributes": [
        {"name": "y", "mutability": "writeOnly"}, {"name": "z", "required": true}
    ]});
    assert_eq!(ok(secret).returned, Returned::Never);
}

#[test]
fn err_characteristics_that_the_type_does_not_have() {
    for kind in ["boolean", "decimal", "dateTime", "binary"] {
        let expected = format!("`x` is of type {kind}, which cannot be unique");
        err(json!({"type": kind, "uniqueness": "server"}), &expected);
    }
    for kind in ["boolean", "decimal", "dateTime", "integer"] {
        let expected = format!("`x` is of type {kind}, which has no case");
        err(json!({"type": kind, "caseExact": true}), &expected);
    }
    let sub = json!([{"name": "y"}]);
    err(
        json!({"type": "complex", "uniqueness": "global", "subAttributes": sub}),
        "`x` is of type complex, which cannot be unique",
    );
    err(
        json!({"type": "integer", "canonicalValues": ["1"]}),
        "`x` is of type integer; remove `canonicalValues`",
    );
    err(
        json!({"referenceTypes": ["User"]}),
        "`x` is of type string; remove `referenceTypes`",
    );
    err(
        json!({"type": "reference"}),
        "`x` is a reference; add `referenceTypes`",
    );
    err(
        json!({"type": "reference", "referenceTypes": ["User", "a b"]}),
        "`x` has the reference type `a b`",
    );
    for kind in ["string", "integer"] {
        let unique =
            json!({"name": "x", "type": kind, "uniqueness": "global", "multiValued": true});
        assert_eq!(ok(unique).uniqueness, Uniqueness::Global);
    }
}
