//! What is stored against a type that has changed.

use super::*;
use crate::testing::{DEVICE_SCHEMA, FLEET_SCHEMA, device_type};

/// A device of which something is stored that its type may not know.
#[track_caller]
fn check_with(rt: &ResourceType, stored: Value, expected: Option<&str>) {
    let mut all = json!({"serial": "s"});
    all.as_object_mut()
        .unwrap()
        .extend(stored.as_object().unwrap().clone());
    let found = violation(all.as_object().unwrap(), rt);
    assert_eq!(found.as_deref(), expected, "{stored}");
}

#[track_caller]
fn ok(stored: Value) {
    check_with(device_type(), stored, None);
}

#[track_caller]
fn err(stored: Value, expected: &str) {
    check_with(device_type(), stored, Some(expected));
}

#[test]
fn what_was_accepted_fits() {
    let body = json!({
        "schemas": [DEVICE_SCHEMA], "externalId": "e", "serial": "s", "size": 1, "weight": 1, "since": "2026-01-02T03:04:05Z",
        "active": false, "key": "TQ==", "manual": "../m", "tags": ["a"], "sizes": [1, 1.5], "pin": "1234", "badge": "b",
        "place": {"floor": 3, "codes": ["c"]}, "ports": [{"value": 1, "primary": true}],
        FLEET_SCHEMA: {"number": 7, "keys": [{"value": "k", "sizes": [2.5], "since": "2026-01-02T03:04:05Z"}]}
    });
    let accepted = accept(
        body.as_object().unwrap().clone(),
        device_type(),
        Mode::Strict,
    )
    .unwrap();
    assert_eq!(violation(&accepted, device_type()), None);
}

#[test]
fn what_has_no_value_is_no_violation() {
    ok(json!({"size": null, "tags": [], "nope": null, "place": {}, "urn:example:2.0:Gone": {}}));
}

#[test]
fn what_the_server_keeps_is_let_through() {
    ok(json!({"id": 1, "meta": {"x": 1}, "schemas": "x", "pin": {"hash": "…"}}));
    let user = json!({
        "userName": "b", "password": {"hash": "…"}, "groups": [{"value": "g", "depth": 2}],
        ENTERPRISE_USER_SCHEMA: {"manager": {"value": "m", "displayName": 7}}
    });
    assert_eq!(
        violation(user.as_object().unwrap(), &ResourceType::user()),
        None
    );
}

#[test]
fn a_value_of_another_type_is_named() {
    err(json!({"size": "big"}), "`size` is a string, not an integer");
    err(json!({"size": 1.5}), "`size` is a decimal, not an integer");
    err(json!({"label": 7}), "`label` is an integer, not a string");
    err(
        json!({"externalId": 7}),
        "`externalId` is an integer, not a string",
    );
    err(
        json!({"active": "true"}),
        "`active` is a string, not a boolean",
    );
    err(
        json!({"weight": true}),
        "`weight` is a boolean, not a decimal",
    );
    err(
        json!({"since": "yesterday"}),
        "`since` is a string, not a dateTime",
    );
    err(json!({"key": "?"}), "`key` is a string, not a binary");
    err(
        json!({"manual": "a b"}),
        "`manual` is a string, not a reference",
    );
    err(
        json!({"place": "here"}),
        "`place` is a string, not an object",
    );
    err(
        json!({"place": {"floor": "3"}}),
        "`place.floor` is a string, not an integer",
    );
    err(
        json!({FLEET_SCHEMA: {"number": "7"}}),
        &format!("`{FLEET_SCHEMA}:number` is a string, not an integer"),
    );
    err(
        json!({FLEET_SCHEMA: {"keys": [{"value": "a"}, {"value": "b", "sizes": [1, "x"]}]}}),
        &format!("a value of `{FLEET_SCHEMA}:keys.sizes` is a string, not a decimal"),
    );
    err(
        json!({FLEET_SCHEMA: 7}),
        &format!("`{FLEET_SCHEMA}` is a number, not an object"),
    );
    err(
        json!({"label": "a".repeat(5_000)}),
        "`label` is 5000 bytes long; the limit of a string is 4096",
    );
}

#[test]
fn a_value_of_another_plurality_is_named() {
    err(json!({"label": ["a"]}), "`label` is an array, not a string");
    err(json!({"tags": "a"}), "`tags` is a string, not an array");
    err(
        json!({"ports": {"value": 1}}),
        "`ports` is an object, not an array",
    );
    err(
        json!({"place": [{"floor": 1}]}),
        "`place` is an array, not an object",
    );
    err(
        json!({"place": {"codes": "c"}}),
        "`place.codes` is a string, not an array",
    );
}

#[test]
fn what_the_type_lacks_is_named() {
    err(
        json!({"colour": "red"}),
        "`colour` is not an attribute of Device",
    );
    err(
        json!({"urn:example:2.0:Gone": {"a": 1}}),
        "`urn:example:2.0:Gone` is not an extension of Device",
    );
    err(
        json!({FLEET_SCHEMA: {"colour": 1}}),
        &format!("`{FLEET_SCHEMA}:colour` is not an attribute of Device"),
    );
    err(
        json!({"place": {"colour": 1}}),
        "`place.colour` is not a sub-attribute of `place`",
    );
}

/// Stored names are looked up as they are defined, to the letter.
#[test]
fn a_name_in_another_case_is_another_name() {
    err(
        json!({"Label": "a"}),
        "`Label` is stored so, and not as `label`",
    );
    err(
        json!({"place": {"Floor": 1}}),
        "`place.Floor` is stored so, and not as `place.floor`",
    );
    let lower = FLEET_SCHEMA.to_lowercase();
    let expected = format!("`{lower}` is stored so, and not as `{FLEET_SCHEMA}`");
    err(json!({lower: {"number": 1}}), &expected);
}

#[test]
fn what_is_required_must_be_there() {
    err(
        json!({"serial": " "}),
        "`serial` is required, and missing or blank",
    );
    err(
        json!({"ports": [{"value": 1}, {"type": "usb"}]}),
        "`ports.value` is required, and missing or blank",
    );
    let mut rt = device_type().clone();
    rt.extensions[0].required = true;
    check_with(
        &rt,
        json!({}),
        Some(&format!("`{FLEET_SCHEMA}` is required and missing")),
    );
    check_with(&rt, json!({FLEET_SCHEMA: {"number": 1}}), None);
}
