//! Merging into one complex value.

use serde_json::Value;

use crate::equal::{equal, equal_sub};
use crate::filter::has_value;
use crate::schema::{Attribute, Mutability, Target};
use crate::validate::{coerce_single, immutable};
use crate::{JsonObject, Mode, ScimError};

/// What became of one complex value.
pub(super) struct Merged {
    /// The value; nothing if no sub-attribute is left.
    pub(super) value: Option<Value>,
    /// Whether the input makes it the primary one.
    pub(super) promoted: bool,
}

/// Merges sub-attributes into a complex value.
///
/// > a set of sub-attributes SHALL be specified in the "value" parameter, which replaces any existing
/// > values or adds where an attribute did not previously exist. Sub-attributes that are not specified
/// > in the "value" parameter are left unchanged. (RFC 7644 §3.5.2.3)
///
/// Null unassigns a sub-attribute. If the `value` of the attribute changes, `$ref` and the readOnly
/// sub-attributes go unless they are given, since they describe the old one.
pub(super) fn merge(
    target: Target<'_>,
    old: Option<&Value>,
    input: &Value,
    mode: Mode,
) -> Result<Merged, ScimError> {
    let attr = target.attr;
    let target = target.parent();
    let new = match coerce_single(target, input.clone(), mode)? {
        Some(Value::Object(new)) => new,
        // Nothing but nulls and what is dropped: an object leaves the rest as it is.
        None if input.is_object() => JsonObject::new(),
        _ => {
            return Ok(Merged {
                value: None,
                promoted: false,
            });
        }
    };
    let promoted = new.get("primary").and_then(Value::as_bool).unwrap_or(false);
    let mut merged = old.and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(value) = attr.value_attribute()
        && new.contains_key(&value.name)
        && merged.contains_key(&value.name)
        && !equal_sub(value, &merged, &new)
    {
        merged.retain(|name, _| {
            name != "$ref"
                && attr
                    .sub_attribute(name)
                    .is_some_and(|s| s.mutability != Mutability::ReadOnly)
        });
    }
    for name in cleared(attr, input) {
        if let Some(sub) = attr.sub_attribute(name) {
            set_sub(target.with_sub(sub), &mut merged, None)?;
        }
    }
    for (name, value) in new {
        if let Some(sub) = attr.sub_attribute(&name) {
            set_sub(target.with_sub(sub), &mut merged, Some(value))?;
        }
    }
    Ok(Merged {
        value: (!merged.is_empty()).then_some(Value::Object(merged)),
        promoted,
    })
}

/// The sub-attributes that the input sets to null or to an empty array.
fn cleared<'v>(attr: &Attribute, input: &'v Value) -> impl Iterator<Item = &'v String> {
    let members = input.as_object().into_iter().flatten();
    members.filter_map(|(name, value)| {
        let sub = attr.sub_attribute(name)?;
        (!has_value(value) && sub.mutability != Mutability::ReadOnly).then_some(name)
    })
}

/// Sets or removes a sub-attribute.
///
/// > a client MAY "add" a value to an "immutable" attribute if the attribute had no previous value.
pub(super) fn set_sub(
    target: Target<'_>,
    object: &mut JsonObject,
    value: Option<Value>,
) -> Result<(), ScimError> {
    let sub = target.leaf();
    let old = object.get(&sub.name);
    if let (Mutability::Immutable, Some(old)) = (sub.mutability, old) {
        return match value {
            Some(value) if equal(sub, old, &value) => Ok(()),
            _ => Err(immutable(target)),
        };
    }
    match value {
        Some(value) => object.insert(sub.name.clone(), value),
        None => object.remove(&sub.name),
    };
    Ok(())
}
