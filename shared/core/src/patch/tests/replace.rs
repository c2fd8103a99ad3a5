use super::*;

#[test]
fn a_value_is_replaced_or_added() {
    let after = patched(json!([
        {"op": "replace", "path": "title", "value": "President"},
        {"op": "replace", "path": "nickName", "value": "Babs"}
    ]));
    assert_eq!(
        after,
        barbara_with(json!({"title": "President", "nickName": "Babs"}))
    );
    let after = patched(json!([{"op": "replace", "path": "userName", "value": "BJensen"}]));
    assert_eq!(after["userName"], "BJensen");
}

#[test]
fn null_and_an_empty_list_clear() {
    for value in [json!(null), json!([])] {
        for path in ["title", "name", "emails", "emails[type pr]"] {
            let after = patched(json!([{"op": "replace", "path": path, "value": value}]));
            assert_eq!(
                after,
                barbara_with(json!({path.split('[').next().unwrap(): null}))
            );
        }
    }
    let after =
        patched(json!([{"op": "replace", "path": "emails[type eq \"home\"].type", "value": null}]));
    assert_eq!(after["emails"][1], json!({"value": "babs@jensen.org"}));
    assert_eq!(
        patched(json!([{"op": "replace", "path": "nickName", "value": null}])),
        barbara()
    );
}

#[test]
fn err_an_object_without_any_value_does_not_clear_a_list() {
    let detail =
        "the object for `emails` has no value; to clear it use remove, or replace it with `[]`";
    for value in [json!({}), json!({"value": null}), json!({"type": []})] {
        for path in ["emails", "emails[type eq \"work\"]"] {
            let ops = json!([{"op": "replace", "path": path, "value": value}]);
            fails(ops, ScimType::InvalidValue, detail);
        }
        let ops = json!([{"op": "replace", "value": {"emails": value}}]);
        let error = run(&ResourceType::user(), Mode::Compat, barbara(), ops).unwrap_err();
        assert_eq!(error.detail, detail);
        let ops = json!([{"op": "add", "path": "emails", "value": value}]);
        assert_eq!(patched(ops), barbara());
    }
    // Nothing in it that the schema knows.
    let ops = json!([{"op": "replace", "path": "emails", "value": {"address": "x"}}]);
    let error = run(&ResourceType::user(), Mode::Compat, barbara(), ops).unwrap_err();
    assert_eq!(error.detail, detail);
}

#[test]
fn a_complex_value_is_merged() {
    let after = patched(
        json!([{"op": "replace", "path": "name", "value": {"familyName": "Smith", "givenName": null}}]),
    );
    assert_eq!(after["name"], json!({"familyName": "Smith"}));
    assert_eq!(
        patched(json!([{"op": "replace", "path": "name", "value": {}}])),
        barbara()
    );
    let path = "name.familyName";
    let after = patched(json!([{"op": "replace", "path": path, "value": "Smith"}]));
    assert_eq!(
        after["name"],
        json!({"familyName": "Smith", "givenName": "Barbara"})
    );
}

#[test]
fn a_list_is_replaced_as_a_whole() {
    let new = json!([{"value": "bjensen@example.com", "type": "work", "primary": true}]);
    let after = patched(json!([{"op": "replace", "path": "emails", "value": new}]));
    assert_eq!(after["emails"], new);
}

/// The example of RFC 7644 §3.5.2.3.
#[test]
fn all_selected_values_are_replaced() {
    let new = json!({"type": "work", "value": "new@example.com", "primary": true});
    let path = "emails[type eq \"home\"]";
    let after = patched(json!([{"op": "replace", "path": path, "value": new}]));
    assert_eq!(after["emails"][1], new);
    assert_eq!(after["emails"][0]["primary"], false);
    let after =
        patched(json!([{"op": "replace", "path": path, "value": {"value": "new@example.com"}}]));
    assert_eq!(
        after["emails"][1],
        json!({"type": "home", "value": "new@example.com"})
    );
    let after =
        patched(json!([{"op": "replace", "path": "emails[type pr].display", "value": "x"}]));
    assert_eq!(
        (
            &after["emails"][0]["display"],
            &after["emails"][1]["display"]
        ),
        (&json!("x"), &json!("x"))
    );
}

#[test]
fn what_a_filter_selects_and_leaves_primary_stays_so() {
    let path = "emails[primary eq true]";
    let after =
        patched(json!([{"op": "replace", "path": path, "value": {"value": "n@example.com"}}]));
    assert_eq!(
        after["emails"][0],
        json!({"value": "n@example.com", "primary": true})
    );
}

#[test]
fn err_a_filter_that_selects_nothing_has_no_target() {
    let path = "emails[type sw \"oth\"].value";
    fails(
        json!([{"op": "replace", "path": path, "value": "x"}]),
        ScimType::NoTarget,
        "no value of `emails` matches",
    );
}

#[test]
fn compat_creates_what_the_filter_describes() {
    let path = "phoneNumbers[type eq \"mobile\"].value";
    let after = patched_compat(json!([{"op": "replace", "path": path, "value": "1"}]));
    assert_eq!(
        after["phoneNumbers"],
        json!([{"type": "mobile", "value": "1"}])
    );
}

#[test]
fn an_extension_is_merged_or_removed() {
    let after = patched(
        json!([{"op": "replace", "path": ENTERPRISE, "value": {"employeeNumber": "8", "manager": null}}]),
    );
    assert_eq!(after[ENTERPRISE], json!({"employeeNumber": "8"}));
    let after = patched(json!([{"op": "replace", "path": ENTERPRISE, "value": null}]));
    assert_eq!(after, barbara_with(json!({ENTERPRISE: null})));
}

#[test]
fn what_the_server_keeps_of_a_value_stays_with_it() {
    let ops = json!([{"op": "replace", "path": "keys", "value": [{"value": "K"}, {"value": "l", "seen": "never"}]}]);
    let after = run_custom(json!({}), ops).unwrap();
    assert_eq!(
        after["keys"],
        json!([{"value": "K", "seen": "now"}, {"value": "l"}])
    );
}

#[test]
fn simple_values_are_selected_by_value() {
    let ops = json!([{"op": "replace", "path": "tags[value eq \"b\"]", "value": "x"}]);
    assert_eq!(
        run_custom(json!({"tags": ["a", "b"]}), ops).unwrap()["tags"],
        json!(["a", "x"])
    );
    let ops = json!([{"op": "add", "path": "tags[value eq \"b\"]", "value": "x"}]);
    let error = run_custom(json!({"tags": ["a", "b"]}), ops).unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::InvalidValue));
}

#[test]
fn err_a_user_name_that_is_none() {
    let ops = json!([{"op": "replace", "path": "userName", "value": "bjen\u{200B}sen"}]);
    fails(
        ops,
        ScimType::InvalidValue,
        "`userName` has the character U+200B",
    );
    let after = patched(json!([{"op": "replace", "path": "userName", "value": "Zoë"}]));
    assert_eq!(after, barbara_with(json!({"userName": "Zoë"})));
    let spaced = json!([{"op": "replace", "path": "userName", "value": "Barbara Jensen"}]);
    assert_eq!(
        patched_compat(spaced),
        barbara_with(json!({"userName": "Barbara Jensen"}))
    );
}

#[test]
fn who_has_a_user_name_from_before_can_still_be_deactivated() {
    let before = barbara_with(json!({"userName": "bjen\u{200B}sen"}));
    let ops = json!([{"op": "replace", "path": "active", "value": false}]);
    for mode in [Mode::Compat, Mode::Strict] {
        let after = run(&ResourceType::user(), mode, before.clone(), ops.clone()).unwrap();
        assert_eq!(after["active"], false);
    }
}
