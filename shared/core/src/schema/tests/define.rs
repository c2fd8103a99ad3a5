use serde_json::{Value, json};

use super::*;
use crate::{ScimError, ScimType};

fn define(body: Value) -> Result<Schema, ScimError> {
    Schema::define(body.as_object().unwrap().clone())
}

/// A schema with these attributes.
pub(super) fn with(attributes: Value) -> Result<Schema, ScimError> {
    define(json!({"id": "urn:example:2.0:Device", "attributes": attributes}))
}

/// The one attribute of a schema, as it is defined.
#[track_caller]
pub(super) fn ok(attribute: Value) -> Attribute {
    with(json!([attribute])).unwrap().attributes.remove(0)
}

#[track_caller]
fn check(result: Result<Schema, ScimError>, scim_type: ScimType, expected: &str) {
    let error = result.unwrap_err();
    assert_eq!((error.status, error.scim_type), (400, Some(scim_type)));
    assert_eq!(error.detail, expected);
}

/// An attribute that is refused, with what is said of `x`.
#[track_caller]
pub(super) fn err(mut attribute: Value, expected: &str) {
    attribute
        .as_object_mut()
        .unwrap()
        .insert("name".to_owned(), json!("x"));
    let error = with(json!([attribute])).unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::InvalidValue));
    assert!(error.detail.starts_with(expected), "{}", error.detail);
}

#[test]
fn what_is_left_out_takes_its_default() {
    let schema = define(json!({"id": "urn:example:2.0:Device", "attributes": [{"name": "x"}]}));
    let expected: Attribute = serde_json::from_value(json!({"name": "x"})).unwrap();
    let schema = schema.unwrap();
    assert_eq!(schema.attributes, [expected]);
    assert_eq!(
        (schema.name.as_str(), schema.description.as_str()),
        ("", "")
    );
    let pin = ok(json!({"name": "pin", "mutability": "writeOnly"}));
    assert_eq!(pin.returned, Returned::Never);
    let null = ok(json!({"name": "x", "type": null, "subAttributes": [], "uniqueness": null}));
    assert_eq!(null.kind, AttributeType::String);
}

#[test]
fn references_and_binaries_are_case_exact() {
    let manual = json!({"name": "x", "type": "reference", "caseExact": false, "referenceTypes": ["external", "User"]});
    assert!(ok(manual).case_exact);
    assert!(ok(json!({"name": "x", "type": "binary"})).case_exact);
    assert!(!ok(json!({"name": "x", "type": "string"})).case_exact);
}

#[test]
fn names_and_keywords_may_be_in_any_case() {
    let attribute = ok(
        json!({"Name": "since", "TYPE": "datetime", "multivalued": true, "Returned": "REQUEST"}),
    );
    assert_eq!(
        (attribute.kind, attribute.multi_valued, attribute.returned),
        (AttributeType::DateTime, true, Returned::Request)
    );
}

/// What `/Schemas` shows of a schema.
fn shown(schema: &Schema) -> Value {
    let mut wire = serde_json::to_value(schema).unwrap();
    wire["schemas"] = json!([SCHEMA_SCHEMA]);
    wire["meta"] = json!({"resourceType": "Schema", "location": "https://a.example/Schemas/x"});
    wire
}

#[test]
fn a_document_that_was_read_can_be_sent_back() {
    let device = &crate::testing::device_type();
    for schema in [&device.schema, &device.extensions[0].schema] {
        assert_eq!(define(shown(schema)).as_ref(), Ok(schema));
    }
}

/// The schemas of the RFC would be accepted under another URI, but for what only the server sets.
#[test]
fn the_schemas_of_the_rfc_can_be_taken_as_a_model() {
    for mut schema in [Schema::user(), Schema::group(), Schema::enterprise_user()] {
        schema.id = "urn:example:2.0:Model".to_owned();
        let can_be_set = |attr: &Attribute| attr.mutability != Mutability::ReadOnly;
        schema.attributes.retain(can_be_set);
        for attr in &mut schema.attributes {
            attr.sub_attributes.retain(can_be_set);
            // Relations are those of the built-in types alone.
            attr.relation = None;
        }
        assert_eq!(define(shown(&schema)), Ok(schema));
    }
}

#[test]
fn err_the_id() {
    let with_id = |id: &str| define(json!({"id": id, "attributes": [{"name": "x"}]}));
    for id in [
        "urn:example:a",
        "https://a.example/schemas/device",
        "urn:ietf:params:scim:schemas:extension:example:2.0:User",
    ] {
        assert!(with_id(id).is_ok(), "{id}");
    }
    for id in [
        "Device", "urn:", "1urn:a", "urn:a b", "urn:é", "u_n:a", "urn:a,b", "urn:a[b]",
    ] {
        let error = with_id(id).unwrap_err();
        assert!(error.detail.contains("which is not a URI"), "{id}: {error}");
    }
    for id in [
        USER_SCHEMA,
        ENTERPRISE_USER_SCHEMA,
        "URN:ietf:params:scim:SCHEMAS:core:2.0:user",
        "urn:ietf:params:scim:schemas:core:2.0:Device",
        "urn:ietf:params:scim:api:messages:2.0:Error",
        "urn:ietf:params:scim:schemas:extension:Enterprise:2.0:Robot",
    ] {
        let error = with_id(id).unwrap_err();
        assert!(
            error.detail.contains("belongs to the SCIM standards"),
            "{id}: {error}"
        );
    }
    check(
        with_id(&format!("urn:{}", "a".repeat(200))),
        ScimType::InvalidValue,
        "`id` is 204 bytes long; the limit is 200",
    );
    check(
        define(json!({"attributes": [{"name": "x"}]})),
        ScimType::InvalidValue,
        "`id` is missing; give the URI of the schema, such as `urn:example:2.0:Device`",
    );
}

#[test]
fn err_an_unknown_member_is_no_typo_to_pass_over() {
    check(
        with(json!([{"name": "x", "multiValue": true}])),
        ScimType::InvalidSyntax,
        "`x`: `multiValue` is unknown; remove it, or use one of name, type, multiValued, description, required, \
         canonicalValues, caseExact, mutability, returned, uniqueness, referenceTypes, subAttributes",
    );
    check(
        with(json!([{"name": "x", "type": "complex", "subAttributes": [{"name": "y", "sub": 1}]}])),
        ScimType::InvalidSyntax,
        "`x.y`: `sub` is unknown; remove it, or use one of name, type, multiValued, description, required, \
         canonicalValues, caseExact, mutability, returned, uniqueness, referenceTypes, subAttributes",
    );
    check(
        define(json!({"id": "urn:example:a", "attributes": [{"name": "x"}], "title": "t"})),
        ScimType::InvalidSyntax,
        "`title` is unknown; remove it, or use one of id, name, description, attributes",
    );
}

#[test]
fn err_a_member_of_another_type_says_which() {
    err(
        json!({"type": "strng"}),
        "`x`: `type` is `strng`; use one of string, boolean, decimal",
    );
    err(
        json!({"type": 1}),
        "`x`: `type` expects a string, not a number",
    );
    err(
        json!({"required": "true"}),
        "`x`: `required` expects true or false, not a string",
    );
    err(
        json!({"canonicalValues": "a"}),
        "`x`: `canonicalValues` expects an array, not a string",
    );
    err(
        json!({"canonicalValues": [1]}),
        "`x`: `canonicalValues` expects strings of 1 to 200 bytes",
    );
    err(
        json!({"description": "é".repeat(1_001)}),
        "`x`: `description` is 2002 bytes long; the limit is 2000",
    );
    err(
        json!({"mutability": "readonly?"}),
        "`x`: `mutability` is `readonly?`; use one of readOnly, readWrite",
    );
    check(
        with(json!(["x"])),
        ScimType::InvalidValue,
        "attribute 1 expects an object, not a string",
    );
    check(
        with(json!({})),
        ScimType::InvalidValue,
        "`attributes` expects an array, not an object",
    );
}

#[test]
fn err_names() {
    check(
        with(json!([{"name": "a"}, {"type": "string"}])),
        ScimType::InvalidValue,
        "attribute 2: `name` is missing; give the name of the attribute",
    );
    let sub = json!([{"name": "a", "type": "complex", "subAttributes": [{"name": ""}]}]);
    check(
        with(sub),
        ScimType::InvalidValue,
        "sub-attribute 1 of `a`: `name` is missing; give the name of the attribute",
    );
    check(
        with(json!([{"name": "a.b"}])),
        ScimType::InvalidValue,
        "attribute 1: `name` is `a.b`, which is not a name at byte 1; use letters, digits, `-`, `_` and `$`, and begin \
         with a letter",
    );
    check(
        with(json!([{"name": "badge"}, {"name": "BADGE"}])),
        ScimType::InvalidValue,
        "`BADGE` is defined twice (names are compared without case); keep one",
    );
    let subs =
        json!([{"name": "a", "type": "complex", "subAttributes": [{"name": "b"}, {"name": "B"}]}]);
    check(
        with(subs),
        ScimType::InvalidValue,
        "`a.B` is defined twice (names are compared without case); keep one",
    );
    for name in ["ID", "schemas", "externalid", "Meta"] {
        let error = with(json!([{"name": name}])).unwrap_err();
        assert!(
            error.detail.starts_with("every resource has the attribute"),
            "{error}"
        );
    }
    assert!(with(json!([{"name": "a".repeat(64)}])).is_ok());
    assert!(with(json!([{"name": "a".repeat(65)}])).is_err());
}

#[test]
fn err_more_attributes_than_the_limit() {
    let named = |count: usize| {
        (0..count)
            .map(|n| json!({"name": format!("a{n}")}))
            .collect::<Vec<_>>()
    };
    assert!(with(Value::Array(named(200))).is_ok());
    check(
        with(Value::Array(named(201))),
        ScimType::InvalidValue,
        "`attributes` has 201 elements; the limit is 200",
    );
    let complex = json!({"name": "x", "type": "complex", "subAttributes": named(100)});
    let mut attributes = named(99);
    attributes.push(complex);
    assert!(with(Value::Array(attributes.clone())).is_ok());
    attributes.push(json!({"name": "y"}));
    check(
        with(Value::Array(attributes)),
        ScimType::InvalidValue,
        "the schema has 201 attributes, sub-attributes included; the limit is 200",
    );
    check(
        with(json!([])),
        ScimType::InvalidValue,
        "`attributes` is empty; define at least one attribute",
    );
}
