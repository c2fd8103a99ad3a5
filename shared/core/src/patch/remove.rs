//! Removing values.
//!
//! [RFC 7644 §3.5.2.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2.2)

use serde_json::Value;

use super::Patch;
use super::add::as_array;
use super::complex::set_sub;
use super::elements::{from_changed, from_elements, into_elements, remove_listed};
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
    let listed = value.filter(|listed| target.leaf().multi_valued && !listed.is_null());
    match (place, target.sub) {
        // > If the user was not a member of this group, no changes should be made to the resource,
        // > and a success response should be returned.
        (Place::Selected(selection), Some(_)) => remove_sub(target, elements, listed, |element| {
            selection.selects(element)
        }),
        (Place::Selected(selection), None) => {
            elements.retain(|element| !selection.selects(element));
            Ok(from_elements(target.attr, elements))
        }
        (_, Some(_)) => remove_sub(target, elements, listed, |_| true),
        (_, None) => match listed {
            Some(listed) => {
                remove_listed(target.attr, &mut elements, &values_of(target, listed)?);
                Ok(from_elements(target.attr, elements))
            }
            None => Ok(None),
        },
    }
}

/// Entra: `{"op":"Remove","path":"members","value":[{"value":"u"}]}` removes u, never the whole list.
fn values_of(target: Target<'_>, listed: &Value) -> Result<Vec<Value>, ScimError> {
    coerce(target, as_array(listed), Mode::Compat).map(into_elements)
}

/// Removes a sub-attribute, or the listed values of a multi-valued one.
fn remove_sub(
    target: Target<'_>,
    mut elements: Vec<Value>,
    listed: Option<&Value>,
    selects: impl Fn(&Value) -> bool,
) -> Result<Option<Value>, ScimError> {
    let sub = target.leaf();
    let listed = listed.map(|listed| values_of(target, listed)).transpose()?;
    for element in elements.iter_mut().filter(|element| selects(element)) {
        let Some(object) = element.as_object_mut() else {
            continue;
        };
        let Some(old) = object.get(&sub.name) else {
            continue;
        };
        let mut kept = Vec::new();
        if let (Some(listed), Value::Array(old)) = (&listed, old) {
            kept.clone_from(old);
            remove_listed(sub, &mut kept, listed);
        }
        let kept = from_elements(sub, kept);
        if kept.is_none() && sub.required {
            return Err(required(target));
        }
        set_sub(target, object, kept.as_ref())?;
    }
    Ok(from_changed(target.attr, elements))
}

fn required(target: Target<'_>) -> ScimError {
    ScimError::mutability(format!(
        "`{}` is required; it cannot be removed",
        target.key()
    ))
}
