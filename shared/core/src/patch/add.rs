//! Adding values.
//!
//! [RFC 7644 §3.5.2.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2.1)

use serde_json::Value;

use super::complex::Merge;
use super::elements::{
    Index, add_missing, from_changed, from_elements, into_elements, settle_primary,
};
use super::place::{Place, Selection, check_writable, is_schemas};
use super::{OpKind, Patch};
use crate::equal::equal;
use crate::filter::has_value;
use crate::schema::{Mutability, Target};
use crate::validate::{check_count, coerce, immutable, is_primary};
use crate::{JsonObject, Mode, ScimError, document};

impl Patch<'_> {
    pub(super) fn add(
        &self,
        document: &mut JsonObject,
        place: &Place<'_>,
        value: &Value,
    ) -> Result<(), ScimError> {
        match place {
            Place::Resource => self.set_all(document, OpKind::Add, None, value),
            Place::Extension(extension) => {
                if value.is_null() {
                    return Ok(());
                }
                self.set_all(document, OpKind::Add, Some(&extension.schema.id), value)
            }
            Place::Attribute(target) if is_schemas(*target) => Ok(()),
            Place::Attribute(target) => {
                check_writable(*target)?;
                self.change(document, *target, |old| match target.sub {
                    None => self.add_to(*target, old, value),
                    Some(_) => self.set_sub_of_all(OpKind::Add, *target, old, value),
                })
            }
            Place::Selected(selection) => {
                self.set_selected(document, selection, value, OpKind::Add)
            }
        }
    }

    fn add_to(
        &self,
        target: Target<'_>,
        old: Option<Value>,
        value: &Value,
    ) -> Result<Option<Value>, ScimError> {
        if target.attr.multi_valued {
            // > If the target location specifies a multi-valued attribute, a new value is added to the
            // > attribute.
            let added = coerce(target, as_array(value), self.mode)?;
            return self.add_elements(target, into_elements(old), into_elements(added));
        }
        if target.attr.is_complex() {
            // > If the target location specifies a complex attribute, a set of sub-attributes SHALL be
            // > specified in the "value" parameter.
            return Merge::read(OpKind::Add, target, value, self.mode)?.apply_to(old);
        }
        // > If the target location specifies a single-valued attribute, the existing value is replaced.
        coerce(target, value.clone(), self.mode)
    }

    /// > If the target location already contains the value specified, no changes SHOULD be made to the
    /// > resource
    fn add_elements(
        &self,
        target: Target<'_>,
        mut elements: Vec<Value>,
        added: Vec<Value>,
    ) -> Result<Option<Value>, ScimError> {
        let attr = target.attr;
        let mut index = Index::new(attr, &elements);
        let mut promoted = Vec::new();
        for element in added {
            let position = index.find(&elements, &element).unwrap_or(elements.len());
            if is_primary(&element) {
                promoted.push(position);
            }
            match (elements.get_mut(position), element) {
                (None, element) => {
                    check_count(target, elements.len() + 1)?;
                    index.add(&element, position);
                    elements.push(element);
                }
                (Some(Value::Object(existing)), Value::Object(element)) => {
                    add_new_about(target, existing, element)?;
                }
                (Some(_), _) => {}
            }
        }
        settle_primary(target, &mut elements, &promoted)?;
        Ok(from_changed(attr, elements))
    }

    /// Sets a sub-attribute of a complex attribute, or of every element of a multi-valued one; if
    /// there is none, of a new one.
    pub(super) fn set_sub_of_all(
        &self,
        op: OpKind,
        target: Target<'_>,
        old: Option<Value>,
        value: &Value,
    ) -> Result<Option<Value>, ScimError> {
        let input = sub_as_object(target, value);
        let mut elements = into_elements(old);
        if elements.is_empty() && has_value(value) {
            elements.push(Value::Object(JsonObject::new()));
        }
        let all: Vec<usize> = (0..elements.len()).collect();
        self.merge_into(op, target, elements, &all, &input)
    }

    /// Adds to or replaces the values that a filter selects, or creates the one that it describes.
    pub(super) fn set_selected(
        &self,
        document: &mut JsonObject,
        selection: &Selection<'_>,
        value: &Value,
        op: OpKind,
    ) -> Result<(), ScimError> {
        check_writable(selection.target)?;
        self.change(document, selection.target, |old| {
            self.selected_set(selection, into_elements(old), value, op)
        })
    }

    fn selected_set(
        &self,
        selection: &Selection<'_>,
        mut elements: Vec<Value>,
        value: &Value,
        op: OpKind,
    ) -> Result<Option<Value>, ScimError> {
        let target = selection.target;
        let mut selected: Vec<usize> = (0..elements.len())
            .filter(|position| {
                elements
                    .get(*position)
                    .is_some_and(|e| selection.selects(e))
            })
            .collect();
        if selected.is_empty() {
            // Entra: `emails[type eq "work"].value` when there is no work address
            // (golden/entra_user_life_cycle.json).
            let may_create = op == OpKind::Add || self.mode == Mode::Compat;
            let room = target.attr.multi_valued || elements.is_empty();
            let template = selection
                .template(self.mode)?
                .filter(|_| may_create && room);
            let template = template.ok_or_else(|| selection.no_target())?;
            if !has_value(value) {
                return Ok(from_elements(target.attr, elements));
            }
            check_count(target.parent(), elements.len() + 1)?;
            selected.push(elements.len());
            elements.push(Value::Object(template));
        } else if op == OpKind::Replace && target.sub.is_none() {
            return self.replace_selected(selection, elements, &selected, value);
        }
        let input = match target.sub {
            Some(_) => sub_as_object(target, value),
            None => only_element(value, self.mode),
        };
        self.merge_into(op, target, elements, &selected, &input)
    }

    /// Merges sub-attributes into some of the elements; those that have none left disappear.
    fn merge_into(
        &self,
        op: OpKind,
        target: Target<'_>,
        mut elements: Vec<Value>,
        selected: &[usize],
        input: &Value,
    ) -> Result<Option<Value>, ScimError> {
        if !target.attr.is_complex() {
            return Err(ScimError::invalid_value(format!(
                "the values of `{}` have no sub-attributes to add to; use replace",
                target.key()
            )));
        }
        let merge = Merge::read(op, target, input, self.mode)?;
        let mut promoted = Vec::new();
        for position in selected {
            let Some(element) = elements.get_mut(*position) else {
                continue;
            };
            *element = merge.apply_to(Some(element.take()))?.unwrap_or(Value::Null);
            // The only element that is set stays the primary one if it was, or if it is new and the
            // filter that describes it says so.
            if merge.promotes || (selected.len() == 1 && is_primary(element)) {
                promoted.push(*position);
            }
        }
        settle_primary(target, &mut elements, &promoted)?;
        Ok(from_changed(target.attr, elements))
    }

    /// Stores what becomes of the attribute's value. If that is an error, the document is of no use any
    /// more.
    pub(super) fn change(
        &self,
        document: &mut JsonObject,
        target: Target<'_>,
        new: impl FnOnce(Option<Value>) -> Result<Option<Value>, ScimError>,
    ) -> Result<(), ScimError> {
        let target = target.parent();
        let is_immutable = target.attr.mutability == Mutability::Immutable;
        let kept = document::get(document, target).filter(|_| is_immutable);
        let kept = kept.cloned();
        let new = new(document::take(document, target))?;
        if let Some(old) = kept
            && !new
                .as_ref()
                .is_some_and(|new| equal(target.attr, &old, new))
        {
            return Err(immutable(target));
        }
        document::put(document, target, new);
        Ok(())
    }
}

/// Adds what is new about an element that is there already. What is equal stays as it is written, and
/// what is immutable stays in any case.
fn add_new_about(
    target: Target<'_>,
    existing: &mut JsonObject,
    element: JsonObject,
) -> Result<(), ScimError> {
    for (name, value) in element {
        let Some(sub) = target.attr.sub_attribute(&name) else {
            continue;
        };
        match (existing.get_mut(&name), value) {
            (Some(_), _) if sub.mutability == Mutability::Immutable => {}
            (Some(Value::Array(old)), Value::Array(added)) => {
                add_missing(sub, old, &added);
                check_count(target.with_sub(sub), old.len())?;
            }
            (Some(old), value) if equal(sub, old, &value) => {}
            (_, value) => drop(existing.insert(name, value)),
        }
    }
    Ok(())
}

/// > The value MAY be a quoted value, or it may be a JSON object containing the sub-attributes of the
/// > complex attribute specified in the operation's "path".
pub(super) fn as_array(value: &Value) -> Value {
    match value {
        Value::Array(_) | Value::Null => value.clone(),
        single => Value::Array(vec![single.clone()]),
    }
}

/// A selected element's new value, if it comes as a list of one.
pub(super) fn only_element(value: &Value, mode: Mode) -> Value {
    match value.as_array().map(Vec::as_slice) {
        Some([only]) if mode == Mode::Compat => only.clone(),
        _ => value.clone(),
    }
}

fn sub_as_object(target: Target<'_>, value: &Value) -> Value {
    let leaf = target.leaf();
    let value = if leaf.multi_valued {
        as_array(value)
    } else {
        value.clone()
    };
    Value::Object(JsonObject::from_iter([(leaf.name.clone(), value)]))
}
