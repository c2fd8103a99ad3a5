//! What a filter means: the oracle that every other way to evaluate one is tested against.
//!
//! - An attribute *has a value* if it holds something other than null, an empty array and an object
//!   without values. The empty string is a value. An attribute that the resource lacks has none.
//! - `pr` of a complex attribute: any sub-attribute of any element has a value.
//! - Of a multi-valued attribute, one value that compares as asked is enough. The same goes for a
//!   sub-attribute: the values of all elements are looked at, and an element that lacks it is passed
//!   over.
//! - `ne` matches if some value differs, or if there is no value at all. It is therefore not the
//!   opposite of `eq`: `emails.type ne "work"` matches who has a work and a home address.
//! - `eq null` is `not (… pr)`, and `ne null` is `pr`.
//! - Text is compared by code point, folded ([`fold()`]) unless the attribute is case exact.
//!   `co`, `sw` and `ew` with an empty text match any value.
//! - A dateTime is compared as an instant, to the microsecond.
//! - Whole and decimal numbers are compared exactly with each other: 2^53 + 1 is greater than
//!   9007199254740992.0.
//! - `emails[…]` matches if one element satisfies all of the inner filter, in which an element's
//!   missing sub-attribute has no value (so `emails[display ne "x"]` matches an element without
//!   `display`). A singular complex attribute is one element; one without a value, none.
//! - [`Bound::Never`] matches nothing.
//! - A value of another type than the schema's is passed over, as if it were not there.

use std::cmp::Ordering;
use std::slice;

use serde_json::Value;

use super::{Bound, CompareOp, Operand};
use crate::schema::Target;
use crate::{JsonObject, Timestamp, fold};

/// Whether a resource, as it is rendered (with `id`, `schemas` and `meta`), matches.
#[must_use]
pub fn matches(filter: &Bound<'_>, resource: &JsonObject) -> bool {
    eval(filter, Scope::Resource(resource))
}

/// Whether one element matches the filter inside the brackets of a [`Bound::Element`].
#[must_use]
pub fn matches_element(filter: &Bound<'_>, element: &Value) -> bool {
    eval(filter, Scope::Element(element))
}

/// > Unassigned attributes, the null value, or an empty array … SHALL be considered to be equivalent
/// > in "state". (RFC 7643 §2.5)
#[must_use]
pub fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(values) => values.iter().any(has_value),
        Value::Object(object) => object.values().any(has_value),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// The elements of an attribute: none, the one value of a singular attribute, or those of the array.
pub(crate) fn elements<'v>(target: &Target<'_>, resource: &'v JsonObject) -> &'v [Value] {
    let container = match target.extension {
        None => Some(resource),
        Some(urn) => resource.get(urn).and_then(Value::as_object),
    };
    as_slice(container.and_then(|container| container.get(&target.attr.name)))
}

fn as_slice(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(values)) => values,
        Some(value) => slice::from_ref(value),
    }
}

/// Where names are looked up.
#[derive(Clone, Copy)]
enum Scope<'v> {
    Resource(&'v JsonObject),
    Element(&'v Value),
}

impl<'v> Scope<'v> {
    /// The values of a leaf, or of a whole attribute.
    fn values<'s>(self, target: Target<'s>) -> impl Iterator<Item = &'v Value> + use<'v, 's> {
        let elements = match self {
            Scope::Resource(resource) => elements(&target, resource),
            Scope::Element(element) => slice::from_ref(element),
        };
        elements.iter().flat_map(move |element| match target.sub {
            None => as_slice(Some(element)),
            Some(sub) => as_slice(element.get(&sub.name)),
        })
    }
}

fn eval(filter: &Bound<'_>, scope: Scope<'_>) -> bool {
    match filter {
        Bound::Present(target) => scope.values(*target).any(has_value),
        Bound::Compare(target, op, operand) => compare(scope, *target, *op, operand),
        Bound::And(filters) => filters.iter().all(|filter| eval(filter, scope)),
        Bound::Or(filters) => filters.iter().any(|filter| eval(filter, scope)),
        Bound::Not(filter) => !eval(filter, scope),
        Bound::Element(target, filter) => {
            let mut elements = scope.values(target.parent());
            elements.any(|element| has_value(element) && eval(filter, Scope::Element(element)))
        }
        Bound::Never => false,
    }
}

fn compare(scope: Scope<'_>, target: Target<'_>, op: CompareOp, operand: &Operand) -> bool {
    if *operand == Operand::Null {
        return scope.values(target).any(has_value) == (op == CompareOp::Ne);
    }
    let exact = target.leaf().is_case_exact();
    let mut values = scope
        .values(target)
        .filter_map(|value| test(value, op, operand, exact))
        .peekable();
    let none = values.peek().is_none();
    (none && op == CompareOp::Ne) || values.any(|holds| holds)
}

/// Whether one value compares as asked; nothing if it is of another type.
fn test(value: &Value, op: CompareOp, operand: &Operand, exact: bool) -> Option<bool> {
    let ordering = match operand {
        Operand::Text(needle) => {
            let text = value.as_str()?;
            return Some(if exact {
                test_text(text, op, needle)
            } else {
                test_text(&fold(text), op, needle)
            });
        }
        Operand::Integer(_) | Operand::Decimal(_) => compare_numbers(value, operand)?,
        Operand::Boolean(expected) => value.as_bool()?.cmp(expected),
        Operand::Time(expected) => Timestamp::parse(value.as_str()?)?.cmp(expected),
        Operand::Null => return None,
    };
    Some(test_ordering(ordering, op))
}

fn test_text(text: &str, op: CompareOp, needle: &str) -> bool {
    match op {
        CompareOp::Co => text.contains(needle),
        CompareOp::Sw => text.starts_with(needle),
        CompareOp::Ew => text.ends_with(needle),
        _ => test_ordering(text.cmp(needle), op),
    }
}

fn test_ordering(ordering: Ordering, op: CompareOp) -> bool {
    match op {
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}

fn compare_numbers(value: &Value, operand: &Operand) -> Option<Ordering> {
    match (value.as_i64(), operand) {
        (Some(value), Operand::Integer(expected)) => Some(value.cmp(expected)),
        (Some(value), Operand::Decimal(expected)) => compare_mixed(value, *expected),
        (None, Operand::Integer(expected)) => {
            compare_mixed(*expected, value.as_f64()?).map(Ordering::reverse)
        }
        (None, Operand::Decimal(expected)) => value.as_f64()?.partial_cmp(expected),
        _ => None,
    }
}

/// The least whole number beyond those of 64 bits.
pub(crate) const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

/// Compares without rounding the whole number to a decimal.
pub(crate) fn compare_mixed(whole: i64, decimal: f64) -> Option<Ordering> {
    if decimal.is_nan() {
        return None;
    }
    if decimal >= TWO_TO_63 {
        return Some(Ordering::Less);
    }
    if decimal < -TWO_TO_63 {
        return Some(Ordering::Greater);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked above"
    )]
    let floor = decimal.floor() as i64;
    let fraction = decimal - decimal.floor();
    Some(whole.cmp(&floor).then(if fraction > 0.0 {
        Ordering::Less
    } else {
        Ordering::Equal
    }))
}
