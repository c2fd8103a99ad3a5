//! `PATCH /Users/{id}`: what a path selects, and what each operation does there (RFC 7644 §3.5.2.1 to §3.5.2.3).

use serde_json::{Value as Json, json};

use crate::{ENTERPRISE, USER, create, patch, path_of, tenant, user};

fn barbara() -> Json {
    json!({
        "userName": "bjensen", "name": {"familyName": "Jensen", "givenName": "Barbara"}, "title": "T",
        "emails": [{"value": "work@example.com", "type": "work", "primary": true}, {"value": "home@example.com", "type": "home"}]
    })
}

/// Applies operations to Barbara; `changed` is what is different afterwards, null for what is gone.
#[track_caller]
fn check(operations: Json, changed: Json) {
    let (_service, scim) = tenant();
    let created = create(&scim, barbara());
    let after = patch(&scim, &path_of(&created), &operations)
        .expect(200)
        .json();
    let mut expected = created.json();
    for (name, value) in changed.as_object().unwrap() {
        let attributes = expected.as_object_mut().unwrap();
        if value.is_null() {
            attributes.remove(name);
        } else {
            attributes.insert(name.clone(), value.clone());
        }
    }
    expected["meta"] = after["meta"].clone();
    assert_eq!(after, expected, "{operations}");
}

#[test]
fn replace_of_a_complex_attribute_merges() {
    check(
        json!([{"op": "replace", "path": "name", "value": {"familyName": "J"}}]),
        json!({"name": {"familyName": "J", "givenName": "Barbara"}}),
    );
    check(
        json!([{"op": "replace", "path": "name.familyName", "value": "K"}, {"op": "add", "path": "name", "value": {"middleName": "M"}}]),
        json!({"name": {"familyName": "K", "givenName": "Barbara", "middleName": "M"}}),
    );
}

#[test]
fn replace_of_an_absent_attribute_adds_it() {
    check(
        json!([
            {"op": "replace", "path": "nickName", "value": "B"},
            {"op": "replace", "path": "phoneNumbers", "value": [{"value": "1"}]},
            {"op": "replace", "path": format!("{ENTERPRISE}:division"), "value": "D"}
        ]),
        json!({"nickName": "B", "phoneNumbers": [{"value": "1"}], ENTERPRISE: {"division": "D"}, "schemas": [USER, ENTERPRISE]}),
    );
}

#[test]
fn replace_of_a_multi_valued_attribute_replaces_all_of_it() {
    check(
        json!([{"op": "replace", "path": "emails", "value": [{"value": "new@example.com"}]}]),
        json!({"emails": [{"value": "new@example.com"}]}),
    );
    check(
        json!([{"op": "replace", "path": "emails[type eq \"home\"]", "value": {"value": "new@example.com"}}]),
        json!({"emails": [{"value": "work@example.com", "type": "work", "primary": true}, {"value": "new@example.com", "type": "home"}]}),
    );
    check(
        json!([{"op": "replace", "path": "emails[type pr].display", "value": "x"}]),
        json!({"emails": [
            {"value": "work@example.com", "type": "work", "primary": true, "display": "x"},
            {"value": "home@example.com", "type": "home", "display": "x"}
        ]}),
    );
}

#[test]
fn replace_with_null_removes() {
    check(
        json!([{"op": "replace", "path": "title", "value": null}, {"op": "replace", "path": "emails", "value": []}, {"op": "replace", "value": {"name": {"givenName": null}}}]),
        json!({"title": null, "emails": null, "name": {"familyName": "Jensen"}}),
    );
}

#[test]
fn add_to_a_multi_valued_attribute_appends_what_is_new() {
    check(
        json!([{"op": "add", "path": "emails", "value": [{"value": "home@example.com", "type": "home"}, {"value": "new@example.com"}]}]),
        json!({"emails": [
            {"value": "work@example.com", "type": "work", "primary": true},
            {"value": "home@example.com", "type": "home"},
            {"value": "new@example.com"}
        ]}),
    );
}

#[test]
fn remove_takes_away_what_the_path_selects() {
    let work = json!({"value": "work@example.com", "type": "work", "primary": true});
    check(
        json!([{"op": "remove", "path": "emails[type eq \"home\"]"}]),
        json!({"emails": [work]}),
    );
    check(
        json!([{"op": "remove", "path": "EMAILS[Value ew \"example.com\"]"}]),
        json!({"emails": null}),
    );
    check(
        json!([{"op": "remove", "path": "emails"}, {"op": "remove", "path": "name.givenName"}]),
        json!({"emails": null, "name": {"familyName": "Jensen"}}),
    );
    check(
        json!([{"op": "remove", "path": "emails[type eq \"home\"].type"}]),
        json!({"emails": [work, {"value": "home@example.com"}]}),
    );
    check(
        json!([{"op": "remove", "path": "emails", "value": [{"value": "home@example.com"}]}]),
        json!({"emails": [work]}),
    );
    check(
        json!([{"op": "remove", "path": "name.familyName"}, {"op": "remove", "path": "name.givenName"}]),
        json!({"name": null}),
    );
}

#[test]
fn a_urn_is_split_where_it_ends_and_comes_and_goes_in_schemas() {
    let both = json!([USER, ENTERPRISE]);
    check(
        json!([
            {"op": "add", "path": format!("{ENTERPRISE}:employeeNumber"), "value": "7"},
            {"op": "add", "path": format!("{ENTERPRISE}:manager.value"), "value": "m"},
            {"op": "replace", "path": format!("{}:TITLE", USER.to_uppercase()), "value": "U"},
            {"op": "replace", "path": format!("{USER}:emails[type eq \"home\"].value"), "value": "h@example.com"},
            {"op": "replace", "path": format!("{USER}:name.givenName"), "value": "B"}
        ]),
        json!({
            ENTERPRISE: {"employeeNumber": "7", "manager": {"value": "m"}}, "schemas": both, "title": "U",
            "name": {"familyName": "Jensen", "givenName": "B"},
            "emails": [{"value": "work@example.com", "type": "work", "primary": true}, {"value": "h@example.com", "type": "home"}]
        }),
    );
    check(
        json!([
            {"op": "add", "path": ENTERPRISE, "value": {"department": "D", "manager": {"value": "m"}}},
            {"op": "replace", "path": format!("{ENTERPRISE}:manager[value eq \"m\"].value"), "value": "n"},
            {"op": "remove", "path": format!("{ENTERPRISE}:department")}
        ]),
        json!({ENTERPRISE: {"manager": {"value": "n"}}, "schemas": both}),
    );
    check(
        json!([{"op": "add", "value": {ENTERPRISE: {"department": "D"}}}, {"op": "remove", "path": ENTERPRISE}]),
        json!({}),
    );
}

#[test]
fn a_value_path_without_a_match_is_no_target() {
    let (_service, scim) = tenant();
    let created = create(&scim, barbara());
    let path = path_of(&created);
    for (op, at, value) in [
        ("replace", "emails[value sw \"x\"]", json!({"value": "y"})),
        ("replace", "emails[value sw \"x\"].value", json!("y")),
        (
            "replace",
            "phoneNumbers[type ne \"work\"].value",
            json!("1"),
        ),
        (
            "add",
            "emails[type eq \"x\" or type eq \"y\"].value",
            json!("z"),
        ),
    ] {
        let operations = json!([{"op": op, "path": at, "value": value}]);
        let answer = patch(&scim, &path, &operations);
        assert_eq!(answer.status, 400, "{operations}: {}", answer.text);
        answer.expect_error(400, Some("noTarget"));
    }
    let removed = patch(
        &scim,
        &path,
        &json!([{"op": "remove", "path": "emails[value sw \"x\"]"}]),
    )
    .expect(200);
    assert_eq!(
        removed.json(),
        created.json(),
        "to remove what is not there is no error"
    );
}

#[test]
fn attributes_without_a_path_are_read_as_a_put_reads_them() {
    check(
        json!([{"op": "replace", "value": user(json!({"nickname": "B", "groups": [{"value": "g"}], "meta": {}, "nope": 1}))}]),
        json!({"nickName": "B"}),
    );
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, barbara()));
    patch(
        &scim,
        &path,
        &json!([{"op": "replace", "value": {"id": "another"}}]),
    )
    .expect_error(400, Some("mutability"));
    patch(&scim, &path, &json!([{"op": "replace", "value": "x"}]))
        .expect_error(400, Some("invalidValue"));
}
