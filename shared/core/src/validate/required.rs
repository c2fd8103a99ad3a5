//! Required attributes have values.

use serde_json::Value;

use crate::filter::{elements, has_value};
use crate::schema::{Attribute, Mutability, Target};
use crate::{JsonObject, ResourceType, ScimError};

/// Checks every required attribute and sub-attribute that a client has to provide.
pub(crate) fn check_required(attributes: &JsonObject, rt: &ResourceType) -> Result<(), ScimError> {
    check_attributes(None, &rt.schema.attributes, attributes)?;
    for extension in &rt.extensions {
        let urn = extension.schema.id.as_str();
        match attributes.get(urn).and_then(Value::as_object) {
            Some(_) => check_attributes(Some(urn), &extension.schema.attributes, attributes)?,
            None if extension.required => {
                return Err(ScimError::invalid_value(format!(
                    "`{urn}` is required; add the object"
                )));
            }
            None => {}
        }
    }
    Ok(())
}

fn check_attributes(
    extension: Option<&str>,
    schema: &[Attribute],
    attributes: &JsonObject,
) -> Result<(), ScimError> {
    for attr in schema {
        let target = Target {
            extension,
            attr,
            sub: None,
        };
        let elements = elements(&target, attributes);
        if is_demanded(attr) && elements.iter().all(is_blank) {
            return Err(missing(target));
        }
        for sub in attr.sub_attributes.iter().filter(|sub| is_demanded(sub)) {
            if elements
                .iter()
                .any(|element| element.get(&sub.name).is_none_or(is_blank))
            {
                return Err(missing(target.with_sub(sub)));
            }
        }
    }
    Ok(())
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

fn missing(target: Target<'_>) -> ScimError {
    ScimError::invalid_value(format!(
        "`{}` is required; give it a value that is not blank",
        target.key()
    ))
}
