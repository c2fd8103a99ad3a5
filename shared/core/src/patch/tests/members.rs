//! The members of a group, with them among the attributes and without: it comes to the same.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// A group with members; they are among the attributes even if there are none.
fn group(members: &[&str]) -> Value {
    let members: Vec<Value> = members
        .iter()
        .map(|id| json!({"value": id, "type": "User", "display": format!("D {id}")}))
        .collect();
    json!({"displayName": "Tour Guides", "members": members})
}

/// The name of a group and the ids of its members.
type State = (String, BTreeSet<String>);

/// What operations leave of a group with these members.
fn state(members: &[&str], patched: &Patched) -> State {
    let Members::Changed(change) = &patched.members else {
        panic!("the members are at hand");
    };
    let name = patched.attributes["displayName"].as_str().unwrap();
    (name.to_owned(), changed(members, change))
}

fn changed(members: &[&str], change: &MemberChange) -> BTreeSet<String> {
    let stays = |id: &&&str| !change.clear && !change.remove.iter().any(|removed| removed == **id);
    let staying = members.iter().filter(stays).map(|id| (*id).to_owned());
    let coming = change.add.iter().map(|member| member.id.clone());
    staying.chain(coming).collect()
}

/// Applies the operations to a group, with its members among the attributes and without, and with nothing but the
/// operations.
#[track_caller]
fn run_group(mode: Mode, members: &[&str], ops: &Value) -> Result<State, ScimError> {
    let rt = ResourceType::group();
    let body = json!({"schemas": [PATCH_OP_SCHEMA], "Operations": ops});
    let request = PatchRequest::parse(body.as_object().unwrap().clone(), mode)?;
    let at_hand = apply(&resource(group(members)), &request.operations, &rt, mode);
    let at_hand = at_hand.map(|patched| state(members, &patched));
    // If it fails for two reasons, which of them is told may differ.
    let fails_alike = |error: ScimError| {
        let at_hand = at_hand
            .as_ref()
            .expect_err("it fails with the members at hand, too");
        let is_one = request.operations.len() == 1;
        assert!(!is_one || at_hand.scim_type == error.scim_type, "{ops}");
    };
    let name = json!({"displayName": "Tour Guides"});
    match apply(&resource(name), &request.operations, &rt, mode) {
        Ok(patched) if patched.members == Members::Needed => {}
        Ok(patched) => assert_eq!(Ok(state(members, &patched)), at_hand, "{ops}"),
        Err(error) => fails_alike(error),
    }
    match member_change(&request.operations, &rt, mode) {
        Ok(None) => {}
        Ok(Some(change)) => {
            let ids = changed(members, &change);
            assert_eq!(Ok(("Tour Guides".to_owned(), ids)), at_hand, "{ops}");
        }
        Err(error) => fails_alike(error),
    }
    at_hand
}

/// Who is in a group of u1 and u2 after the operations, in both modes.
#[track_caller]
fn members_after(ops: Value) -> String {
    let strict = run_group(Mode::Strict, &["u1", "u2"], &ops);
    let compat = run_group(Mode::Compat, &["u1", "u2"], &ops);
    assert_eq!(strict, compat);
    Vec::from_iter(compat.unwrap().1).join(" ")
}

#[track_caller]
fn fails_for_a_group(ops: Value, scim_type: ScimType, expected: &str) {
    for mode in [Mode::Compat, Mode::Strict] {
        let error = run_group(mode, &["u1", "u2"], &ops).unwrap_err();
        assert_eq!(error.scim_type, Some(scim_type), "{error}");
        assert!(error.detail.contains(expected), "{error}");
    }
}

#[test]
fn members_are_added_once() {
    let new = json!([{"value": "u1"}, {"value": "u3"}, {"value": "u3", "display": "x"}]);
    let after = members_after(json!([{"op": "add", "path": "members", "value": new}]));
    assert_eq!(after, "u1 u2 u3");
    let after = members_after(json!([{"op": "add", "path": "members", "value": {"value": "u3"}}]));
    assert_eq!(after, "u1 u2 u3");
    for nothing in [json!([]), json!(null)] {
        let after = members_after(json!([{"op": "add", "path": "members", "value": nothing}]));
        assert_eq!(after, "u1 u2");
    }
}

#[test]
fn entra_adds_members_with_a_null_reference() {
    let new = json!([{"$ref": null, "value": "u1"}, {"$ref": null, "value": "u3"}]);
    let after = members_after(json!([{"op": "Add", "path": "members", "value": new}]));
    assert_eq!(after, "u1 u2 u3");
}

#[test]
fn a_list_of_values_removes_those_alone() {
    let listed =
        |value: Value| members_after(json!([{"op": "Remove", "path": "members", "value": value}]));
    assert_eq!(listed(json!([{"value": "u1"}])), "u2");
    assert_eq!(
        listed(json!([{"value": "u1", "$ref": null, "display": "x"}])),
        "u2"
    );
    assert_eq!(listed(json!({"value": "u1"})), "u2");
    assert_eq!(listed(json!(["u1", "u9"])), "u2");
    assert_eq!(listed(json!([{"value": "u9"}])), "u1 u2");
    assert_eq!(listed(json!([])), "u1 u2");
    assert_eq!(listed(json!([{"value": "u1"}, {"value": "u2"}])), "");
    assert_eq!(listed(json!(null)), "");
    assert_eq!(listed(json!([{"display": "D u1"}])), "u1 u2");
}

#[test]
fn a_filter_removes_who_it_selects() {
    let selected = |filter: &str| {
        members_after(json!([{"op": "remove", "path": format!("members[{filter}]")}]))
    };
    assert_eq!(selected("value eq \"u1\""), "u2");
    assert_eq!(selected("VALUE eq \"U1\""), "u2");
    assert_eq!(selected("value eq \"u2\" or value eq \"u9\""), "u1");
    assert_eq!(selected("value eq \"u9\""), "u1 u2");
    assert_eq!(selected("value ne \"u1\""), "u1");
    assert_eq!(selected("value eq \"u1\" and type eq \"Group\""), "u1 u2");
    assert_eq!(selected("display ew \"U2\""), "u1");
    assert_eq!(selected("type pr"), "");
}

#[test]
fn okta_pushes_all_members() {
    let push =
        |value: Value| members_after(json!([{"op": "replace", "path": "members", "value": value}]));
    assert_eq!(push(json!([{"value": "u3", "display": "x"}])), "u3");
    assert_eq!(push(json!([{"value": "u2"}, {"value": "u3"}])), "u2 u3");
    assert_eq!(push(json!([])), "");
    assert_eq!(push(json!(null)), "");
}

#[test]
fn members_without_a_path() {
    for (op, expected) in [("add", "u1 u2 u3"), ("replace", "u3")] {
        let value = json!({"displayName": "N", "members": [{"value": "u3"}]});
        let ops = json!([{"op": op, "value": value}]);
        let (name, ids) = run_group(Mode::Compat, &["u1", "u2"], &ops).unwrap();
        assert_eq!(name, "N");
        assert_eq!(Vec::from_iter(ids).join(" "), expected);
    }
}

#[test]
fn operations_on_members_apply_in_order() {
    let after = members_after(json!([
        {"op": "remove", "path": "members[value eq \"u1\"]"},
        {"op": "add", "path": "members", "value": [{"value": "u3"}, {"value": "u1"}]},
        {"op": "remove", "path": "members", "value": [{"value": "u3"}]},
        {"op": "replace", "path": "displayName", "value": "N"}
    ]));
    assert_eq!(after, "u1 u2");
    let after = members_after(json!([
        {"op": "add", "path": "members", "value": [{"value": "u3"}]},
        {"op": "remove", "path": "members"},
        {"op": "add", "path": "members", "value": [{"value": "u4"}]}
    ]));
    assert_eq!(after, "u4");
}

#[test]
fn an_id_in_another_case_is_the_same_member() {
    for op in ["add", "replace"] {
        let all = json!([{"value": "U1"}, {"value": "u2"}]);
        let after = members_after(json!([{"op": op, "path": "members", "value": all}]));
        assert_eq!(after, "u1 u2");
    }
    let one = json!([{"value": "U1"}]);
    let after = members_after(json!([{"op": "remove", "path": "members", "value": one}]));
    assert_eq!(after, "u2");
}

#[test]
fn err_an_object_without_any_value_does_not_clear_a_group() {
    for value in [json!({}), json!({"value": null})] {
        let ops = json!([{"op": "replace", "path": "members", "value": value}]);
        fails_for_a_group(ops, ScimType::InvalidValue, "has no value; to clear it");
    }
}

#[test]
fn err_a_member_without_an_id() {
    for op in ["add", "replace"] {
        let ops = json!([{"op": op, "path": "members", "value": [{"display": "x"}]}]);
        fails_for_a_group(ops, ScimType::InvalidValue, "needs a `value`");
    }
    let ops = json!([{"op": "add", "path": "members", "value": [{"value": 1}]}]);
    fails_for_a_group(
        ops,
        ScimType::InvalidValue,
        "`members.value` expects a string",
    );
}

#[test]
fn err_a_member_is_immutable() {
    for op in [
        json!({"op": "remove", "path": "members[value eq \"u1\"].value"}),
        json!({"op": "replace", "path": "members[value eq \"u1\"].value", "value": "u2"}),
        json!({"op": "replace", "path": "members[value eq \"u1\"]", "value": {"value": "u2"}}),
        json!({"op": "replace", "path": "members.display", "value": "x"}),
    ] {
        fails_for_a_group(json!([op]), ScimType::Mutability, "");
    }
}

/// One to four operations on a group.
fn operations() -> impl Strategy<Value = Value> {
    let one = select(vec!["u1", "U2", "u3", "u4"]).prop_map(|id| json!({"value": id}));
    let value = prop_oneof![
        1 => select(vec![json!(null), json!([]), json!({}), json!("N"), json!(["u1", ""])]),
        2 => one.clone(),
        4 => proptest::collection::vec(one, 0..4).prop_map(Value::Array),
    ];
    let paths = select(vec![
        "members",
        "members",
        "members",
        "members[value eq \"u1\"]",
        "members[value eq \"U1\" or value eq \"u3\"]",
        "members[not (value eq \"u2\")]",
        "members[type eq \"user\" and display ew \"1\"]",
        "members.value",
        "members[value eq \"u4\"].display",
        "displayName",
        "",
    ]);
    let op =
        (select(vec!["add", "remove", "replace"]), paths, value).prop_map(|(op, path, value)| {
            match path {
                "" => json!({"op": op, "value": {"members": value}}),
                path => json!({"op": op, "path": path, "value": value}),
            }
        });
    proptest::collection::vec(op, 1..5).prop_map(Value::Array)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

    #[test]
    fn whether_members_are_at_hand_makes_no_difference(
        members in proptest::sample::subsequence(vec!["u1", "u2", "u3"], 0..=3),
        ops in operations(),
        mode in select(vec![Mode::Compat, Mode::Strict]),
    ) {
        let _ = run_group(mode, &members, &ops);
    }
}
