//! Merging into complex values.

use serde_json::Value;

use super::OpKind;
use super::elements::add_missing;
use crate::equal::equal;
use crate::filter::has_value;
use crate::schema::{Attribute, Mutability, Target};
use crate::validate::{check_count, coerce_single, immutable};
use crate::{JsonObject, Mode, ScimError};

/// Sub-attributes to merge into complex values.
///
/// > a set of sub-attributes SHALL be specified in the "value" parameter, which replaces any existing
/// > values or adds where an attribute did not previously exist. Sub-attributes that are not specified
/// > in the "value" parameter are left unchanged. (RFC 7644 §3.5.2.3)
///
/// In an `add`, values are added to those of a multi-valued sub-attribute.
pub(super) struct Merge<'s> {
    target: Target<'s>,
    op: OpKind,
    /// What is set, and what is unassigned; nothing if the value as a whole is unassigned.
    changes: Option<Vec<(&'s Attribute, Option<Value>)>>,
    /// Whether the input makes a value the primary one.
    pub(super) promotes: bool,
}

impl<'s> Merge<'s> {
    /// Reads the sub-attributes. Null unassigns one.
    pub(super) fn read(
        op: OpKind,
        target: Target<'s>,
        input: &Value,
        mode: Mode,
    ) -> Result<Self, ScimError> {
        let target = target.parent();
        let attr = target.attr;
        let new = match coerce_single(target, input.clone(), mode)? {
            Some(Value::Object(new)) => Some(new),
            // Nothing but nulls and what is dropped: an object leaves the rest as it is.
            None if input.is_object() => Some(JsonObject::new()),
            _ => None,
        };
        let promotes = new
            .as_ref()
            .and_then(|new| new.get("primary")?.as_bool())
            .unwrap_or(false);
        let changes = new.map(|new| {
            let cleared = cleared(attr, input).map(|sub| (sub, None));
            let set = new
                .into_iter()
                .filter_map(|(name, value)| Some((attr.sub_attribute(&name)?, Some(value))));
            cleared.chain(set).collect()
        });
        Ok(Self {
            target,
            op,
            changes,
            promotes,
        })
    }

    /// Merges them into a value; what comes out is nothing if no sub-attribute is left.
    ///
    /// If the `value` of the attribute changes, `$ref` and the readOnly sub-attributes go unless they
    /// are given, since they describe the old one.
    pub(super) fn apply_to(&self, old: Option<Value>) -> Result<Option<Value>, ScimError> {
        let Some(changes) = &self.changes else {
            return Ok(None);
        };
        let mut merged = match old {
            Some(Value::Object(old)) => old,
            _ => JsonObject::new(),
        };
        if self.is_another(&merged, changes) {
            merged.retain(|name, _| {
                name != "$ref"
                    && self
                        .target
                        .attr
                        .sub_attribute(name)
                        .is_some_and(|s| s.mutability != Mutability::ReadOnly)
            });
        }
        for (sub, value) in changes {
            let target = self.target.with_sub(sub);
            match (merged.get(&sub.name), value) {
                (Some(Value::Array(old)), Some(Value::Array(added))) if self.op == OpKind::Add => {
                    let mut values = old.clone();
                    add_missing(sub, &mut values, added);
                    check_count(target, values.len())?;
                    set_sub(target, &mut merged, Some(&Value::Array(values)))?;
                }
                _ => set_sub(target, &mut merged, value.as_ref())?,
            }
        }
        Ok((!merged.is_empty()).then_some(Value::Object(merged)))
    }

    /// Whether the changes give a value another `value`.
    fn is_another(&self, old: &JsonObject, changes: &[(&Attribute, Option<Value>)]) -> bool {
        changes.iter().any(|(sub, new)| {
            sub.name == "value"
                && match (old.get(&sub.name), new) {
                    (Some(old), Some(new)) => !equal(sub, old, new),
                    _ => false,
                }
        })
    }
}

/// The sub-attributes that the input sets to null or to an empty array.
fn cleared<'s>(attr: &'s Attribute, input: &Value) -> impl Iterator<Item = &'s Attribute> {
    let members = input.as_object().into_iter().flatten();
    members.filter_map(|(name, value)| {
        let sub = attr.sub_attribute(name)?;
        (!has_value(value) && sub.mutability != Mutability::ReadOnly).then_some(sub)
    })
}

/// Sets or removes a sub-attribute.
///
/// > a client MAY "add" a value to an "immutable" attribute if the attribute had no previous value.
pub(super) fn set_sub(
    target: Target<'_>,
    object: &mut JsonObject,
    value: Option<&Value>,
) -> Result<(), ScimError> {
    let sub = target.leaf();
    let old = object.get(&sub.name);
    if let (Mutability::Immutable, Some(old)) = (sub.mutability, old) {
        return match value {
            Some(value) if equal(sub, old, value) => Ok(()),
            _ => Err(immutable(target)),
        };
    }
    match (object.get_mut(&sub.name), value) {
        (Some(old), Some(value)) if old == value => {}
        (Some(old), Some(value)) => *old = value.clone(),
        (None, Some(value)) => drop(object.insert(sub.name.clone(), value.clone())),
        (_, None) => drop(object.remove(&sub.name)),
    }
    Ok(())
}
