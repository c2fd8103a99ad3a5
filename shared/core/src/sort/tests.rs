use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{IndexEntry, ScimType, index_entries, testing};

#[track_caller]
fn check(sort_by: &str, order: &str, expected: &str) {
    let rt = ResourceType::user();
    let sort = Sort::parse(sort_by, Some(order), &rt).unwrap();
    let mut users = [
        json!({"id": "a", "userName": "b", "nickName": "É", "meta": {"created": "2026-01-02T05:00:00+03:00"}}),
        json!({"id": "B", "userName": "A", "nickName": "z", "active": true, "meta": {"created": "2026-01-02T03:00:00Z"}}),
        json!({"id": "c", "userName": "C", "emails": [{"value": "z"}, {"value": "a", "primary": true}], "active": false}),
        json!({"id": "d", "userName": "d", "emails": [{"value": "m"}, {"value": "b", "primary": false}], "nickName": ""}),
    ]
    .map(|user| user.as_object().unwrap().clone());
    users.sort_by(|a, b| sort.compare(a, b));
    let order: Vec<&str> = users
        .iter()
        .filter_map(|user| user.get("id")?.as_str())
        .collect();
    assert_eq!(order.join(" "), expected);
}

#[track_caller]
fn err(sort_by: &str, order: Option<&str>, status: u16, scim_type: ScimType, expected: &str) {
    let rt = ResourceType::user();
    let error = Sort::parse(sort_by, order, &rt).unwrap_err();
    assert_eq!((error.status, error.scim_type), (status, Some(scim_type)));
    assert!(error.detail.contains(expected), "{error}");
}

#[test]
fn text_sorts_without_case_unless_it_is_case_exact() {
    check("userName", "ascending", "B a c d");
    check("USERNAME", "Descending", "d c a B");
    check("id", "ascending", "B a c d");
}

#[test]
fn those_without_a_value_come_last_ascending_and_first_descending() {
    check("nickName", "ascending", "d B a c");
    check("nickName", "descending", "c a B d");
    check("active", "ascending", "c B a d");
}

#[test]
fn a_multi_valued_attribute_sorts_by_its_primary_or_first_value() {
    check("emails", "ascending", "c d a B");
    check("emails.value", "descending", "a B d c");
}

#[test]
fn a_date_time_sorts_as_an_instant() {
    check("meta.created", "ascending", "a B c d");
    check("meta.created", "descending", "c d B a");
}

#[test]
fn the_order_is_ascending_if_nothing_is_said() {
    let rt = ResourceType::user();
    assert_eq!(
        Sort::parse("userName", None, &rt).unwrap().order,
        SortOrder::Ascending
    );
    assert_eq!(
        Sort::parse("userName", Some(""), &rt).unwrap().order,
        SortOrder::Ascending
    );
}

#[test]
fn err_says_what_to_sort_by() {
    err(
        "nope",
        None,
        400,
        ScimType::InvalidValue,
        "`sortBy` is `nope`, which is not an attribute of User",
    );
    err("a b", None, 400, ScimType::InvalidValue, "`a b`");
    err(
        "name",
        None,
        400,
        ScimType::InvalidValue,
        "name a sub-attribute, such as `name.formatted`",
    );
    err(
        "userName",
        Some("up"),
        400,
        ScimType::InvalidValue,
        "`sortOrder` is `up`; use ascending or descending",
    );
    err("password", None, 403, ScimType::Sensitive, "never returned");
}

#[test]
fn err_several_values_in_one_element_have_no_order() {
    let rt = testing::device_type();
    for by in [
        "place.codes",
        &format!("{}:keys.codes", testing::FLEET_SCHEMA),
    ] {
        let error = Sort::parse(by, None, rt).unwrap_err();
        let expected = format!("`sortBy` is `{by}`, which has several values in one element");
        assert!(error.detail.starts_with(&expected), "{error}");
    }
    assert!(Sort::parse("sizes", None, rt).is_ok());
}

/// The entry that an index sorts by.
fn leading(entries: &[IndexEntry], key: &str) -> Option<Value> {
    let entry = entries
        .iter()
        .find(|entry| entry.path == key && entry.element == 0)?;
    Some(Value::String(format!("{:?}", entry.value)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn the_index_sorts_as_the_resources_do(
        a in testing::user(),
        b in testing::user(),
        sort_by in prop::sample::select(vec!["userName", "externalId", "emails", "emails.type", "roles.primary", "active", "name.familyName"]),
    ) {
        let rt = testing::user_type();
        let sort = Sort::parse(sort_by, None, rt).unwrap();
        let key = sort.target.key();
        let (first, second) = (leading(&index_entries(&a, rt), &key), leading(&index_entries(&b, rt), &key));
        let expected = match (&first, &second) {
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            _ if first == second => Ordering::Equal,
            _ => sort.compare(&a, &b),
        };
        prop_assert_eq!(sort.compare(&a, &b), expected);
        prop_assert_eq!(sort.compare(&b, &a), expected.reverse());
        prop_assert_eq!(sort.compare(&a, &b) == Ordering::Equal, first == second);
    }
}
