//! Required attributes have values.

use serde_json::Value;

use crate::filter::{elements, has_value};
use crate::schema::{Attribute, Mutability, Target};
use crate::{JsonObject, ResourceType, ScimError};

/// What a resource lacks.
pub(super) enum Missing<'s> {
    /// A required extension.
    Extension(&'s str),
    /// A required attribute or sub-attribute.
    Attribute(Target<'s>),
}

/// Checks every required attribute and sub-attribute that a client has to provide.
pub(crate) fn check_required(attributes: &JsonObject, rt: &ResourceType) -> Result<(), ScimError> {
    match first_missing(attributes, rt) {
        None => Ok(()),
        Some(Missing::Extension(urn)) => Err(ScimError::invalid_value(format!(
            "`{urn}` is required; add the object"
        ))),
        Some(Missing::Attribute(target)) => Err(ScimError::invalid_value(format!(
            "`{}` is required; give it a value that is not blank",
            target.key()
        ))),
    }
}

/// The first of what a client has to provide and has not.
pub(super) fn first_missing<'s>(
    attributes: &JsonObject,
    rt: &'s ResourceType,
) -> Option<Missing<'s>> {
    let own = first_missing_of(None, &rt.schema.attributes, attributes);
    own.map(Missing::Attribute).or_else(|| {
        rt.extensions.iter().find_map(|extension| {
            let urn = extension.schema.id.as_str();
            match attributes.get(urn).and_then(Value::as_object) {
                Some(_) => first_missing_of(Some(urn), &extension.schema.attributes, attributes)
                    .map(Missing::Attribute),
                None => extension.required.then_some(Missing::Extension(urn)),
            }
        })
    })
}

fn first_missing_of<'s>(
    extension: Option<&'s str>,
    schema: &'s [Attribute],
    attributes: &JsonObject,
) -> Option<Target<'s>> {
    schema.iter().find_map(|attr| {
        let target = Target {
            extension,
            attr,
            sub: None,
        };
        let elements = elements(&target, attributes);
        if is_demanded(attr) && elements.iter().all(is_blank) {
            return Some(target);
        }
        let mut subs = attr.sub_attributes.iter().filter(|sub| is_demanded(sub));
        let missing = subs.find(|sub| {
            elements
                .iter()
                .any(|element| element.get(&sub.name).is_none_or(is_blank))
        });
        missing.map(|sub| target.with_sub(sub))
    })
}

fn is_demanded(attr: &Attribute) -> bool {
    attr.required && attr.mutability != Mutability::ReadOnly
}

/// Whether a required attribute might as well be missing.
///
/// > Each User MUST include a non-empty userName value. (RFC 7643 §4.1.1)
fn is_blank(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty(),
        other => !has_value(other),
    }
}
