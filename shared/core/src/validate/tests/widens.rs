//! Which changes of a type need no look at what is stored.

use super::*;
use crate::ResourceType;
use crate::schema::{Attribute, AttributeType, Mutability, Returned, Uniqueness};
use crate::testing::device_type;

/// What becomes of devices when the attribute of that name, or its sub-attribute, is changed.
#[track_caller]
fn check(path: &str, expected: bool, change: impl FnOnce(&mut Attribute)) {
    let mut new = device_type().clone();
    let (name, sub) = path.split_once('.').unwrap_or((path, ""));
    let mut attr = find_mut(&mut new.schema.attributes, name);
    if !sub.is_empty() {
        attr = find_mut(&mut attr.sub_attributes, sub);
    }
    change(attr);
    assert_eq!(widens(device_type(), &new), expected, "{path}");
}

#[track_caller]
fn check_type(expected: bool, change: impl FnOnce(&mut ResourceType)) {
    let mut new = device_type().clone();
    change(&mut new);
    assert_eq!(widens(device_type(), &new), expected, "{new:?}");
}

fn find_mut<'a>(attributes: &'a mut [Attribute], name: &str) -> &'a mut Attribute {
    attributes
        .iter_mut()
        .find(|attr| attr.name == name)
        .unwrap()
}

fn extra(required: bool) -> Attribute {
    let extra = json!({"name": "extra", "required": required});
    serde_json::from_value(extra).unwrap()
}

#[test]
fn what_says_nothing_about_values_does_not_matter() {
    check_type(true, |_| {});
    check_type(true, |new| new.description = "Other words".to_owned());
    check_type(true, |new| new.endpoint = "/Others".to_owned());
    check_type(true, |new| new.schema.attributes.reverse());
    check("label", true, |attr| {
        attr.description = "A label".to_owned()
    });
    check("label", true, |attr| {
        attr.mutability = Mutability::Immutable
    });
    check("label", true, |attr| attr.returned = Returned::Request);
    check("serial", true, |attr| attr.uniqueness = Uniqueness::Global);
    check("ports.type", true, |attr| {
        attr.canonical_values.push("video".to_owned())
    });
}

#[test]
fn what_may_be_missing_can_be_added_and_a_demand_taken_back() {
    check_type(true, |new| new.schema.attributes.push(extra(false)));
    check_type(true, |new| {
        new.extensions[0].schema.attributes.push(extra(false));
    });
    check("place", true, |attr| attr.sub_attributes.push(extra(false)));
    check("serial", true, |attr| attr.required = false);
    check("ports.value", true, |attr| attr.required = false);
    check_type(true, |new| {
        let mut other = new.extensions[0].clone();
        other.schema.id = "urn:example:Other".to_owned();
        other.schema.attributes = vec![extra(true)];
        new.extensions.push(other);
    });
}

#[test]
fn what_goes_or_is_demanded_needs_a_look() {
    check_type(false, |new| drop(new.schema.attributes.pop()));
    check_type(false, |new| drop(new.extensions.pop()));
    check_type(false, |new| {
        drop(new.extensions[0].schema.attributes.pop());
    });
    check("place", false, |attr| drop(attr.sub_attributes.pop()));
    check_type(false, |new| new.schema.attributes.push(extra(true)));
    check("place", false, |attr| attr.sub_attributes.push(extra(true)));
    check("label", false, |attr| attr.required = true);
    check_type(false, |new| new.extensions[0].required = true);
    check_type(false, |new| {
        let mut other = new.extensions[0].clone();
        other.schema.id = "urn:example:Other".to_owned();
        other.required = true;
        new.extensions.push(other);
    });
}

#[test]
fn what_is_compared_or_found_otherwise_needs_a_look() {
    check("label", false, |attr| attr.name = "Label".to_owned());
    check("size", false, |attr| attr.kind = AttributeType::Decimal);
    check("label", false, |attr| attr.multi_valued = true);
    check("label", false, |attr| attr.case_exact = true);
    check("label", false, |attr| attr.uniqueness = Uniqueness::Server);
    check("size", false, |attr| attr.uniqueness = Uniqueness::Server);
    check("label", false, |attr| attr.returned = Returned::Never);
    check("pin", false, |attr| attr.returned = Returned::Default);
    check("ports.type", false, |attr| attr.canonical_values.clear());
    check("ports.names", false, |attr| attr.multi_valued = false);
    check_type(false, |new| new.schema.id = "urn:example:Other".to_owned());
    check_type(false, |new| {
        new.extensions[0].schema.id = new.extensions[0].schema.id.to_uppercase();
    });
}
