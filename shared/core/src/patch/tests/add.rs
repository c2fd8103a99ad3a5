use super::*;

#[test]
fn a_single_value_is_added_or_replaced() {
    let after = patched(json!([
        {"op": "add", "path": "nickName", "value": "Babs"},
        {"op": "add", "path": "title", "value": "President"},
        {"op": "add", "path": "active", "value": false}
    ]));
    assert_eq!(
        after,
        barbara_with(json!({"nickName": "Babs", "title": "President", "active": false}))
    );
}

#[test]
fn a_complex_value_is_merged() {
    let after = patched(
        json!([{"op": "add", "path": "name", "value": {"givenName": "Babs", "middleName": "Jane"}}]),
    );
    let name = json!({"familyName": "Jensen", "givenName": "Babs", "middleName": "Jane"});
    assert_eq!(after["name"], name);
    let after = patched(json!([{"op": "add", "path": "name.middleName", "value": "Jane"}]));
    assert_eq!(after["name"]["middleName"], "Jane");
}

#[test]
fn a_value_is_added_to_a_list() {
    let new = json!({"value": "x@example.com", "type": "other"});
    for value in [json!([new]), new.clone()] {
        let after = patched(json!([{"op": "add", "path": "emails", "value": value}]));
        assert_eq!(after["emails"].as_array().unwrap().len(), 3);
        assert_eq!(after["emails"][2], new);
    }
}

#[test]
fn what_is_there_already_changes_nothing() {
    for value in [
        json!([{"value": "bjensen@example.com", "type": "work", "primary": true}]),
        json!([{"value": "bjensen@example.com", "type": "work"}]),
        json!([{"value": "babs@jensen.org"}]),
        json!([]),
        json!(null),
    ] {
        let after = patched(json!([{"op": "add", "path": "emails", "value": value}]));
        assert_eq!(after, barbara());
    }
    let after = patched(json!([
        {"op": "add", "path": "title", "value": "Vice President"},
        {"op": "add", "path": "name", "value": {"familyName": "Jensen"}}
    ]));
    assert_eq!(after, barbara());
}

#[test]
fn the_same_value_with_another_type_is_another_value() {
    let new = json!({"value": "bjensen@example.com", "type": "other"});
    let after = patched(json!([{"op": "add", "path": "emails", "value": [new]}]));
    assert_eq!(after["emails"].as_array().unwrap().len(), 3);
}

#[test]
fn the_same_value_takes_what_is_new_about_it() {
    let new = json!({"value": "BJensen@example.com", "type": "work", "display": "Work"});
    let after = patched(json!([{"op": "add", "path": "emails", "value": [new]}]));
    let merged =
        json!({"value": "bjensen@example.com", "type": "work", "primary": true, "display": "Work"});
    assert_eq!(after["emails"][0], merged);
    assert_eq!(after["emails"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_there_in_another_case_changes_nothing() {
    let new = json!({"value": "BJensen@Example.com", "type": "WORK", "primary": true});
    for value in [json!([new]), new] {
        let ops = json!([{"op": "add", "path": "emails", "value": value}]);
        assert_eq!(patched(ops), barbara());
    }
    // A photo's URI is case exact, so another case is another photo.
    let photo = |uri: &str| json!([{"op": "add", "path": "photos", "value": {"value": uri, "type": "photo"}}]);
    let before =
        barbara_with(json!({"photos": [{"value": "https://a.example/a", "type": "photo"}]}));
    let add = |ops| run(&ResourceType::user(), Mode::Compat, before.clone(), ops).unwrap();
    assert_eq!(add(photo("https://a.example/a")), before);
    assert_eq!(
        add(photo("https://a.example/A"))["photos"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn setting_one_primary_clears_the_others() {
    let new = json!({"value": "x@example.com", "primary": true});
    let after = patched(json!([{"op": "add", "path": "emails", "value": [new]}]));
    assert_eq!(after["emails"][0]["primary"], false);
    assert_eq!(after["emails"][2]["primary"], true);
    let after =
        patched(json!([{"op": "add", "path": "emails[type eq \"home\"].primary", "value": true}]));
    assert_eq!(
        (
            &after["emails"][0]["primary"],
            &after["emails"][1]["primary"]
        ),
        (&json!(false), &json!(true))
    );
    let known = json!({"value": "babs@jensen.org", "primary": true});
    let after = patched(json!([{"op": "add", "path": "emails", "value": known}]));
    assert_eq!(
        (
            &after["emails"][0]["primary"],
            &after["emails"][1]["primary"]
        ),
        (&json!(false), &json!(true))
    );
}

/// The primary one that steps down may become what another is already.
#[test]
fn of_those_that_become_equal_one_is_left() {
    let email = |value: &str, primary: bool| json!({"value": value, "primary": primary});
    let before = barbara_with(json!({"emails": [email("a@b.c", false), email("a@b.c", true)]}));
    let add = json!([{"op": "add", "path": "emails", "value": [email("new@b.c", true)]}]);
    let after = run(&ResourceType::user(), Mode::Strict, before, add).unwrap();
    let left = json!([email("a@b.c", false), email("new@b.c", true)]);
    assert_eq!(after["emails"], left);
}

#[test]
fn err_two_primaries() {
    let two = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
    for op in ["add", "replace"] {
        let ops = json!([{"op": op, "path": "emails", "value": two}]);
        fails(
            ops,
            ScimType::InvalidValue,
            "more than one element with \"primary\": true",
        );
        let ops = json!([{"op": op, "path": "emails.primary", "value": true}]);
        fails(
            ops,
            ScimType::InvalidValue,
            "more than one element with \"primary\": true",
        );
    }
}

#[test]
fn a_selected_value_is_merged_into() {
    let path = "emails[type eq \"work\"]";
    let after = patched(json!([{"op": "add", "path": path, "value": {"display": "W"}}]));
    let merged =
        json!({"value": "bjensen@example.com", "type": "work", "primary": true, "display": "W"});
    assert_eq!(after["emails"][0], merged);
}

#[test]
fn what_the_filter_describes_is_created() {
    let after = patched(
        json!([{"op": "add", "path": "phoneNumbers[type eq \"work\"].value", "value": "1"}]),
    );
    assert_eq!(
        after["phoneNumbers"],
        json!([{"type": "work", "value": "1"}])
    );
    let path = "emails[type eq \"Other\" and primary eq \"True\"].value";
    let after = patched(json!([{"op": "add", "path": path, "value": "o@example.com"}]));
    let created = json!({"type": "Other", "primary": true, "value": "o@example.com"});
    assert_eq!(after["emails"][2], created);
    assert_eq!(after["emails"][0]["primary"], false);
    let path = "emails[type eq \"other\"]";
    let after = patched(json!([{"op": "add", "path": path, "value": {"value": "o@example.com"}}]));
    assert_eq!(
        after["emails"][2],
        json!({"type": "other", "value": "o@example.com"})
    );
    let after =
        patched(json!([{"op": "add", "path": "emails[type eq \"other\"].value", "value": null}]));
    assert_eq!(after, barbara());
}

#[test]
fn err_what_the_filter_does_not_describe_has_no_target() {
    for filter in [
        "type sw \"o\"",
        "type eq \"a\" or type eq \"b\"",
        "not (type pr)",
        "type eq null",
    ] {
        let path = format!("phoneNumbers[{filter}].value");
        fails(
            json!([{"op": "add", "path": path, "value": "1"}]),
            ScimType::NoTarget,
            "no value of `phoneNumbers` matches",
        );
    }
}

#[test]
fn a_urn_path_adds_the_extension() {
    let user = json!({"userName": "b"});
    let path = format!("{ENTERPRISE}:employeeNumber");
    let ops = json!([{"op": "add", "path": path, "value": "7"}]);
    let after = run(&ResourceType::user(), Mode::Strict, user, ops).unwrap();
    assert_eq!(
        after,
        json!({"userName": "b", ENTERPRISE: {"employeeNumber": "7"}})
    );
    let ops = json!([{"op": "add", "path": ENTERPRISE, "value": {"division": "x", "manager": {"value": "1"}}}]);
    let after = patched(ops);
    assert_eq!(after[ENTERPRISE]["employeeNumber"], "701984");
    assert_eq!(after[ENTERPRISE]["division"], "x");
}

#[test]
fn a_new_manager_takes_nothing_from_the_old_one() {
    let ops = json!([{"op": "add", "path": format!("{ENTERPRISE}:manager.value"), "value": "9"}]);
    assert_eq!(patched(ops)[ENTERPRISE]["manager"], json!({"value": "9"}));
    let same = json!({"value": "26118915", "displayName": "not the client's to say"});
    let ops = json!([{"op": "add", "path": format!("{ENTERPRISE}:manager"), "value": same}]);
    assert_eq!(patched(ops), barbara());
}

#[test]
fn err_a_value_that_does_not_fit() {
    fails(
        json!([{"op": "add", "path": "title"}]),
        ScimType::InvalidValue,
        "`add` of `title` needs a `value`",
    );
    fails(
        json!([{"op": "add", "path": "title", "value": 1}]),
        ScimType::InvalidValue,
        "`title` expects a string, not a number",
    );
    fails(
        json!([{"op": "add", "path": "name", "value": ["x"]}]),
        ScimType::InvalidValue,
        "`name` expects an object",
    );
    let ops = json!([{"op": "add", "path": "emails", "value": [{"value": 1}]}]);
    fails(
        ops,
        ScimType::InvalidValue,
        "`emails.value` expects a string, not a number",
    );
    fails(
        json!([{"op": "add", "path": "userName", "value": " "}]),
        ScimType::InvalidValue,
        "`userName` is required",
    );
    fails(
        json!([{"op": "add", "path": "userName", "value": null}]),
        ScimType::InvalidValue,
        "`userName` is required",
    );
}

#[test]
fn an_immutable_attribute_can_be_added_once() {
    let add = |value: &str| json!([{"op": "add", "path": "badge", "value": value}]);
    assert_eq!(run_custom(json!({}), add("7")).unwrap()["badge"], "7");
    assert_eq!(
        run_custom(json!({"badge": "7"}), add("7")).unwrap()["badge"],
        "7"
    );
    let error = run_custom(json!({"badge": "7"}), add("8")).unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::Mutability));
    assert!(error.detail.contains("`badge` is immutable"), "{error}");
}

#[test]
fn simple_values_are_a_set() {
    let ops = json!([{"op": "add", "path": "tags", "value": ["A", "b", "c"]}]);
    assert_eq!(
        run_custom(json!({"tags": ["a", "b"]}), ops).unwrap()["tags"],
        json!(["a", "b", "c"])
    );
}
