//! Properties of PATCH: what comes out is a valid resource, adding twice is adding once, a failure
//! changes nothing, and no body makes it panic.
//!
//! At least 100,000 cases: 70,000 mutated bodies + 70,000 values of any shape + 3 × 10,000 lists of
//! random operations = 170,000, all of which go through the request parser or `apply`. To `apply` come
//! the 70,000 values in compat, those with a path (7 of 8, some 61,000) in strict again, and at least
//! 20,000 lists of operations: 150,000 or so, without the mutated bodies that are requests still.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::*;
use crate::schema::USER_SCHEMA;
use crate::{accept, parse_object, testing};

fn body_of(ops: &[PatchOp]) -> Value {
    let ops = ops.iter().map(|op| {
        let mut body = json!({"op": op.op.as_str()});
        if let Some(path) = &op.path {
            body["path"] = Value::String(path.to_string());
        }
        if let Some(value) = &op.value {
            body["value"] = value.clone();
        }
        body
    });
    json!({"schemas": [PATCH_OP_SCHEMA], "Operations": ops.collect::<Vec<_>>()})
}

/// Reads a body and, if it is a request, applies it.
fn read_and_apply(bytes: &[u8], resource: &Resource) {
    let Ok(body) = parse_object(bytes) else {
        return;
    };
    for mode in [Mode::Compat, Mode::Strict] {
        if let Ok(request) = PatchRequest::parse(body.clone(), mode) {
            let _ = apply(resource, &request.operations, testing::user_type(), mode);
        }
        let _ = accept(body.clone(), testing::user_type(), mode);
    }
}

const PIECES: &[&str] = &[
    "\"op\":",
    "\"add\"",
    "\"Remove\"",
    "\"path\":",
    "\"value\":",
    "null",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "true",
    "\"emails[type eq \\\"work\\\"].value\"",
    "\"Operations\"",
    "\"members\"",
    "1e999",
    "-0",
    "é",
    "\u{0}",
    "[[[[",
    "{\"a\":",
    "\"id\"",
    "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"",
    "\"emails\"",
    "\"name.givenName\"",
];

/// A valid body with a few of its bytes replaced, removed or followed by a piece.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), 0_u8..4, select(PIECES), any::<u8>());
    let valid = testing::operations().prop_map(|ops| body_of(&ops).to_string().into_bytes());
    (valid, proptest::collection::vec(change, 1..4)).prop_map(|(mut bytes, changes)| {
        for (index, kind, piece, byte) in changes {
            let at = index.index(bytes.len().max(1));
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => bytes.truncate(at),
                _ => drop(bytes.splice(at..at, piece.bytes())),
            }
        }
        bytes
    })
}

/// JSON of any shape, with the names that matter here and there.
fn any_json() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] = &[
        "op",
        "path",
        "value",
        "Operations",
        "schemas",
        "id",
        "emails",
        "type",
        "primary",
        "name.givenName",
        "a b",
        "",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "manager",
        "active",
        "[",
        "emails[type eq \"a\"]",
        "groups",
        "userName",
        "x509Certificates",
        "profileUrl",
    ];
    let leaf = prop_oneof![
        select(vec![
            json!(null),
            json!(true),
            json!(0),
            json!(-1.5),
            json!(u64::MAX),
            json!("add"),
            json!("replace"),
            json!("Remove")
        ]),
        select(NAMES).prop_map(Value::from),
        select(testing::TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((select(NAMES), inner), 0..4).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(70_000) })]

    #[test]
    fn a_mutated_body_is_applied_or_fails(bytes in mutated()) {
        read_and_apply(&bytes, &fixed());
    }

    #[test]
    fn any_value_is_applied_or_fails(value in any_json(), op in select(vec!["add", "replace", "remove"]), path in 0_usize..8) {
        let paths = ["emails", "name", "emails[type eq \"work\"]", "emails.value", "title", "schemas", "active"];
        let op = match paths.get(path) {
            Some(path) => json!({"op": op, "path": path, "value": value}),
            None => json!({"op": op, "value": value}),
        };
        let body = json!({"schemas": [PATCH_OP_SCHEMA], "Operations": [op]});
        read_and_apply(body.to_string().as_bytes(), &fixed());
        read_and_apply(value.to_string().as_bytes(), &fixed());
    }
}

/// A user with some of everything, always the same: making one is what takes time.
fn fixed() -> Resource {
    let attributes = json!({
        "userName": "b",
        "name": {"givenName": "K"},
        "emails": [{"value": "a", "type": "work", "primary": true}, {"value": "b"}],
        "title": "T"
    });
    Resource {
        id: "u1".to_owned(),
        version: 1,
        created: crate::Timestamp::from_millis(0),
        modified: crate::Timestamp::from_millis(0),
        attributes: attributes.as_object().unwrap().clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn what_comes_out_is_a_valid_resource(
        resource in testing::resource(),
        ops in testing::operations(),
        mode in select(vec![Mode::Compat, Mode::Strict]),
    ) {
        let before = resource.clone();
        if let Ok(Patched { attributes: after, .. }) = apply(&resource, &ops, testing::user_type(), mode) {
            let mut body = after.clone();
            body.insert("schemas".to_owned(), json!([USER_SCHEMA]));
            prop_assert_eq!(accept(body, testing::user_type(), Mode::Compat), Ok(after));
        }
        prop_assert_eq!(resource, before);
    }

    #[test]
    fn adding_twice_is_adding_once(resource in testing::resource(), ops in testing::operations()) {
        let is_plain_add = |op: &PatchOp| {
            op.op == OpKind::Add && matches!(op.path, None | Some(PatchPath::Attr(_)))
        };
        let Some(op) = ops.into_iter().find(is_plain_add) else { return Ok(()) };
        let ops = [op];
        if let Ok(once) = apply(&resource, &ops, testing::user_type(), Mode::Compat) {
            let resource = Resource { attributes: once.attributes.clone(), ..resource };
            prop_assert_eq!(apply(&resource, &ops, testing::user_type(), Mode::Compat), Ok(once));
        }
    }

    #[test]
    fn a_request_means_what_its_operations_mean(resource in testing::resource(), ops in testing::operations()) {
        let body = body_of(&ops);
        let parsed = PatchRequest::parse(body.as_object().unwrap().clone(), Mode::Compat);
        prop_assert_eq!(parsed.map(|request| request.operations), Ok(ops.clone()));
        let all = apply(&resource, &ops, testing::user_type(), Mode::Compat).map(|all| all.attributes);
        let mut one_by_one = Ok(resource.attributes.clone());
        for op in &ops {
            one_by_one = one_by_one.and_then(|attributes| {
                let resource = Resource { attributes, ..resource.clone() };
                apply(&resource, std::slice::from_ref(op), testing::user_type(), Mode::Compat).map(|one| one.attributes)
            });
        }
        if let Ok(one_by_one) = one_by_one {
            prop_assert_eq!(all, Ok(one_by_one));
        }
    }
}
