//! What a PUT leaves of the resource that was there.
//!
//! [RFC 7644 §3.5.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.1)

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document;
use crate::equal::{equal, equal_sub, lookup_key};
use crate::schema::{Attribute, Mutability, Target};
use crate::{JsonObject, Resource, ResourceType, ScimError};

/// Combines a resource with its replacement, which [`super::accept`] has checked.
///
/// - readWrite: what the replacement lacks is cleared.
/// - readOnly: kept.
/// - writeOnly: kept if the replacement lacks it, since the client has never seen it.
/// - immutable: kept if the replacement lacks it, else it must be the same.
///
/// Of a multi-valued attribute, an element with the `value` of an old one continues that one: its readOnly
/// and immutable sub-attributes are kept. A singular complex attribute keeps its readOnly sub-attributes
/// unless its `value` changes, which they would then misdescribe.
///
/// # Errors
///
/// `mutability` if an immutable attribute would change.
pub fn replace(
    current: &Resource,
    mut new: JsonObject,
    rt: &ResourceType,
) -> Result<JsonObject, ScimError> {
    for (extension, attr) in rt.attributes() {
        let target = Target {
            extension,
            attr,
            sub: None,
        };
        let Some(old) = document::get(&current.attributes, target) else {
            continue;
        };
        let replacement = document::take(&mut new, target);
        let value = match (attr.mutability, replacement) {
            (Mutability::ReadOnly, _) | (Mutability::WriteOnly | Mutability::Immutable, None) => {
                Some(old.clone())
            }
            // > If one or more values are already set for the attribute, the input value(s) MUST
            // > match
            (Mutability::Immutable, Some(value)) if equal(attr, old, &value) => Some(old.clone()),
            (Mutability::Immutable, Some(_)) => return Err(immutable(target)),
            (_, Some(mut value)) => {
                keep_server_parts(target, old, &mut value)?;
                Some(value)
            }
            (Mutability::ReadWrite, None) => None,
        };
        document::put(&mut new, target, value);
    }
    Ok(new)
}

/// An immutable attribute would change.
pub(crate) fn immutable(target: Target<'_>) -> ScimError {
    ScimError::mutability(format!(
        "`{}` is immutable and has a value; leave it as it is",
        target.key()
    ))
}

/// Carries the sub-attributes over that the client cannot change.
pub(crate) fn keep_server_parts(
    target: Target<'_>,
    old: &Value,
    new: &mut Value,
) -> Result<(), ScimError> {
    let attr = target.attr;
    if attr
        .sub_attributes
        .iter()
        .all(|sub| sub.mutability == Mutability::ReadWrite)
    {
        return Ok(());
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => keep_in_singular(target, old, new),
        (Value::Array(old), Value::Array(new)) => {
            keep_in_elements(attr, old, new);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn keep_in_singular(
    target: Target<'_>,
    old: &JsonObject,
    new: &mut JsonObject,
) -> Result<(), ScimError> {
    let same_value = target
        .attr
        .value_attribute()
        .is_none_or(|value| equal_sub(value, old, new));
    for sub in &target.attr.sub_attributes {
        let Some(kept) = old.get(&sub.name) else {
            continue;
        };
        match (sub.mutability, new.get(&sub.name)) {
            (Mutability::ReadOnly, _) if same_value => {}
            (Mutability::WriteOnly | Mutability::Immutable, None) => {}
            (Mutability::Immutable, Some(value)) if !equal(sub, kept, value) => {
                return Err(immutable(target.with_sub(sub)));
            }
            _ => continue,
        }
        new.insert(sub.name.clone(), kept.clone());
    }
    Ok(())
}

fn keep_in_elements(attr: &Attribute, old: &[Value], new: &mut [Value]) {
    for (position, kept) in same_elements(attr, old, new) {
        let Some(Value::Object(element)) = new.get_mut(position) else {
            continue;
        };
        for sub in attr
            .sub_attributes
            .iter()
            .filter(|s| s.mutability != Mutability::ReadWrite)
        {
            if let Some(value) = kept.get(&sub.name)
                && (sub.mutability != Mutability::WriteOnly || !element.contains_key(&sub.name))
            {
                element.insert(sub.name.clone(), value.clone());
            }
        }
    }
}

/// The positions of new elements, each with the old element that it continues: one with the same
/// `value`. Of several, it is the one that is the same in all that the client can say; else one with the
/// same `type`; else the first that is left.
fn same_elements<'v>(
    attr: &Attribute,
    old: &'v [Value],
    new: &[Value],
) -> BTreeMap<usize, &'v Value> {
    let mut pairs = BTreeMap::new();
    let Some(value) = attr.value_attribute() else {
        return pairs;
    };
    let subs = attr.sub_attributes.iter();
    let said = subs.filter(|sub| {
        matches!(
            sub.mutability,
            Mutability::ReadWrite | Mutability::Immutable
        )
    });
    let typed = std::iter::once(value).chain(attr.sub_attribute("type"));
    let mut used = BTreeSet::new();
    for subs in [said.collect::<Vec<_>>(), typed.collect(), vec![value]] {
        let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (position, element) in old.iter().enumerate().rev() {
            if element.get("value").is_some() && !used.contains(&position) {
                by_key
                    .entry(key(&subs, element))
                    .or_default()
                    .push(position);
            }
        }
        for (position, element) in new.iter().enumerate() {
            if element.get("value").is_some()
                && !pairs.contains_key(&position)
                && let Some(same) = by_key.get_mut(&key(&subs, element)).and_then(Vec::pop)
                && let Some(kept) = old.get(same)
            {
                used.insert(same);
                pairs.insert(position, kept);
            }
        }
    }
    pairs
}

/// What elements have in common that are equal in these sub-attributes.
fn key(subs: &[&Attribute], element: &Value) -> String {
    let parts = subs.iter().map(|sub| match element.get(&sub.name) {
        None => Value::Null,
        Some(value) => Value::String(lookup_key(sub, value)),
    });
    Value::Array(parts.collect()).to_string()
}
