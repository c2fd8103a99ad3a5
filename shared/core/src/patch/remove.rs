//! Removing values.
//!
//! [RFC 7644 §3.5.2.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2.2)

use serde_json::Value;

use super::Patch;
use super::add::as_array;
use super::complex::set_sub;
use super::elements::{Index, from_changed, from_elements, into_elements};
use super::place::{Place, check_writable, is_schemas};
use crate::schema::{Extension, Mutability, Target};
use crate::validate::coerce;
use crate::{JsonObject, Mode, ScimError};

impl Patch<'_> {
    pub(super) fn remove(
        &self,
        document: &mut JsonObject,
        place: &Place<'_>,
        value: Option<&Value>,
    ) -> Result<(), ScimError> {
        let target = match place {
            Place::Resource => {
                return Err(ScimError::no_target(
                    "`path` names the whole resource; use DELETE",
                ));
            }
            Place::Extension(extension) => return self.remove_extension(document, extension),
            Place::Attribute(target) => *target,
            Place::Selected(selection) => selection.target,
        };
        check_writable(target)?;
        self.change(document, target, |old| {
            let new = remaining(place, target, old, value)?;
            // > If an attribute is removed or becomes unassigned and is defined as a required attribute
            // > or a read-only attribute, the server SHALL return an HTTP response status code and a
            // > JSON detail error response as defined in Section 3.12, with a "scimType" error code of
            // > "mutability".
            if new.is_none() && (target.attr.required || is_schemas(target)) {
                return Err(required(target.parent()));
            }
            Ok(new)
        })
    }

    /// Removes all of an extension but what the server keeps there.
    pub(super) fn remove_extension(
        &self,
        document: &mut JsonObject,
        extension: &Extension,
    ) -> Result<(), ScimError> {
        let urn = extension.schema.id.as_str();
        if extension.required {
            return Err(ScimError::mutability(format!(
                "`{urn}` is required; it cannot be removed"
            )));
        }
        for attr in &extension.schema.attributes {
            if attr.mutability != Mutability::ReadOnly {
                let target = Target {
                    extension: Some(urn),
                    attr,
                    sub: None,
                };
                self.change(document, target, |_| Ok(None))?;
            }
        }
        Ok(())
    }
}

/// What a removal leaves of an attribute.
fn remaining(
    place: &Place<'_>,
    target: Target<'_>,
    old: Option<Value>,
    value: Option<&Value>,
) -> Result<Option<Value>, ScimError> {
    let mut elements = into_elements(old);
    match (place, target.sub) {
        // > If the user was not a member of this group, no changes should be made to the resource,
        // > and a success response should be returned.
        (Place::Selected(selection), Some(_)) => {
            remove_sub(target, elements, |element| selection.selects(element))
        }
        (Place::Selected(selection), None) => {
            elements.retain(|element| !selection.selects(element));
            Ok(from_elements(target.attr, elements))
        }
        (_, Some(_)) => remove_sub(target, elements, |_| true),
        (_, None) => match value {
            Some(listed) if target.attr.multi_valued && !listed.is_null() => {
                remove_listed(target, elements, listed)
            }
            _ => Ok(None),
        },
    }
}

/// Entra: `{"op":"Remove","path":"members","value":[{"value":"u"}]}` removes u, never the whole list.
fn remove_listed(
    target: Target<'_>,
    mut elements: Vec<Value>,
    listed: &Value,
) -> Result<Option<Value>, ScimError> {
    let listed = into_elements(coerce(target, as_array(listed), Mode::Compat)?);
    let mut kept = vec![true; elements.len()];
    let index = Index::new(target.attr, &elements);
    for element in &listed {
        for position in index.find_all(&elements, element) {
            if let Some(kept) = kept.get_mut(position) {
                *kept = false;
            }
        }
    }
    let mut kept = kept.into_iter();
    elements.retain(|_| kept.next().unwrap_or(true));
    Ok(from_elements(target.attr, elements))
}

fn remove_sub(
    target: Target<'_>,
    mut elements: Vec<Value>,
    selects: impl Fn(&Value) -> bool,
) -> Result<Option<Value>, ScimError> {
    for element in elements.iter_mut().filter(|element| selects(element)) {
        let Some(object) = element.as_object_mut() else {
            continue;
        };
        if !object.contains_key(&target.leaf().name) {
            continue;
        }
        if target.leaf().required {
            return Err(required(target));
        }
        set_sub(target, object, None)?;
    }
    Ok(from_changed(target.attr, elements))
}

fn required(target: Target<'_>) -> ScimError {
    ScimError::mutability(format!(
        "`{}` is required; it cannot be removed",
        target.key()
    ))
}
