//! PATCH, by operation and by client. Every operation goes through the request parser.

mod add;
mod clients;
mod custom;
mod limits;
mod members;
mod remove;
mod replace;
mod request;

use serde_json::{Value, json};

use super::*;
use crate::schema::{Attribute, USER_SCHEMA};
use crate::{ScimType, Timestamp};

const ENTERPRISE: &str = crate::schema::ENTERPRISE_USER_SCHEMA;

/// A person with two addresses, a manager and a title.
fn barbara() -> Value {
    json!({
        "userName": "bjensen",
        "externalId": "701984",
        "name": {"familyName": "Jensen", "givenName": "Barbara"},
        "title": "Vice President",
        "active": true,
        "emails": [
            {"value": "bjensen@example.com", "type": "work", "primary": true},
            {"value": "babs@jensen.org", "type": "home"}
        ],
        ENTERPRISE: {
            "employeeNumber": "701984",
            "manager": {"value": "26118915", "$ref": "../Users/26118915", "displayName": "John Smith"}
        }
    })
}

fn resource(attributes: Value) -> Resource {
    Resource {
        id: "u1".to_owned(),
        version: 1,
        created: Timestamp::from_millis(0),
        modified: Timestamp::from_millis(0),
        attributes: attributes.as_object().unwrap().clone(),
    }
}

fn run(rt: &ResourceType, mode: Mode, attributes: Value, ops: Value) -> Result<Value, ScimError> {
    let body = json!({"schemas": [PATCH_OP_SCHEMA], "Operations": ops});
    let request = PatchRequest::parse(body.as_object().unwrap().clone(), mode)?;
    let patched = apply(&resource(attributes), &request.operations, rt, mode)?;
    Ok(Value::Object(patched.attributes))
}

/// The person after the operations, in both modes.
#[track_caller]
fn patched(ops: Value) -> Value {
    let strict = run(&ResourceType::user(), Mode::Strict, barbara(), ops.clone());
    let compat = run(&ResourceType::user(), Mode::Compat, barbara(), ops);
    assert_eq!(strict, compat);
    compat.unwrap()
}

/// The person after the operations, which only compat takes.
#[track_caller]
fn patched_compat(ops: Value) -> Value {
    run(&ResourceType::user(), Mode::Strict, barbara(), ops.clone()).unwrap_err();
    run(&ResourceType::user(), Mode::Compat, barbara(), ops).unwrap()
}

/// The operations fail in both modes.
#[track_caller]
fn fails(ops: Value, scim_type: ScimType, expected: &str) {
    for mode in [Mode::Compat, Mode::Strict] {
        let error = run(&ResourceType::user(), mode, barbara(), ops.clone()).unwrap_err();
        assert_eq!(error.scim_type, Some(scim_type), "{error}");
        assert!(error.detail.contains(expected), "{error}");
    }
}

/// The person with some attributes changed; null takes one out.
fn barbara_with(changes: Value) -> Value {
    let mut attributes = barbara();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            attributes.as_object_mut().unwrap().remove(name);
        } else {
            attributes[name] = value.clone();
        }
    }
    attributes
}

/// Users with more kinds of attributes, as a custom schema may have.
fn custom() -> ResourceType {
    let mut rt = ResourceType::user();
    let attributes = json!([
        {"name": "badge", "mutability": "immutable"},
        {"name": "tags", "multiValued": true},
        {"name": "keys", "type": "complex", "multiValued": true, "required": true, "subAttributes": [
            {"name": "value", "required": true},
            {"name": "seen", "mutability": "readOnly"}
        ]}
    ]);
    rt.schema
        .attributes
        .extend(serde_json::from_value::<Vec<Attribute>>(attributes).unwrap());
    rt
}

fn run_custom(attributes: Value, ops: Value) -> Result<Value, ScimError> {
    let mut all = json!({"userName": "b", "keys": [{"value": "k", "seen": "now"}]});
    for (name, value) in attributes.as_object().unwrap() {
        all[name] = value.clone();
    }
    run(&custom(), Mode::Strict, all, ops)
}

#[test]
fn one_bad_operation_fails_all_and_is_named() {
    let ops = json!([
        {"op": "replace", "path": "title", "value": "x"},
        {"op": "replace", "path": "nope", "value": "x"}
    ]);
    fails(
        ops,
        ScimType::InvalidPath,
        "operation 2: `nope` names nothing that User has",
    );
}

#[test]
fn operations_apply_in_order() {
    let after = patched(json!([
        {"op": "remove", "path": "emails"},
        {"op": "add", "path": "emails", "value": [{"value": "new@example.com"}]},
        {"op": "replace", "path": "emails.type", "value": "other"}
    ]));
    assert_eq!(
        after["emails"],
        json!([{"value": "new@example.com", "type": "other"}])
    );
}

#[test]
fn a_path_may_carry_the_urn_of_the_core_schema() {
    let path = format!("{USER_SCHEMA}:name.givenName");
    let after = patched(json!([{"op": "replace", "path": path, "value": "Babs"}]));
    assert_eq!(after["name"]["givenName"], "Babs");
    let path = format!("{USER_SCHEMA}:emails[type eq \"home\"].value");
    let after = patched(json!([{"op": "replace", "path": path, "value": "b@home.example"}]));
    assert_eq!(after["emails"][1]["value"], "b@home.example");
}

#[test]
fn a_read_only_target_is_a_mutability_error() {
    for path in [
        "id",
        "meta",
        "meta.created",
        "groups",
        "groups[value eq \"g\"]",
    ] {
        for op in ["add", "replace", "remove"] {
            let ops = json!([{"op": op, "path": path, "value": "x"}]);
            fails(ops, ScimType::Mutability, "is readOnly");
        }
    }
    let path = format!("{ENTERPRISE}:manager.displayName");
    fails(
        json!([{"op": "replace", "path": path, "value": "x"}]),
        ScimType::Mutability,
        "is readOnly",
    );
}

#[test]
fn schemas_follows_from_the_attributes() {
    for op in ["add", "replace"] {
        let ops = json!([{"op": op, "path": "schemas", "value": [USER_SCHEMA, "urn:x"]}]);
        assert_eq!(patched(ops), barbara());
    }
    fails(
        json!([{"op": "remove", "path": "schemas"}]),
        ScimType::Mutability,
        "`schemas` is required",
    );
}

#[test]
fn err_a_path_that_names_nothing() {
    for path in [
        "nope",
        "name.nope",
        "emails[type eq \"work\"].nope",
        "urn:x:2.0:User:title",
        "urn:x:2.0",
    ] {
        fails(
            json!([{"op": "add", "path": path, "value": "x"}]),
            ScimType::InvalidPath,
            "names nothing",
        );
    }
    let nope = json!([{"op": "remove", "path": "emails[nope eq 1]"}]);
    fails(
        nope,
        ScimType::InvalidFilter,
        "`nope` is not a sub-attribute of `emails`",
    );
}
