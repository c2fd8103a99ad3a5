//! Replacing values.
//!
//! [RFC 7644 §3.5.2.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2.3)

use serde_json::Value;

use super::add::{as_array, only_element};
use super::complex::Merge;
use super::elements::{from_changed, settle_primary};
use super::place::{Place, Selection, check_writable, is_schemas};
use super::{OpKind, Patch};
use crate::schema::Target;
use crate::validate::{coerce, coerce_single, is_primary, keep_server_parts};
use crate::{JsonObject, ScimError};

impl Patch<'_> {
    pub(super) fn replace(
        &self,
        document: &mut JsonObject,
        place: &Place<'_>,
        value: &Value,
    ) -> Result<(), ScimError> {
        match place {
            Place::Resource => self.set_all(document, OpKind::Replace, None, value),
            Place::Extension(extension) if value.is_null() => {
                self.remove_extension(document, extension)
            }
            Place::Extension(extension) => {
                self.set_all(document, OpKind::Replace, Some(&extension.schema.id), value)
            }
            Place::Attribute(target) if is_schemas(*target) => Ok(()),
            Place::Attribute(target) => {
                check_writable(*target)?;
                self.change(document, *target, |old| match target.sub {
                    None => self.replace_whole(*target, old, value),
                    Some(_) => self.set_sub_of_all(OpKind::Replace, *target, old, value),
                })
            }
            Place::Selected(selection) => {
                self.set_selected(document, selection, value, OpKind::Replace)
            }
        }
    }

    fn replace_whole(
        &self,
        target: Target<'_>,
        old: Option<Value>,
        value: &Value,
    ) -> Result<Option<Value>, ScimError> {
        if target.attr.multi_valued {
            // > If the target location is a multi-valued attribute and no filter is specified, the
            // > attribute and all values are replaced.
            let mut new = coerce(target, as_array(value), self.mode)?;
            check_not_hollow(target, value, new.as_ref())?;
            if let (Some(old), Some(new)) = (&old, &mut new) {
                keep_server_parts(target, old, new)?;
            }
            return Ok(new);
        }
        if target.attr.is_complex() {
            // > Sub-attributes that are not specified in the "value" parameter are left unchanged.
            return Merge::read(OpKind::Replace, target, value, self.mode)?.apply_to(old);
        }
        coerce(target, value.clone(), self.mode)
    }

    /// > If the target location is a multi-valued attribute and a value selection ("valuePath") filter
    /// > is specified that matches one or more values of the multi-valued attribute, then all matching
    /// > record values SHALL be replaced.
    ///
    /// What the filter says of the values stays true unless the new value says otherwise:
    /// `emails[type eq "work"]` remain work addresses.
    pub(super) fn replace_selected(
        &self,
        selection: &Selection<'_>,
        mut elements: Vec<Value>,
        selected: &[usize],
        value: &Value,
    ) -> Result<Option<Value>, ScimError> {
        let target = selection.target;
        let value = only_element(value, self.mode);
        let new = coerce_single(target, value.clone(), self.mode)?;
        check_not_hollow(target, &value, new.as_ref())?;
        let template = match new {
            Some(_) => selection.template(self.mode)?.unwrap_or_default(),
            None => JsonObject::new(),
        };
        let mut promoted = Vec::new();
        for position in selected {
            let Some(element) = elements.get_mut(*position) else {
                continue;
            };
            let mut replacement = new.clone().unwrap_or(Value::Null);
            if let Value::Object(new) = &mut replacement {
                for (name, value) in &template {
                    new.entry(name).or_insert_with(|| value.clone());
                }
                keep_server_parts(target, element, &mut replacement)?;
            }
            *element = replacement;
            if is_primary(element) {
                promoted.push(*position);
            }
        }
        settle_primary(target, &mut elements, &promoted)?;
        Ok(from_changed(target.attr, elements))
    }
}

/// An object in which nothing has a value would remove what it is to replace, and whoever sends one
/// hardly means that. Null and `[]` say it plainly.
pub(super) fn check_not_hollow(
    target: Target<'_>,
    value: &Value,
    new: Option<&Value>,
) -> Result<(), ScimError> {
    if value.is_object() && new.is_none() {
        return Err(ScimError::invalid_value(format!(
            "the object for `{}` has no value; to clear it use remove, or replace it with `[]`",
            target.parent().key()
        )));
    }
    Ok(())
}
