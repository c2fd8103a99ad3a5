use super::*;

#[test]
fn an_attribute_becomes_unassigned() {
    for path in ["title", "name", "emails", "emails[type pr]", ENTERPRISE] {
        let after = patched(json!([{"op": "remove", "path": path}]));
        let name = path.split('[').next().unwrap();
        assert_eq!(after, barbara_with(json!({name: null})));
    }
    assert_eq!(
        patched(json!([{"op": "remove", "path": "nickName"}])),
        barbara()
    );
}

#[test]
fn a_sub_attribute_becomes_unassigned() {
    let after = patched(json!([{"op": "remove", "path": "name.givenName"}]));
    assert_eq!(after["name"], json!({"familyName": "Jensen"}));
    let after = patched(json!([
        {"op": "remove", "path": "name.givenName"},
        {"op": "remove", "path": "name.familyName"}
    ]));
    assert_eq!(after, barbara_with(json!({"name": null})));
    let after = patched(json!([{"op": "remove", "path": "emails[type eq \"work\"].primary"}]));
    assert_eq!(
        after["emails"][0],
        json!({"value": "bjensen@example.com", "type": "work"})
    );
    let after = patched(json!([{"op": "remove", "path": "emails.type"}]));
    assert_eq!(after["emails"][1], json!({"value": "babs@jensen.org"}));
}

#[test]
fn the_last_attribute_of_an_extension_takes_the_extension_with_it() {
    let after = patched(json!([
        {"op": "remove", "path": format!("{ENTERPRISE}:employeeNumber")},
        {"op": "remove", "path": format!("{ENTERPRISE}:manager")}
    ]));
    assert_eq!(after, barbara_with(json!({ENTERPRISE: null})));
}

#[test]
fn selected_values_are_removed() {
    let path = "emails[type eq \"work\" and value ew \"example.com\"]";
    let after = patched(json!([{"op": "remove", "path": path}]));
    assert_eq!(
        after["emails"],
        json!([{"value": "babs@jensen.org", "type": "home"}])
    );
    assert_eq!(
        patched(json!([{"op": "remove", "path": "emails[type eq \"other\"]"}])),
        barbara()
    );
    let path = format!("{ENTERPRISE}:manager[value eq \"26118915\"]");
    let after = patched(json!([{"op": "remove", "path": path}]));
    assert_eq!(after[ENTERPRISE], json!({"employeeNumber": "701984"}));
}

#[test]
fn a_list_of_values_removes_those_alone() {
    let work = json!({"value": "bjensen@example.com", "type": "work", "primary": true});
    let home = json!({"value": "babs@jensen.org", "type": "home"});
    let listed =
        |value: Value| patched(json!([{"op": "remove", "path": "emails", "value": value}]));
    assert_eq!(listed(json!([work]))["emails"], json!([home]));
    assert_eq!(
        listed(json!([{"value": "BABS@jensen.org"}]))["emails"],
        json!([work])
    );
    assert_eq!(listed(home.clone())["emails"], json!([work]));
    assert_eq!(
        listed(json!([{"value": "babs@jensen.org", "type": "work"}])),
        barbara()
    );
    assert_eq!(listed(json!([])), barbara());
    for all in [json!([work, home]), json!(null)] {
        assert_eq!(listed(all), barbara_with(json!({"emails": null})));
    }
}

#[test]
fn err_without_a_path() {
    for op in [
        json!({"op": "remove"}),
        json!({"op": "remove", "value": {"title": null}}),
    ] {
        fails(json!([op]), ScimType::NoTarget, "`path`");
    }
    fails(
        json!([{"op": "remove", "path": USER_SCHEMA}]),
        ScimType::NoTarget,
        "use DELETE",
    );
}

#[test]
fn err_what_is_required_stays() {
    fails(
        json!([{"op": "remove", "path": "userName"}]),
        ScimType::Mutability,
        "`userName` is required",
    );
    for path in [
        "keys",
        "keys[value eq \"k\"]",
        "keys.value",
        "keys[value pr].value",
    ] {
        let error = run_custom(json!({}), json!([{"op": "remove", "path": path}])).unwrap_err();
        assert_eq!(error.scim_type, Some(ScimType::Mutability), "{path}");
    }
}

#[test]
fn err_what_is_immutable_stays() {
    let error = run_custom(
        json!({"badge": "7"}),
        json!([{"op": "remove", "path": "badge"}]),
    )
    .unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::Mutability));
    assert!(run_custom(json!({}), json!([{"op": "remove", "path": "badge"}])).is_ok());
}

#[test]
fn simple_values_are_selected_by_value() {
    let tags = json!({"tags": ["a", "b", "c"]});
    let ops = json!([{"op": "remove", "path": "tags[value eq \"B\" or value eq \"c\"]"}]);
    assert_eq!(run_custom(tags.clone(), ops).unwrap()["tags"], json!(["a"]));
    let ops = json!([{"op": "remove", "path": "tags", "value": ["A"]}]);
    assert_eq!(run_custom(tags, ops).unwrap()["tags"], json!(["b", "c"]));
}
