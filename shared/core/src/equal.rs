//! When two values of an attribute are the same.

use std::hash::{Hash, Hasher};

use serde_json::Value;

use crate::index::IndexValue;
use crate::schema::{Attribute, AttributeType};
use crate::{JsonObject, Timestamp, fold};

/// Whether two values of an attribute are equal as its schema compares them: text without regard to
/// case unless it is case exact, dateTimes as instants, numbers by their value, complex values by their
/// sub-attributes.
pub(crate) fn equal(attr: &Attribute, a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(attr, a, b))
        }
        (Value::Object(a), Value::Object(b)) if attr.is_complex() => {
            attr.sub_attributes.iter().all(|sub| equal_sub(sub, a, b))
        }
        (Value::String(a), Value::String(b)) => match attr.kind {
            AttributeType::DateTime => a == b || Timestamp::parse(a) == Timestamp::parse(b),
            _ if attr.is_case_exact() => a == b,
            _ if a.is_ascii() && b.is_ascii() => a.eq_ignore_ascii_case(b),
            _ => a == b || fold(a) == fold(b),
        },
        // 1.0 is 1, as it is to a filter.
        (Value::Number(_), Value::Number(_)) => {
            a == b || IndexValue::of(attr, a).is_some_and(|a| Some(a) == IndexValue::of(attr, b))
        }
        _ => a == b,
    }
}

/// Hashes a value so that [`equal`] ones have the same hash.
pub(crate) fn hash(attr: &Attribute, value: &Value, hasher: &mut impl Hasher) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| hash(attr, value, hasher)),
        Value::Object(object) if attr.is_complex() => {
            for sub in &attr.sub_attributes {
                if let Some(value) = object.get(&sub.name) {
                    sub.name.hash(hasher);
                    hash(sub, value, hasher);
                }
            }
        }
        Value::String(text) => match attr.kind {
            AttributeType::DateTime => Timestamp::parse(text).hash(hasher),
            _ if attr.is_case_exact() => text.hash(hasher),
            _ => fold(text).hash(hasher),
        },
        Value::Number(number) => match IndexValue::of(attr, value) {
            Some(IndexValue::Integer(whole)) => whole.hash(hasher),
            Some(IndexValue::Decimal(decimal)) => decimal.to_bits().hash(hasher),
            _ => number.hash(hasher),
        },
        other => other.hash(hasher),
    }
}

/// Whether two complex values have the same sub-attribute, or both lack it.
pub(crate) fn equal_sub(sub: &Attribute, a: &JsonObject, b: &JsonObject) -> bool {
    match (a.get(&sub.name), b.get(&sub.name)) {
        (None, None) => true,
        (Some(a), Some(b)) => equal(sub, a, b),
        _ => false,
    }
}

/// The form of a value under which equal ones are found in a map.
pub(crate) fn lookup_key(attr: &Attribute, value: &Value) -> String {
    match IndexValue::of(attr, value) {
        Some(IndexValue::Text(text)) => text,
        Some(IndexValue::Integer(whole)) => whole.to_string(),
        Some(IndexValue::Decimal(decimal)) => decimal.to_string(),
        None => value.to_string(),
    }
}
