//! Resources whose attributes are unknown, or of the wrong type.

use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::{ENTERPRISE, Fixture, INVALID_SYNTAX, INVALID_VALUE, USER, everyone, user};

/// Sends a user with this value, once as new and once in the place of the one that is there.
#[track_caller]
fn refused(fixture: &Fixture, name: &str, value: &Json, scim_type: Option<&str>, hint: &str) {
    let mut body = user(json!({"userName": "other"}));
    body[name] = value.clone();
    for (method, path) in [(Method::POST, "/Users"), (Method::PUT, &fixture.path)] {
        let answer = fixture.scim.send_json(&method, path, &[], &body);
        fixture.refused(answer, 400, scim_type, hint);
    }
}

#[test]
fn ok_unknown_attributes_are_left_out() {
    let fixture = Fixture::new();
    let mut body = user(json!({
        "userName": "other",
        "shoeSize": 44,
        "name": {"familyName": "Other", "nonsense": true},
        "emails": [{"value": "o@example.com", "colour": "red"}],
        "urn:example:params:scim:schemas:extension:shoes:1.0:User": {"size": 44},
    }));
    body["schemas"] = json!([
        USER,
        "urn:example:params:scim:schemas:extension:shoes:1.0:User"
    ]);
    let created = fixture.scim.post("/Users", &body).expect(201);
    let path = format!("/Users/{}", created.id());
    let mut shown = fixture.scim.get(&path).expect(200).json();
    let shown = shown.as_object_mut().unwrap();
    shown.remove("id");
    shown.remove("meta");
    let expected = user(json!({
        "userName": "other",
        "name": {"familyName": "Other"},
        "emails": [{"value": "o@example.com"}],
    }));
    assert_eq!(Json::Object(shown.clone()), expected);
    fixture.scim.delete(&path).expect(204);
    fixture.unchanged();
}

#[test]
fn err_every_json_type_where_a_string_belongs() {
    let fixture = Fixture::new();
    for (value, found) in [
        (json!(1), "a number"),
        (json!(1.5), "a number"),
        (json!(true), "a boolean"),
        (json!({}), "an object"),
        (json!({"value": "x"}), "an object"),
        (json!(["x"]), "an array"),
        (json!([["x"]]), "an array"),
    ] {
        for name in ["userName", "displayName", "externalId", "password"] {
            let hint = format!("`{name}` expects a string, not {found}");
            refused(&fixture, name, &value, INVALID_VALUE, &hint);
        }
    }
}

#[test]
fn err_every_json_type_where_a_boolean_belongs() {
    let fixture = Fixture::new();
    for (value, found) in [
        (json!(0), "a number"),
        (json!(1), "a number"),
        (json!("yes"), "this string"),
        (json!(""), "this string"),
        (json!({}), "an object"),
        (json!([true]), "an array"),
    ] {
        let hint = format!("`active` expects true or false, not {found}");
        refused(&fixture, "active", &value, INVALID_VALUE, &hint);
        let email = json!([{"value": "a@example.com", "primary": value}]);
        let hint = format!("`emails.primary` expects true or false, not {found}");
        refused(&fixture, "emails", &email, INVALID_VALUE, &hint);
    }
}

#[test]
fn err_every_json_type_where_an_object_belongs() {
    let fixture = Fixture::new();
    for (value, found) in [
        (json!(1), "a number"),
        (json!(true), "a boolean"),
        (json!("Jensen"), "a string"),
        (json!(["Jensen"]), "an array"),
        (json!([{"familyName": "Jensen"}]), "an array"),
    ] {
        for name in ["name", ENTERPRISE] {
            let hint = format!("`{name}` expects an object, not {found}");
            refused(&fixture, name, &value, INVALID_VALUE, &hint);
        }
    }
}

#[test]
fn err_every_json_type_where_a_list_belongs() {
    let fixture = Fixture::new();
    for (value, found) in [
        (json!(1), "a number"),
        (json!(true), "a boolean"),
        (json!([1]), "a number"),
        (json!([{"value": "a@example.com"}, false]), "a boolean"),
        (json!([[{"value": "a@example.com"}]]), "an array"),
    ] {
        let hint = format!("`emails` expects an object, not {found}");
        refused(&fixture, "emails", &value, INVALID_VALUE, &hint);
    }
}

#[test]
fn err_values_that_their_attribute_cannot_have() {
    let fixture = Fixture::new();
    for (name, value, hint) in [
        ("userName", json!(null), "`userName` is required"),
        ("userName", json!([]), "`userName` is required"),
        ("userName", json!(""), "`userName` is required"),
        ("userName", json!(" \t"), "`userName` is required"),
        (
            "name",
            json!({"familyName": 3}),
            "`name.familyName` expects a string",
        ),
        (
            "emails",
            json!([{"value": 1}]),
            "`emails.value` expects a string",
        ),
        (
            "emails",
            json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]),
            "more than one element with \"primary\": true",
        ),
        (
            "x509Certificates",
            json!([{"value": "!"}]),
            "bytes in base64",
        ),
        ("profileUrl", json!("not a URI"), "expects a URI"),
        ("profileUrl", json!(1), "expects a URI"),
        (
            ENTERPRISE,
            json!({"employeeNumber": 1}),
            "employeeNumber` expects a string",
        ),
        (
            ENTERPRISE,
            json!({"manager": 4}),
            "manager` expects an object",
        ),
    ] {
        refused(&fixture, name, &value, INVALID_VALUE, hint);
    }
}

#[test]
fn err_schemas_that_do_not_name_the_type() {
    let fixture = Fixture::new();
    for (value, hint) in [
        (json!(null), "add \"schemas\""),
        (json!([]), "add \"schemas\""),
        (json!(["urn:example:Group"]), "add \"schemas\""),
        (json!([ENTERPRISE]), "add \"schemas\""),
        (json!(1), "`schemas` expects an array of strings"),
        (json!(true), "`schemas` expects an array of strings"),
        (json!({}), "`schemas` expects an array of strings"),
        (json!([USER, 1]), "`schemas` expects strings"),
    ] {
        refused(&fixture, "schemas", &value, INVALID_SYNTAX, hint);
    }
    let answer = fixture.scim.post("/Users", &json!({"userName": "other"}));
    fixture.refused(answer, 400, INVALID_SYNTAX, USER);
}

#[test]
fn err_a_user_name_with_characters_that_nobody_sees() {
    let fixture = Fixture::new();
    for (name, hint) in [
        ("a\tb", "U+0009, which no user name can have; remove it"),
        ("bjen\u{200B}sen", "U+200B"),
        ("\u{FEFF}bjensen", "U+FEFF"),
    ] {
        refused(&fixture, "userName", &json!(name), INVALID_VALUE, hint);
    }
}

#[test]
fn err_a_name_that_is_taken_in_another_case() {
    let fixture = Fixture::new();
    let answer = fixture
        .scim
        .post("/Users", &user(json!({"userName": "BABS"})));
    fixture.refused(answer, 409, Some("uniqueness"), "is taken by another User");
    let long = "b".repeat(4096);
    let other = fixture
        .scim
        .post("/Users", &user(json!({"userName": long})));
    let other = format!("/Users/{}", other.expect(201).id());
    let before = everyone(&fixture.scim);
    let again = fixture
        .scim
        .post("/Users", &user(json!({"userName": long})));
    let detail = again.expect_error(409, Some("uniqueness"));
    assert!(detail.len() < 500, "the detail has {} bytes", detail.len());
    assert!(everyone(&fixture.scim) == before, "the store has changed");
    fixture.scim.delete(&other).expect(204);
    fixture.unchanged();
}

#[test]
fn err_values_that_are_too_long_or_too_many() {
    let fixture = Fixture::new();
    let long = "x".repeat(4097);
    let hint = "4097 bytes long; the limit is 4096";
    for name in ["userName", "displayName", "externalId"] {
        refused(&fixture, name, &json!(long), INVALID_VALUE, hint);
    }
    refused(
        &fixture,
        "emails",
        &json!([{"value": long}]),
        INVALID_VALUE,
        hint,
    );
    refused(
        &fixture,
        ENTERPRISE,
        &json!({"department": long}),
        INVALID_VALUE,
        hint,
    );
    let email = |number| json!({"value": format!("{number}@example.com")});
    let emails: Vec<Json> = (0..1001).map(email).collect();
    let hint = "1001 elements; the limit is 1000";
    refused(&fixture, "emails", &json!(emails), INVALID_VALUE, hint);
}
