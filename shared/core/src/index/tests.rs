use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::schema::{ENTERPRISE_USER_SCHEMA as ENTERPRISE, USER_SCHEMA};
use crate::{CompareOp, Filter, Literal, matches, testing};

fn entries(attributes: Value) -> Vec<(String, u32, IndexValue)> {
    let entries = index_entries(attributes.as_object().unwrap(), &ResourceType::user());
    entries
        .into_iter()
        .map(|entry| (entry.path, entry.element, entry.value))
        .collect()
}

fn text(path: &str, element: u32, value: &str) -> (String, u32, IndexValue) {
    (path.to_owned(), element, IndexValue::Text(value.to_owned()))
}

fn integer(path: &str, element: u32, value: i64) -> (String, u32, IndexValue) {
    (path.to_owned(), element, IndexValue::Integer(value))
}

fn unique(path: &str, value: &str) -> UniqueValue {
    UniqueValue {
        path: path.to_owned(),
        lookup: Lookup::Unique,
        value: value.to_owned(),
    }
}

#[test]
fn every_leaf_is_there_in_the_form_in_which_it_is_compared() {
    let found = entries(json!({
        "userName": "BJensen", "externalId": "AbC", "active": true, "password": "secret", "nickName": "",
        "name": {"familyName": "Ñ"}, "profileUrl": "https://A.example",
        ENTERPRISE: {"employeeNumber": "X1", "manager": {"value": "M"}}
    }));
    let user = USER_SCHEMA.to_lowercase();
    let enterprise = ENTERPRISE.to_lowercase();
    let expected = [
        text("externalId", 0, "AbC"),
        text("userName", 0, "bjensen"),
        text("name.familyName", 0, "ñ"),
        text("nickName", 0, ""),
        text("profileUrl", 0, "https://A.example"),
        integer("active", 0, 1),
        text(&format!("{ENTERPRISE}:employeeNumber"), 0, "x1"),
        text(&format!("{ENTERPRISE}:manager.value"), 0, "m"),
        text("schemas", 0, &user),
        text("schemas", 1, &enterprise),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_primary_element_is_number_0() {
    let found = entries(json!({
        "emails": [{"value": "a"}, {"type": "x"}, {"value": "b", "type": "work", "primary": true}, {"value": "c"}]
    }));
    let expected = [
        text("emails.value", 1, "a"),
        text("emails.value", 0, "b"),
        text("emails.value", 3, "c"),
        text("emails.type", 2, "x"),
        text("emails.type", 0, "work"),
        integer("emails.primary", 0, 1),
        text("schemas", 0, &USER_SCHEMA.to_lowercase()),
    ];
    assert_eq!(found, expected);
    let found = entries(json!({"roles": [{"value": "a"}, {"value": "b"}]}));
    assert_eq!(
        found[..2],
        [text("roles.value", 0, "a"), text("roles.value", 1, "b")]
    );
}

#[test]
fn numbers_and_instants_of_a_custom_schema() {
    let mut rt = ResourceType::user();
    let attributes = json!([
        {"name": "count", "type": "integer"}, {"name": "weight", "type": "decimal", "multiValued": true},
        {"name": "since", "type": "dateTime"}, {"name": "code", "uniqueness": "global", "caseExact": true}
    ]);
    rt.schema
        .attributes
        .extend(serde_json::from_value::<Vec<Attribute>>(attributes).unwrap());
    let attributes =
        json!({"count": 5, "weight": [1, 1.5], "since": "1970-01-01T01:00:01+01:00", "code": "C"});
    let attributes = attributes.as_object().unwrap();
    let found: Vec<IndexValue> = index_entries(attributes, &rt)
        .into_iter()
        .map(|entry| entry.value)
        .collect();
    let expected = [
        IndexValue::Integer(5),
        IndexValue::Integer(1),
        IndexValue::Decimal(1.5),
        IndexValue::Integer(1_000_000),
        IndexValue::Text("C".to_owned()),
        IndexValue::Text(USER_SCHEMA.to_lowercase()),
    ];
    assert_eq!(found, expected);
    assert_eq!(unique_values(attributes, &rt), [unique("code", "C")]);
}

#[track_caller]
fn check_decimal(number: Value, expected: IndexValue) {
    let decimal: Attribute =
        serde_json::from_value(json!({"name": "weight", "type": "decimal"})).unwrap();
    assert_eq!(IndexValue::of(&decimal, &number), Some(expected));
}

#[test]
fn a_whole_number_has_one_form_however_it_is_written() {
    check_decimal(json!(1), IndexValue::Integer(1));
    check_decimal(json!(1.0), IndexValue::Integer(1));
    check_decimal(json!(-0.0), IndexValue::Integer(0));
    check_decimal(json!(-2e3), IndexValue::Integer(-2_000));
    check_decimal(json!(i64::MAX), IndexValue::Integer(i64::MAX));
    check_decimal(json!(-TWO_TO_63), IndexValue::Integer(i64::MIN));
    check_decimal(json!(TWO_TO_63), IndexValue::Decimal(TWO_TO_63));
    check_decimal(json!(1_u64 << 63), IndexValue::Decimal(TWO_TO_63));
    check_decimal(json!(-1e300), IndexValue::Decimal(-1e300));
    check_decimal(json!(1.5), IndexValue::Decimal(1.5));
}

#[test]
fn no_two_entries_are_equal() {
    let mut rt = ResourceType::user();
    let attribute = json!({"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
        {"name": "sizes", "type": "decimal", "multiValued": true},
        {"name": "codes", "multiValued": true, "uniqueness": "server"}
    ]});
    rt.schema
        .attributes
        .push(serde_json::from_value(attribute).unwrap());
    let keys = json!([{"sizes": [2, 1, 1.0, 1.5], "codes": ["b", "A", "a"]}, {"sizes": [1.0], "codes": ["B"]}]);
    let attributes = json!({"keys": keys});
    let attributes = attributes.as_object().unwrap();
    let entries = index_entries(attributes, &rt)
        .into_iter()
        .map(|entry| (entry.path, entry.element, entry.value));
    let expected = [
        integer("keys.sizes", 0, 1),
        ("keys.sizes".to_owned(), 0, IndexValue::Decimal(1.5)),
        integer("keys.sizes", 0, 2),
        integer("keys.sizes", 1, 1),
        text("keys.codes", 0, "a"),
        text("keys.codes", 0, "b"),
        text("keys.codes", 1, "b"),
        text("schemas", 0, &USER_SCHEMA.to_lowercase()),
    ];
    assert_eq!(entries.collect::<Vec<_>>(), expected);
    let expected = ["b", "a"].map(|code| unique("keys.codes", code));
    assert_eq!(unique_values(attributes, &rt), expected);
}

#[test]
fn a_user_name_is_unique_without_case() {
    let attributes = json!({"userName": "BJensen", "emails": [{"value": "x"}]});
    let found = unique_values(attributes.as_object().unwrap(), &ResourceType::user());
    assert_eq!(found, [unique("userName", "bjensen")]);
}

#[test]
fn an_entry_says_what_an_index_is_kept_of_its_values() {
    let attributes = json!({
        "userName": "a", "externalId": "b", "active": true, "profileUrl": "https://a.example",
        "emails": [{"value": "c", "type": "work"}]
    });
    let found: Vec<_> = index_entries(attributes.as_object().unwrap(), &ResourceType::user())
        .into_iter()
        .map(|entry| (entry.path, entry.lookup))
        .collect();
    let expected = [
        ("externalId", Lookup::Text),
        ("userName", Lookup::Unique),
        ("profileUrl", Lookup::None),
        ("active", Lookup::None),
        ("emails.value", Lookup::Text),
        ("emails.type", Lookup::None),
        ("schemas", Lookup::None),
    ]
    .map(|(path, lookup)| (path.to_owned(), lookup));
    assert_eq!(found, expected);
}

#[test]
fn relations_are_no_part_of_the_index() {
    let group = json!({"displayName": "g", "members": [{"value": "a", "display": "A"}]});
    let entries = index_entries(group.as_object().unwrap(), &ResourceType::group());
    assert!(
        entries
            .iter()
            .all(|entry| !entry.path.starts_with("members"))
    );
}

/// What an index lookup by equality finds.
fn has_entry(entries: &[IndexEntry], path: &str, value: &str) -> bool {
    entries.iter().any(|entry| {
        entry.path == path && matches!(&entry.value, IndexValue::Text(text) if text == value)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn an_entry_is_there_if_and_only_if_the_evaluator_finds_the_value(
        attributes in testing::user(),
        path in prop::sample::select(vec!["userName", "externalId", "emails.value", "emails.type", "addresses.country", "name.givenName"]),
        literal in prop::sample::select(testing::TEXTS),
    ) {
        let rt = testing::user_type();
        let path = crate::AttrPath::parse(path).unwrap();
        let target = rt.resolve(&path).unwrap();
        let folded = if target.leaf().is_case_exact() { literal.to_owned() } else { fold(literal) };
        let filter = Filter::Compare(path, CompareOp::Eq, Literal::Text(literal.to_owned()));
        let found = matches(&filter.bind(rt).unwrap(), &attributes);
        prop_assert_eq!(found, has_entry(&index_entries(&attributes, rt), &target.key(), &folded));
    }
}
