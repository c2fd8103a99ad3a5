//! What identity providers send.

use super::*;

#[test]
fn entra_disables_with_a_string_in_any_case() {
    for value in ["False", "false", "FALSE"] {
        let after = patched_compat(json!([{"op": "Replace", "path": "active", "value": value}]));
        assert_eq!(after, barbara_with(json!({"active": false})));
    }
    let after = patched_compat(
        json!([{"op": "Add", "path": "roles", "value": [{"value": "r", "primary": "True"}]}]),
    );
    assert_eq!(after["roles"], json!([{"value": "r", "primary": true}]));
    let after = patched(
        json!([{"op": "Replace", "path": "emails[primary eq \"True\"].value", "value": "x@example.com"}]),
    );
    assert_eq!(after["emails"][0]["value"], "x@example.com");
}

#[test]
fn entra_replaces_with_dotted_and_urn_names_and_no_path() {
    let value = json!({
        "displayName": "B",
        "name.givenName": "K",
        format!("{ENTERPRISE}:employeeNumber"): "A",
        format!("{ENTERPRISE}:manager.value"): "m",
        "emails[type eq \"work\"].value": "w@example.com",
        "active": "False"
    });
    let after = patched_compat(json!([{"op": "replace", "value": value}]));
    assert_eq!(after["displayName"], "B");
    assert_eq!(
        after["name"],
        json!({"familyName": "Jensen", "givenName": "K"})
    );
    assert_eq!(
        after[ENTERPRISE],
        json!({"employeeNumber": "A", "manager": {"value": "m"}})
    );
    assert_eq!(after["emails"][0]["value"], "w@example.com");
    assert_eq!(after["active"], false);
}

#[test]
fn entra_adds_an_address_by_value_path() {
    let user = json!({"userName": "b"});
    for op in ["Add", "Replace"] {
        let ops = json!([{"op": op, "path": "emails[type eq \"work\"].value", "value": "w@x"}]);
        let after = run(&ResourceType::user(), Mode::Compat, user.clone(), ops).unwrap();
        assert_eq!(after["emails"], json!([{"type": "work", "value": "w@x"}]));
    }
}

#[test]
fn entra_sets_the_manager_to_an_id_and_to_nothing() {
    let path = format!("{ENTERPRISE}:manager");
    for op in ["Add", "Replace"] {
        let after = patched_compat(json!([{"op": op, "path": path, "value": "9"}]));
        assert_eq!(after[ENTERPRISE]["manager"], json!({"value": "9"}));
        let after = patched_compat(json!([{"op": op, "path": path, "value": ""}]));
        assert_eq!(after[ENTERPRISE], json!({"employeeNumber": "701984"}));
        let after = patched(json!([{"op": op, "path": path, "value": null}]));
        assert_eq!(after[ENTERPRISE], json!({"employeeNumber": "701984"}));
    }
}

#[test]
fn okta_renames_a_group_with_its_own_id_in_the_value() {
    let rename = |id: &str| json!([{"op": "replace", "value": {"id": id, "displayName": "N"}}]);
    let group = json!({"displayName": "Tour Guides"});
    let run = |ops| run(&ResourceType::group(), Mode::Compat, group.clone(), ops);
    assert_eq!(run(rename("u1")), Ok(json!({"displayName": "N"})));
    let error = run(rename("other")).unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::Mutability));
}

#[test]
fn okta_sends_read_only_and_unknown_attributes_back() {
    let value = json!({
        "schemas": [USER_SCHEMA], "id": "u1", "meta": {"created": "x"}, "groups": [], "nope": {"a": 1},
        "not a path": 1, "title": "T"
    });
    let after = patched_compat(json!([{"op": "replace", "value": value}]));
    assert_eq!(after, barbara_with(json!({"title": "T"})));
}

#[test]
fn sailpoint_replaces_an_absent_complex_attribute() {
    let ops = json!([{"op": "replace", "path": "name", "value": {"givenName": "K"}}]);
    let after = run(
        &ResourceType::user(),
        Mode::Strict,
        json!({"userName": "b"}),
        ops,
    )
    .unwrap();
    assert_eq!(after, json!({"userName": "b", "name": {"givenName": "K"}}));
}

#[test]
fn onelogin_sends_a_single_object_for_a_list() {
    let after =
        patched_compat(json!([{"op": "replace", "value": {"emails": {"value": "x@example.com"}}}]));
    assert_eq!(after["emails"], json!([{"value": "x@example.com"}]));
}

/// The examples of RFC 7644 §3.5.2.1 and §3.5.2.3 without a path.
#[test]
fn a_value_without_a_path_adds_to_lists_or_replaces_them() {
    let value = json!({"emails": [{"value": "babs@jensen.org", "type": "home"}, {"value": "n@x"}], "nickname": "Babs"});
    let after = patched_compat(json!([{"op": "add", "value": value}]));
    assert_eq!(after["emails"].as_array().unwrap().len(), 3);
    assert_eq!(after["nickName"], "Babs");
    let after = patched_compat(json!([{"op": "replace", "value": value}]));
    assert_eq!(after["emails"], value["emails"]);
}

#[test]
fn an_extension_object_in_a_value_without_a_path_is_merged() {
    let value = json!({ENTERPRISE.to_uppercase(): {"Department": "D", "nope": 1, "manager": "9"}});
    for op in ["add", "replace"] {
        let after = patched_compat(json!([{"op": op, "value": value}]));
        let expected =
            json!({"employeeNumber": "701984", "department": "D", "manager": {"value": "9"}});
        assert_eq!(after[ENTERPRISE], expected);
    }
}

#[test]
fn err_a_value_without_a_path_that_is_no_object() {
    for value in [json!(null), json!("x"), json!([{"title": "x"}])] {
        let ops = json!([{"op": "replace", "value": value}]);
        let error = run(&ResourceType::user(), Mode::Compat, barbara(), ops).unwrap_err();
        assert_eq!(error.scim_type, Some(ScimType::InvalidValue));
    }
}
