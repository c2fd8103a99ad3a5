use serde_json::json;

use super::*;
use crate::schema::{ENTERPRISE_USER_SCHEMA as ENTERPRISE, USER_SCHEMA};
use crate::testing::{DEVICE_SCHEMA, FLEET_SCHEMA, device_type};
use crate::{Mode, PATCH_OP_SCHEMA, PatchRequest};

fn barbara() -> Value {
    json!({
        "schemas": [USER_SCHEMA, ENTERPRISE],
        "id": "u1",
        "externalId": "e",
        "meta": {"resourceType": "User", "version": "W/\"1\""},
        "userName": "bjensen",
        "password": "secret",
        "name": {"familyName": "Jensen", "givenName": "Barbara"},
        "emails": [{"value": "a@x", "type": "work"}, {"type": "home"}],
        ENTERPRISE: {"employeeNumber": "7", "manager": {"value": "m", "displayName": "Boss"}}
    })
}

#[track_caller]
fn show(attributes: Option<&str>, excluded: Option<&str>) -> Value {
    let rt = ResourceType::user();
    let projection = Projection::parse(attributes, excluded, &rt).unwrap();
    Value::Object(projection.apply(barbara().as_object().unwrap().clone(), &rt))
}

/// Exactly these attributes are shown, besides `schemas` and `id`.
#[track_caller]
fn shows(attributes: &str, expected: Value) {
    let mut expected = expected;
    expected["schemas"] = barbara()["schemas"].clone();
    expected["id"] = json!("u1");
    assert_eq!(show(Some(attributes), None), expected);
}

/// All but these top-level attributes are shown.
#[track_caller]
fn hides(excluded: &str, hidden: &[&str]) {
    let mut expected = barbara();
    for name in hidden.iter().chain(&["password"]) {
        expected.as_object_mut().unwrap().remove(*name);
    }
    assert_eq!(show(None, Some(excluded)), expected);
}

#[test]
fn what_is_never_returned_is_never_returned() {
    hides("", &[]);
    shows("password", json!({}));
    shows("password,userName", json!({"userName": "bjensen"}));
    let rt = ResourceType::user();
    let all = Projection::all().apply(barbara().as_object().unwrap().clone(), &rt);
    assert!(!all.contains_key("password"));
}

#[test]
fn attributes_are_shown_alone_with_what_is_always_returned() {
    shows("userName", json!({"userName": "bjensen"}));
    shows(
        " USERNAME , externalid,nope,,a b",
        json!({"userName": "bjensen", "externalId": "e"}),
    );
    shows("nope", json!({}));
    shows("meta.version", json!({"meta": {"version": "W/\"1\""}}));
}

#[test]
fn sub_attributes_are_shown_alone() {
    shows("name.familyName", json!({"name": {"familyName": "Jensen"}}));
    shows("name.familyName,name", json!({"name": barbara()["name"]}));
    shows("emails.value", json!({"emails": [{"value": "a@x"}]}));
    shows("emails.display", json!({}));
}

#[test]
fn urns_name_attributes_and_whole_schemas() {
    shows(
        &format!("{ENTERPRISE}:employeeNumber"),
        json!({ENTERPRISE: {"employeeNumber": "7"}}),
    );
    shows(
        &format!("{ENTERPRISE}:manager.VALUE"),
        json!({ENTERPRISE: {"manager": {"value": "m"}}}),
    );
    shows(
        &ENTERPRISE.to_lowercase(),
        json!({ENTERPRISE: barbara()[ENTERPRISE]}),
    );
    shows(
        &format!("{USER_SCHEMA}:userName"),
        json!({"userName": "bjensen"}),
    );
    shows("employeeNumber", json!({}));
}

#[test]
fn excluded_attributes_are_left_out_but_what_is_always_returned() {
    hides("userName,emails", &["userName", "emails"]);
    hides("id,schemas,meta", &["meta"]);
    hides(ENTERPRISE, &[ENTERPRISE]);
    hides(
        &format!("{ENTERPRISE}:employeeNumber,{ENTERPRISE}:manager"),
        &[ENTERPRISE],
    );
    hides("name.familyName,name.givenName", &["name"]);
    let shown = show(None, Some("emails.value,name.givenName"));
    assert_eq!(shown["emails"], json!([{"type": "work"}, {"type": "home"}]));
    assert_eq!(shown["name"], json!({"familyName": "Jensen"}));
}

#[test]
fn err_both_are_given() {
    let error = Projection::parse(Some("a"), Some("b"), &ResourceType::user()).unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (400, Some(crate::ScimType::InvalidValue))
    );
    assert!(Projection::parse(Some("a"), Some(""), &ResourceType::user()).is_ok());
}

#[test]
fn related_says_what_need_not_be_looked_for() {
    let rt = ResourceType::group();
    let related = |attributes, excluded| {
        Projection::parse(attributes, excluded, &rt)
            .unwrap()
            .related(&rt)
            .join(" ")
    };
    let all = "value $ref display type";
    assert_eq!(related(None, None), all);
    assert_eq!(related(Some("displayName,members"), None), all);
    assert_eq!(
        related(Some("members.value,members.type"), None),
        "value type"
    );
    assert_eq!(related(Some("displayName"), None), "");
    assert_eq!(related(None, Some("members")), "");
    assert_eq!(
        related(None, Some("members.type,members.$ref")),
        "value display"
    );
    let groups = Projection::all().related(&ResourceType::user());
    assert_eq!(groups.join(" "), all);
}

#[test]
fn the_default_set_names_nothing() {
    let rt = ResourceType::group();
    assert!(!Projection::all().names_anything());
    let named = Projection::parse(Some("x"), None, &rt).unwrap();
    assert!(named.names_anything());
}

#[test]
fn the_returned_characteristic_of_a_custom_schema_counts() {
    let mut rt = ResourceType::user();
    let attributes = json!([
        {"name": "onRequest", "returned": "request"},
        {"name": "always", "returned": "always"},
        {"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "a", "returned": "always"}, {"name": "n", "returned": "never"},
            {"name": "r", "returned": "request"}, {"name": "d"}
        ]}
    ]);
    rt.schema
        .attributes
        .extend(serde_json::from_value::<Vec<Attribute>>(attributes).unwrap());
    let resource = json!({
        "onRequest": 1, "always": 2, "unknown": 3, "parts": [{"a": "a", "n": "n", "r": "r", "d": "d"}]
    });
    let show = |attributes, excluded| {
        let projection = Projection::parse(attributes, excluded, &rt).unwrap();
        Value::Object(projection.apply(resource.as_object().unwrap().clone(), &rt))
    };
    assert_eq!(
        show(None, None),
        json!({"always": 2, "parts": [{"a": "a", "d": "d"}]})
    );
    assert_eq!(
        show(Some("onRequest"), None),
        json!({"onRequest": 1, "always": 2})
    );
    assert_eq!(
        show(Some("parts.r"), None),
        json!({"always": 2, "parts": [{"a": "a", "r": "r"}]})
    );
    assert_eq!(
        show(None, Some("always,parts.d,parts.a")),
        json!({"always": 2, "parts": [{"a": "a"}]})
    );
}

/// A device with everything that is returned on request.
fn device() -> JsonObject {
    let device = json!({
        "id": "d", "serial": "s", "notes": "n", "state": "on", "pin": "1234", "ports": [{"value": 1, "hint": "h"}],
        FLEET_SCHEMA: {"number": 7, "owner": {"value": "o", "display": "O"}}
    });
    device.as_object().unwrap().clone()
}

/// What a projection shows of the device besides what it always does, as the paths of what is on request.
#[track_caller]
fn shows_on_request(projection: &Projection, expected: &[&str]) {
    let shown = Value::Object(projection.apply(device(), device_type()));
    let owner = format!("/{FLEET_SCHEMA}/owner/display");
    let found: Vec<&str> = ["/notes", "/ports/0/hint", &owner]
        .into_iter()
        .filter(|path| shown.pointer(path).is_some())
        .map(|path| path.split('/').next_back().unwrap())
        .collect();
    assert_eq!(found, expected);
    assert!(shown.get("pin").is_none());
    assert_eq!(shown["state"], "on");
}

#[track_caller]
fn after_body(body: Value, expected: &[&str]) {
    let projection = Projection::all().with_body(body.as_object().unwrap(), device_type());
    shows_on_request(&projection, expected);
}

#[track_caller]
fn after_patch(op: Value, expected: &[&str]) {
    let body = json!({"schemas": [PATCH_OP_SCHEMA], "Operations": [op]});
    let request = PatchRequest::parse(body.as_object().unwrap().clone(), Mode::Compat).unwrap();
    let projection = Projection::all().with_operations(&request.operations, device_type());
    shows_on_request(&projection, expected);
}

#[test]
fn what_is_returned_on_request_is_shown_to_who_sends_it() {
    after_body(json!({"serial": "s"}), &[]);
    after_body(json!({"NOTES": "n"}), &["notes"]);
    after_body(json!({"ports": [{"value": 1}, {"Hint": "h"}]}), &["hint"]);
    after_body(json!({"ports": [{"value": 1}], "pin": "1234"}), &[]);
    after_body(
        json!({FLEET_SCHEMA.to_lowercase(): {"owner": {"display": null}}}),
        &["display"],
    );
}

#[test]
fn what_is_returned_on_request_is_shown_to_who_patches_it() {
    let op = |path: &str, value: Value| json!({"op": "add", "path": path, "value": value});
    after_patch(op("notes", json!("n")), &["notes"]);
    after_patch(op("serial", json!("n")), &[]);
    after_patch(op("ports.hint", json!("h")), &["hint"]);
    after_patch(op("ports[value eq 1].hint", json!("h")), &["hint"]);
    after_patch(op("ports[hint eq \"h\"]", json!({"value": 1})), &[]);
    after_patch(op("ports", json!([{"hint": "h"}])), &["hint"]);
    after_patch(
        op(FLEET_SCHEMA, json!({"owner": {"display": "O"}})),
        &["display"],
    );
    after_patch(
        op(&format!("{FLEET_SCHEMA}:owner.display"), json!("O")),
        &["display"],
    );
    after_patch(op(DEVICE_SCHEMA, json!({"notes": "n"})), &["notes"]);
    after_patch(
        json!({"op": "replace", "value": {"notes": "n", "ports.hint": "h"}}),
        &["notes", "hint"],
    );
    after_patch(
        json!({"op": "replace", "value": {FLEET_SCHEMA: {"owner": {"display": "O"}}}}),
        &["display"],
    );
}

#[test]
fn what_the_client_chooses_goes_before_what_it_sends() {
    let body = device();
    let chosen = |attributes, excluded| {
        let projection = Projection::parse(attributes, excluded, device_type()).unwrap();
        projection.with_body(&body, device_type())
    };
    shows_on_request(&chosen(Some("serial"), None), &[]);
    shows_on_request(&chosen(Some("notes"), None), &["notes"]);
    shows_on_request(&chosen(None, Some("notes,ports.hint")), &["display"]);
    shows_on_request(&chosen(None, Some("serial")), &["notes", "hint", "display"]);
}
