//! Types that no schema of the RFC has.

use serde_json::{Value, json};

use super::*;
use crate::Attribute;

/// A type with numbers and a simple multi-valued attribute, as a custom schema may have.
fn gadget() -> ResourceType {
    let mut rt = ResourceType::group();
    let attributes = json!([
        {"name": "size", "type": "integer"},
        {"name": "weight", "type": "decimal"},
        {"name": "tags", "multiValued": true},
        {"name": "seen", "type": "dateTime", "multiValued": true}
    ]);
    let attributes: Vec<Attribute> = serde_json::from_value(attributes).unwrap();
    rt.schema.attributes.extend(attributes);
    rt
}

#[track_caller]
fn check_gadget(text: &str, resource: &Value, expected: bool) {
    let rt = gadget();
    let bound = Filter::parse(text).unwrap().bind(&rt).unwrap();
    assert_eq!(
        matches(&bound, resource.as_object().unwrap()),
        expected,
        "{text}"
    );
}

#[test]
fn numbers_compare_exactly_across_kinds() {
    let big = json!({"size": 9_007_199_254_740_993_i64, "weight": 1.5});
    check_gadget("size gt 9007199254740992", &big, true);
    check_gadget("size gt 9007199254740992.0", &big, true);
    check_gadget("size eq 9007199254740992.0", &big, false);
    check_gadget("size lt 1e300", &big, true);
    check_gadget("size gt -1e300", &big, true);
    check_gadget("size lt 18446744073709551615", &big, true);
    check_gadget("weight gt 1", &big, true);
    check_gadget("weight lt 2", &big, true);
    check_gadget("weight eq 1.50", &big, true);
    check_gadget("weight ne 1.5", &big, false);
    let whole = json!({"size": 5, "weight": -2});
    check_gadget("size eq 5.0", &whole, true);
    check_gadget("size lt 5.5", &whole, true);
    check_gadget("weight eq -2.0", &whole, true);
    check_gadget("weight gt -2.5", &whole, true);
}

#[test]
fn a_simple_multi_valued_attribute_is_selected_by_value() {
    let resource = json!({"tags": ["Red", "green"], "seen": ["2026-01-02T03:04:05Z"]});
    check_gadget(r#"tags eq "red""#, &resource, true);
    check_gadget(r#"tags ne "red""#, &resource, true);
    check_gadget(r#"tags[value sw "g" and value ew "n"]"#, &resource, true);
    check_gadget(r#"tags[value sw "g" and value ew "d"]"#, &resource, false);
    check_gadget(
        r#"seen[value gt "2026-01-02T04:04:05+02:00"]"#,
        &resource,
        true,
    );
    check_gadget("tags pr", &json!({"tags": []}), false);
}

#[test]
fn a_value_of_another_type_is_passed_over() {
    check_gadget("size eq 5", &json!({"size": "5"}), false);
    check_gadget("size ne 5", &json!({"size": "5"}), true);
    check_gadget(
        r#"seen gt "2026-01-02T03:04:05Z""#,
        &json!({"seen": ["never"]}),
        false,
    );
}
