use super::*;
use crate::schema::GROUP_SCHEMA;

fn take(mut body: Value, mode: Mode) -> Result<Value, ScimError> {
    let body = body.as_object_mut().unwrap();
    body.entry("schemas").or_insert(json!([USER_SCHEMA]));
    body.entry("userName").or_insert(json!("b"));
    accept(body.clone(), &ResourceType::user(), mode).map(|mut accepted| {
        if accepted.get("userName") == Some(&json!("b")) {
            accepted.remove("userName");
        }
        Value::Object(accepted)
    })
}

/// The body is accepted so in both modes.
#[track_caller]
fn ok(body: Value, expected: Value) {
    assert_eq!(take(body.clone(), Mode::Compat), Ok(expected.clone()));
    assert_eq!(take(body, Mode::Strict), Ok(expected));
}

/// The body is accepted so in compat, and not in strict.
#[track_caller]
fn ok_compat(body: Value, expected: Value) {
    assert_eq!(take(body.clone(), Mode::Compat), Ok(expected));
    assert!(take(body, Mode::Strict).is_err());
}

#[track_caller]
fn err(body: Value, scim_type: ScimType, expected: &str) {
    for mode in [Mode::Compat, Mode::Strict] {
        let error = take(body.clone(), mode).unwrap_err();
        assert_eq!(
            (error.status, error.scim_type),
            (400, Some(scim_type)),
            "{error}"
        );
        assert!(error.detail.contains(expected), "{error}");
    }
}

#[test]
fn names_take_their_canonical_case() {
    ok(
        json!({
            "USERNAME": "b", "externalid": "E", "Name": {"FAMILYNAME": "J"},
            ENTERPRISE_USER_SCHEMA.to_lowercase(): {"employeenumber": "1", "MANAGER": {"Value": "m"}}
        }),
        json!({
            "externalId": "E", "name": {"familyName": "J"},
            ENTERPRISE_USER_SCHEMA: {"employeeNumber": "1", "manager": {"value": "m"}}
        }),
    );
}

#[test]
fn what_the_client_cannot_set_is_dropped() {
    ok(
        json!({
            "id": "x", "meta": {"created": 5}, "groups": "nonsense",
            ENTERPRISE_USER_SCHEMA: {"manager": {"value": "m", "displayName": "Boss"}}
        }),
        json!({ENTERPRISE_USER_SCHEMA: {"manager": {"value": "m"}}}),
    );
}

#[test]
fn null_and_empty_are_unassigned() {
    ok(
        json!({
            "emails": null, "phoneNumbers": [], "title": null, "name": {"givenName": null}, "roles": [null],
            "ims": [{}], ENTERPRISE_USER_SCHEMA: {"division": null, "manager": {}}, "externalId": null
        }),
        json!({}),
    );
    ok(
        json!({ENTERPRISE_USER_SCHEMA: null, "nickName": ""}),
        json!({"nickName": ""}),
    );
}

#[test]
fn unknown_attributes_are_dropped_in_compat() {
    ok_compat(json!({"nope": 1}), json!({}));
    ok_compat(
        json!({"emails": [{"value": "a", "nope": 1}]}),
        json!({"emails": [{"value": "a"}]}),
    );
    ok_compat(json!({ENTERPRISE_USER_SCHEMA: {"nope": 1}}), json!({}));
    ok_compat(json!({"urn:x": {"a": 1}}), json!({}));
    let error = take(json!({"name": {"nope": 1}}), Mode::Strict).unwrap_err();
    assert_eq!(
        error.detail,
        "`name.nope` is not an attribute of the schema; remove it"
    );
    assert_eq!(error.scim_type, Some(ScimType::InvalidSyntax));
}

#[test]
fn compat_takes_what_clients_send() {
    ok_compat(json!({"active": "False"}), json!({"active": false}));
    ok_compat(
        json!({"emails": {"value": "a"}}),
        json!({"emails": [{"value": "a"}]}),
    );
    ok_compat(
        json!({"emails": ["a"]}),
        json!({"emails": [{"value": "a"}]}),
    );
    ok_compat(
        json!({"roles": [{"value": "r", "primary": "true"}]}),
        json!({"roles": [{"value": "r", "primary": true}]}),
    );
    let manager = |value: &str| json!({ENTERPRISE_USER_SCHEMA: {"manager": value}});
    ok_compat(
        manager("m"),
        json!({ENTERPRISE_USER_SCHEMA: {"manager": {"value": "m"}}}),
    );
    ok_compat(manager(""), json!({}));
}

#[test]
fn schemas_must_have_the_core_schema() {
    err(
        json!({"schemas": null}),
        ScimType::InvalidSyntax,
        "add \"schemas\": [\"urn:ietf:params:scim:schemas:core:2.0:User\"]",
    );
    err(
        json!({"schemas": []}),
        ScimType::InvalidSyntax,
        "add \"schemas\"",
    );
    err(
        json!({"schemas": [ENTERPRISE_USER_SCHEMA]}),
        ScimType::InvalidSyntax,
        "add \"schemas\"",
    );
    err(
        json!({"schemas": [5]}),
        ScimType::InvalidSyntax,
        "`schemas` expects strings, not a number",
    );
    err(
        json!({"schemas": {}}),
        ScimType::InvalidSyntax,
        "`schemas` expects an array",
    );
    ok(
        json!({"schemas": [ENTERPRISE_USER_SCHEMA, USER_SCHEMA.to_uppercase()]}),
        json!({}),
    );
    ok_compat(json!({"schemas": USER_SCHEMA}), json!({}));
    ok_compat(json!({"schemas": [USER_SCHEMA, "urn:x"]}), json!({}));
    let missing = accept(JsonObject::new(), &ResourceType::user(), Mode::Compat).unwrap_err();
    assert!(missing.detail.contains("add \"schemas\""));
}

#[test]
fn entra_posts_a_group_with_a_schema_of_its_own() {
    let body = json!({
        "schemas": [GROUP_SCHEMA, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
        "displayName": "displayName",
        "members": [],
        "meta": {"resourceType": "Group"}
    });
    let accepted = accept(
        body.as_object().unwrap().clone(),
        &ResourceType::group(),
        Mode::Compat,
    );
    let expected =
        json!({"externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", "displayName": "displayName"});
    assert_eq!(accepted.map(Value::Object), Ok(expected));
}

#[test]
fn err_a_value_of_the_wrong_type_names_the_path_and_what_is_expected() {
    err(
        json!({"title": 5}),
        ScimType::InvalidValue,
        "`title` expects a string, not a number",
    );
    err(
        json!({"title": ["x"]}),
        ScimType::InvalidValue,
        "`title` expects a string, not an array",
    );
    err(
        json!({"active": "yes"}),
        ScimType::InvalidValue,
        "`active` expects true or false, not this string",
    );
    err(
        json!({"active": 1}),
        ScimType::InvalidValue,
        "`active` expects true or false, not a number",
    );
    err(
        json!({"name": "x"}),
        ScimType::InvalidValue,
        "`name` expects an object, not a string",
    );
    err(
        json!({"emails": [{"value": {}}]}),
        ScimType::InvalidValue,
        "`emails.value` expects a string, not an object",
    );
    err(
        json!({"emails": [[{"value": "x"}]]}),
        ScimType::InvalidValue,
        "`emails` expects an object, not an array",
    );
    err(
        json!({"profileUrl": "a b"}),
        ScimType::InvalidValue,
        "`profileUrl` expects a URI, not this string",
    );
    let certificates = json!({"x509Certificates": [{"value": "not base64!"}]});
    err(
        certificates,
        ScimType::InvalidValue,
        "`x509Certificates.value` expects bytes in base64",
    );
    err(
        json!({ENTERPRISE_USER_SCHEMA: []}),
        ScimType::InvalidValue,
        "expects an object, not an array",
    );
    let division = json!({ENTERPRISE_USER_SCHEMA: {"division": 1}});
    err(
        division,
        ScimType::InvalidValue,
        "`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division`",
    );
}

#[test]
fn err_what_is_required_is_missing_or_blank() {
    for user_name in [json!(null), json!(""), json!(" \t")] {
        err(
            json!({"userName": user_name}),
            ScimType::InvalidValue,
            "`userName` is required",
        );
    }
}

#[test]
fn a_user_name_is_printable_and_in_strict_an_identifier() {
    ok(json!({"userName": "Zoë"}), json!({"userName": "Zoë"}));
    let spaced = json!({"userName": "Barbara Jensen"});
    ok_compat(spaced.clone(), spaced);
    err(
        json!({"userName": "bjensen\u{85}"}),
        ScimType::InvalidValue,
        "`userName` has the character U+0085",
    );
    // Another type's `userName` is what its schema says.
    let mut rt = ResourceType::user();
    rt.schema.id = "urn:example:Account".to_owned();
    let body = json!({"schemas": [rt.schema.id], "userName": "a\tb"});
    assert!(accept(body.as_object().unwrap().clone(), &rt, Mode::Strict).is_ok());
}

#[test]
fn err_two_primaries() {
    let emails = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
    err(
        json!({"emails": emails}),
        ScimType::InvalidValue,
        "`emails` has more than one element with \"primary\": true",
    );
}

#[test]
fn exact_duplicates_are_dropped() {
    ok(
        json!({"emails": [{"value": "a", "type": "work"}, {"type": "work", "value": "a"}, {"value": "a", "type": "home"}]}),
        json!({"emails": [{"value": "a", "type": "work"}, {"value": "a", "type": "home"}]}),
    );
    let twice = json!([{"value": "a", "primary": true}, {"value": "a", "primary": true}]);
    ok(
        json!({"emails": twice}),
        json!({"emails": [{"value": "a", "primary": true}]}),
    );
}

#[test]
fn canonical_values_are_suggestions() {
    let emails = json!({"emails": [{"value": "a", "type": "anything"}]});
    ok(emails.clone(), emails);
}

#[test]
fn err_more_elements_than_the_limit() {
    let emails = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|n| json!({"value": n.to_string()}))
            .collect()
    };
    let most = json!({"emails": emails(MAX_ELEMENTS)});
    ok(most.clone(), most);
    err(
        json!({"emails": emails(MAX_ELEMENTS + 1)}),
        ScimType::InvalidValue,
        "`emails` would have 1001 elements; the limit is 1000",
    );
    err(
        json!({"addresses": vec![json!({"country": "x"}); 30_000]}),
        ScimType::InvalidValue,
        "`addresses` would have 30000 elements; the limit is 1000",
    );
}

#[test]
fn err_a_text_that_is_too_long() {
    let long = |bytes: usize| "é".repeat(bytes / 2);
    let most = json!({
        "title": long(MAX_STRING), "profileUrl": long(MAX_REFERENCE),
        "x509Certificates": [{"value": "A".repeat(MAX_REFERENCE), "display": long(MAX_STRING)}]
    });
    ok(most.clone(), most);
    let too_long = [
        (
            json!({"title": long(4098)}),
            "`title` is 4098 bytes long; the limit is 4096",
        ),
        (
            json!({"emails": [{"value": "a"}, {"value": long(1 << 20)}]}),
            "`emails.value` is 1048576 bytes long; the limit is 4096",
        ),
        (
            json!({"profileUrl": long(65_538)}),
            "`profileUrl` is 65538 bytes long; the limit is 65536",
        ),
        (
            json!({"x509Certificates": [{"value": "A".repeat(65_540)}]}),
            "`x509Certificates.value` is 65540 bytes long; the limit is 65536",
        ),
        (
            json!({ENTERPRISE_USER_SCHEMA: {"manager": {"value": long(4098)}}}),
            "enterprise:2.0:User:manager.value` is 4098 bytes long; the limit is 4096",
        ),
    ];
    for (body, expected) in too_long {
        err(body, ScimType::InvalidValue, expected);
    }
    // What is dropped may be as long as it likes.
    ok(
        json!({"id": long(10_000), "meta": {"version": long(10_000)}}),
        json!({}),
    );
}
