//! What a PUT leaves of the resource that was there.
//!
//! [RFC 7644 §3.5.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.1)

use std::collections::BTreeMap;

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
/// Of a multi-valued attribute, elements with the same `value` are the same element: its readOnly and
/// immutable sub-attributes are kept. A singular complex attribute keeps its readOnly sub-attributes
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
    let Some(value_attr) = attr.value_attribute() else {
        return;
    };
    let key = |element: &Value| Some(lookup_key(value_attr, element.get("value")?));
    let by_value: BTreeMap<String, &Value> = old
        .iter()
        .filter_map(|element| Some((key(element)?, element)))
        .collect();
    for element in new {
        let Some(kept) = key(element).and_then(|key| by_value.get(&key)) else {
            continue;
        };
        let Value::Object(element) = element else {
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
