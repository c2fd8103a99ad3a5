//! The searchable values of a resource: what a store keeps in its index, so that its queries agree
//! with [`crate::matches()`] and [`crate::Sort`].

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::filter::{TWO_TO_63, compare_mixed, elements};
use crate::resource::schemas_of;
use crate::schema::{Attribute, AttributeType, Lookup, Returned, Target, Uniqueness};
use crate::validate::is_primary;
use crate::{JsonObject, ResourceType, Timestamp, fold};

/// A value in the form in which it is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum IndexValue {
    /// Text, folded unless the attribute is case exact.
    Text(String),
    /// A whole number; false and true as 0 and 1; an instant in microseconds since the Unix epoch.
    Integer(i64),
    /// Any other number: one with a fraction, or beyond 64 bits.
    Decimal(f64),
}

impl IndexValue {
    /// The form of a leaf's value; nothing if it is of another type than the schema's.
    pub(crate) fn of(leaf: &Attribute, value: &Value) -> Option<Self> {
        match leaf.kind {
            AttributeType::Complex => None,
            AttributeType::Boolean => value.as_bool().map(|value| Self::Integer(value.into())),
            AttributeType::DateTime => {
                Timestamp::parse(value.as_str()?).map(|at| Self::Integer(at.as_micros()))
            }
            AttributeType::Integer | AttributeType::Decimal => value
                .as_i64()
                .map(Self::Integer)
                .or_else(|| value.as_f64().map(Self::of_decimal)),
            _ if leaf.is_case_exact() => value.as_str().map(|text| Self::Text(text.to_owned())),
            _ => value.as_str().map(|text| Self::Text(fold(text))),
        }
    }

    /// A decimal, which may be a whole number: 1.0 is 1 to SQL and to a filter.
    fn of_decimal(value: f64) -> Self {
        // Both ends are powers of two, which a decimal holds exactly.
        if value.fract() != 0.0 || !(-TWO_TO_63..TWO_TO_63).contains(&value) {
            return Self::Decimal(value);
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number in the range of an i64, as checked above"
        )]
        let whole = value as i64;
        Self::Integer(whole)
    }

    /// Which comes first; two values of one attribute are of one type.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            (Self::Decimal(a), Self::Decimal(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
            (Self::Integer(a), Self::Decimal(b)) => {
                compare_mixed(*a, *b).unwrap_or(Ordering::Equal)
            }
            (Self::Decimal(a), Self::Integer(b)) => {
                compare_mixed(*b, *a).map_or(Ordering::Equal, Ordering::reverse)
            }
            (Self::Text(_), _) => Ordering::Greater,
            (_, Self::Text(_)) => Ordering::Less,
        }
    }
}

/// One value of one leaf.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexEntry {
    /// The leaf's canonical path, as [`Target::key`] has it.
    pub path: String,
    /// What an index is kept of the leaf's values.
    pub lookup: Lookup,
    /// Which element of the attribute it belongs to: 0 is the one that the attribute sorts by (the
    /// primary, else the first), the others count from 1. A singular attribute has 0 alone.
    pub element: u32,
    /// The value.
    pub value: IndexValue,
}

/// Every leaf value of the attributes, and the values of `schemas`; no two entries are equal. What is
/// never returned is left out, and so are relations, and `id` and `meta`, which are not among the attributes.
#[must_use]
pub fn index_entries(attributes: &JsonObject, rt: &ResourceType) -> Vec<IndexEntry> {
    let mut entries = Vec::new();
    for (extension, attr) in rt.attributes() {
        add_entries(
            Target {
                extension,
                attr,
                sub: None,
            },
            attributes,
            &mut entries,
        );
    }
    let schemas = ResourceType::common_attributes()
        .iter()
        .find(|common| common.name == "schemas");
    if let Some(attr) = schemas {
        let rendered = JsonObject::from_iter([("schemas".to_owned(), schemas_of(attributes, rt))]);
        add_entries(
            Target {
                extension: None,
                attr,
                sub: None,
            },
            &rendered,
            &mut entries,
        );
    }
    entries
}

fn add_entries(target: Target<'_>, attributes: &JsonObject, entries: &mut Vec<IndexEntry>) {
    let elements = elements(&target, attributes);
    let is_hidden = target.attr.returned == Returned::Never || target.attr.relation.is_some();
    if elements.is_empty() || is_hidden {
        return;
    }
    let leading = leading(elements);
    let subs = target
        .attr
        .sub_attributes
        .iter()
        .map(|sub| target.with_sub(sub));
    let leaves = std::iter::once(target).chain(subs);
    for leaf in leaves.filter(|leaf| leaf.leaf().returned != Returned::Never) {
        let mut path = None;
        for (position, element) in elements.iter().enumerate() {
            let mut values: Vec<IndexValue> = leaf_values(&leaf, element)
                .iter()
                .filter_map(|value| IndexValue::of(leaf.leaf(), value))
                .collect();
            // A sub-attribute may have several values, and two of them the same form.
            values.sort_by(IndexValue::compare);
            values.dedup();
            for value in values {
                let path = path.get_or_insert_with(|| leaf.key()).clone();
                entries.push(IndexEntry {
                    path,
                    lookup: leaf.lookup(),
                    element: number(position, leading),
                    value,
                });
            }
        }
    }
}

/// Which element an attribute sorts by: the primary one, else the first.
fn leading(elements: &[Value]) -> usize {
    elements.iter().position(is_primary).unwrap_or(0)
}

/// The element's number, with the leading one as 0.
fn number(position: usize, leading: usize) -> u32 {
    let number = match position.cmp(&leading) {
        Ordering::Less => position + 1,
        Ordering::Equal => 0,
        Ordering::Greater => position,
    };
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn leaf_values<'v>(leaf: &Target<'_>, element: &'v Value) -> &'v [Value] {
    let value = match leaf.sub {
        None => Some(element),
        Some(sub) => element.get(&sub.name),
    };
    match value {
        None => &[],
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
    }
}

/// The value that a resource sorts by: the first of the leaf in the leading element.
pub(crate) fn sort_value(target: &Target<'_>, resource: &JsonObject) -> Option<IndexValue> {
    let elements = elements(target, resource);
    let element = elements.get(leading(elements))?;
    leaf_values(target, element)
        .iter()
        .find_map(|value| IndexValue::of(target.leaf(), value))
}

/// A value that no other resource of the type may have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UniqueValue {
    /// The leaf's canonical path.
    pub path: String,
    /// What an index is kept of the leaf's values.
    pub lookup: Lookup,
    /// The value; folded unless the attribute is case exact.
    pub value: String,
}

/// The values that no other resource of the type may have. No two are equal.
///
/// > No two resources on the same server SHOULD possess the same value. (RFC 7643 §7)
#[must_use]
pub fn unique_values(attributes: &JsonObject, rt: &ResourceType) -> Vec<UniqueValue> {
    let mut values = Vec::new();
    for (extension, attr) in rt.attributes() {
        let target = Target {
            extension,
            attr,
            sub: None,
        };
        let subs = attr.sub_attributes.iter().map(|sub| target.with_sub(sub));
        for leaf in std::iter::once(target).chain(subs) {
            if leaf.leaf().uniqueness == Uniqueness::None {
                continue;
            }
            for element in elements(&target, attributes) {
                for value in leaf_values(&leaf, element) {
                    let value = match IndexValue::of(leaf.leaf(), value) {
                        Some(IndexValue::Text(text)) => text,
                        Some(IndexValue::Integer(number)) => number.to_string(),
                        Some(IndexValue::Decimal(number)) => number.to_string(),
                        None => continue,
                    };
                    values.push(UniqueValue {
                        path: leaf.key(),
                        lookup: leaf.lookup(),
                        value,
                    });
                }
            }
        }
    }
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
    values
}

#[cfg(test)]
mod tests;
