//! A client's representation of a resource, checked against the schema alone.
//!
//! [RFC 7644 §3.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.3) (POST) and
//! [§3.5.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.1) (PUT)

mod coerce;
mod format;
mod replace;
mod required;
mod violation;
mod widens;

pub use coerce::{MAX_ELEMENTS, MAX_REFERENCE, MAX_STRING};
pub use replace::replace;
pub use violation::violation;
pub use widens::widens;

pub(crate) use coerce::{
    check_count, coerce, coerce_single, drop_duplicates, is_primary, two_primaries,
};
pub(crate) use replace::{immutable, keep_server_parts};

use serde_json::Value;

use crate::json::{kind_name, remove_ignore_case};
use crate::path::excerpt;
use crate::precis::check_user_name;
use crate::schema::{Attribute, Mutability, Target, USER_SCHEMA, find};
use crate::{JsonObject, ResourceType, ScimError};

use required::check_required;

/// How strictly a tenant takes what its clients send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Takes what the identity providers in use are known to send: unknown attributes are dropped,
    /// `"True"` is true, a single object is a list of one, a PATCH needs no path, a user name may have spaces.
    #[default]
    Compat,
    /// Takes what the RFC says and nothing else.
    Strict,
}

/// Turns the body of a POST or PUT into a resource's attributes, under their canonical names.
///
/// What the client cannot set is dropped: `id`, `meta`, every readOnly attribute. So is what has no
/// value (null, an empty array), an exact duplicate within a multi-valued attribute, and in
/// [`Mode::Compat`] what the schema does not know. `canonicalValues` are suggestions.
///
/// # Errors
///
/// `invalidSyntax` if `schemas` is missing or lacks the core schema, or, in [`Mode::Strict`], an
/// attribute is unknown; `invalidValue` if a value is of the wrong type or longer than [`MAX_STRING`] or
/// [`MAX_REFERENCE`], a required one is missing or blank, an attribute has more than [`MAX_ELEMENTS`]
/// elements, two of them are primary, or a `userName` has characters that no user name can have.
pub fn accept(
    mut input: JsonObject,
    rt: &ResourceType,
    mode: Mode,
) -> Result<JsonObject, ScimError> {
    check_schemas(remove_ignore_case(&mut input, "schemas"), rt, mode)?;
    let mut accepted = JsonObject::new();
    for (name, value) in input {
        if let Some(extension) = rt.extension(&name) {
            let urn = extension.schema.id.as_str();
            let inner = accept_extension(urn, &extension.schema.attributes, value, mode)?;
            if !inner.is_empty() {
                accepted.insert(urn.to_owned(), Value::Object(inner));
            }
        } else if let Some(attr) = rt
            .own_attributes()
            .find(|a| a.name.eq_ignore_ascii_case(&name))
        {
            accept_attribute(
                Target {
                    extension: None,
                    attr,
                    sub: None,
                },
                value,
                mode,
                &mut accepted,
            )?;
        } else if find(ResourceType::common_attributes(), &name).is_none() {
            unknown(&name, mode)?;
        }
    }
    check_whole(&accepted, None, rt, mode)?;
    Ok(accepted)
}

/// Checks what holds for a resource's attributes together, whichever request they come from: every required one has a
/// value, and a user's name is one. A name that was there `before` may stay: whoever has one from before the tenant
/// became strict can still be deactivated.
pub(crate) fn check_whole(
    attributes: &JsonObject,
    before: Option<&JsonObject>,
    rt: &ResourceType,
    mode: Mode,
) -> Result<(), ScimError> {
    check_required(attributes, rt)?;
    let user_name = attributes.get("userName");
    if rt.schema.id != USER_SCHEMA
        || before.is_some_and(|before| before.get("userName") == user_name)
    {
        return Ok(());
    }
    match user_name.and_then(Value::as_str) {
        Some(name) => check_user_name(name, mode),
        None => Ok(()),
    }
}

fn accept_extension(
    urn: &str,
    attributes: &[Attribute],
    value: Value,
    mode: Mode,
) -> Result<JsonObject, ScimError> {
    let mut accepted = JsonObject::new();
    let input = match value {
        Value::Null => return Ok(accepted),
        Value::Object(input) => input,
        other => {
            let found = kind_name(&other);
            return Err(ScimError::invalid_value(format!(
                "`{urn}` expects an object, not {found}"
            )));
        }
    };
    for (name, value) in input {
        match find(attributes, &name) {
            Some(attr) => {
                let target = Target {
                    extension: Some(urn),
                    attr,
                    sub: None,
                };
                accept_attribute(target, value, mode, &mut accepted)?;
            }
            None => unknown(&format!("{urn}:{name}"), mode)?,
        }
    }
    Ok(accepted)
}

fn accept_attribute(
    target: Target<'_>,
    value: Value,
    mode: Mode,
    accepted: &mut JsonObject,
) -> Result<(), ScimError> {
    // > readOnly: Any values provided SHALL be ignored.
    if target.attr.mutability == Mutability::ReadOnly {
        return Ok(());
    }
    if let Some(value) = coerce(target, value, mode)? {
        accepted.insert(target.attr.name.clone(), value);
    }
    Ok(())
}

/// > The "schemas" attribute is a REQUIRED attribute and is an array of Strings containing URIs
/// > (RFC 7643 §3)
fn check_schemas(schemas: Option<Value>, rt: &ResourceType, mode: Mode) -> Result<(), ScimError> {
    let core = &rt.schema.id;
    let add = || ScimError::invalid_syntax(format!("add \"schemas\": [\"{core}\"] to the body"));
    let urns = match schemas {
        Some(Value::Array(urns)) => urns,
        Some(Value::String(urn)) if mode == Mode::Compat => vec![Value::String(urn)],
        Some(Value::Null) | None => return Err(add()),
        Some(other) => {
            let found = kind_name(&other);
            return Err(ScimError::invalid_syntax(format!(
                "`schemas` expects an array of strings, not {found}"
            )));
        }
    };
    let mut has_core = false;
    for urn in &urns {
        let Value::String(urn) = urn else {
            return Err(ScimError::invalid_syntax(format!(
                "`schemas` expects strings, not {}",
                kind_name(urn)
            )));
        };
        if urn.eq_ignore_ascii_case(core) {
            has_core = true;
        } else if mode == Mode::Strict && rt.extension(urn).is_none() {
            // > The "schemas" attribute for a resource MUST only contain values defined as "schema"
            // > and "schemaExtensions" for the resource's defined "resourceType".
            return Err(ScimError::invalid_syntax(format!(
                "`{}` is not a schema of {}; remove it from `schemas`",
                excerpt(urn),
                rt.name
            )));
        }
    }
    if has_core { Ok(()) } else { Err(add()) }
}

pub(crate) fn unknown(name: &str, mode: Mode) -> Result<(), ScimError> {
    match mode {
        Mode::Compat => Ok(()),
        Mode::Strict => Err(ScimError::invalid_syntax(format!(
            "`{}` is not an attribute of the schema; remove it",
            excerpt(name)
        ))),
    }
}

#[cfg(test)]
mod tests;
