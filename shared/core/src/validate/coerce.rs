//! One value, brought to the form that its attribute's type has.
//!
//! [RFC 7643 §2.3](https://www.rfc-editor.org/rfc/rfc7643#section-2.3)

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::{Mode, format, unknown};
use crate::json::kind_name;
use crate::schema::{AttributeType, Mutability, Target};
use crate::{JsonObject, ScimError, Timestamp};

/// How many elements a multi-valued attribute of a resource may have.
pub const MAX_ELEMENTS: usize = 1_000;

/// How many bytes of UTF-8 a string or a dateTime may have.
pub const MAX_STRING: usize = 4 * 1024;

/// How many bytes of UTF-8 a reference, or a binary in base64, may have.
pub const MAX_REFERENCE: usize = 64 * 1024;

/// The value of a whole attribute or sub-attribute, or nothing if it leaves it unassigned.
pub(crate) fn coerce(
    target: Target<'_>,
    value: Value,
    mode: Mode,
) -> Result<Option<Value>, ScimError> {
    if !target.leaf().multi_valued {
        return coerce_single(target, value, mode);
    }
    match value {
        Value::Null => Ok(None),
        Value::Array(values) => elements(target, values, mode),
        // OneLogin: `emails` as a single object (golden/onelogin_single_object.json).
        single if mode == Mode::Compat => elements(target, vec![single], mode),
        other => Err(wrong(target, "an array", &other)),
    }
}

/// One element of a multi-valued attribute, or the value of a singular one.
pub(crate) fn coerce_single(
    target: Target<'_>,
    value: Value,
    mode: Mode,
) -> Result<Option<Value>, ScimError> {
    if value.is_null() || value.as_array().is_some_and(Vec::is_empty) {
        return Ok(None);
    }
    check_length(target, &value)?;
    let compat = mode == Mode::Compat;
    let value = match (target.leaf().kind, value) {
        (AttributeType::Complex, value) => return complex(target, value, mode),
        (AttributeType::String, value @ Value::String(_))
        | (AttributeType::Boolean, value @ Value::Bool(_))
        | (AttributeType::Decimal, value @ Value::Number(_)) => value,
        // Entra: `"active": "False"` (golden/entra_string_booleans.json); Keycloak's extensions: `"false"`
        // (golden/keycloak_string_active.json).
        (AttributeType::Boolean, Value::String(text)) if compat => {
            match text.to_ascii_lowercase().as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => return Err(wrong(target, "true or false", &Value::String(text))),
            }
        }
        // > the value MUST NOT contain fractional or exponent parts
        (AttributeType::Integer, value) if value.as_i64().is_some() => value,
        (AttributeType::DateTime, Value::String(text)) if Timestamp::parse(&text).is_some() => {
            Value::String(text)
        }
        (AttributeType::Binary, Value::String(text)) if format::is_base64(&text) => {
            Value::String(text)
        }
        (AttributeType::Reference, Value::String(text)) if format::is_uri_reference(&text) => {
            Value::String(text)
        }
        (_, other) => return Err(type_error(target, &other)),
    };
    Ok(Some(value))
}

/// A text is no longer than its attribute's type allows: it may become a key of an index.
fn check_length(target: Target<'_>, value: &Value) -> Result<(), ScimError> {
    let longest = match target.leaf().kind {
        AttributeType::String | AttributeType::DateTime => MAX_STRING,
        AttributeType::Reference | AttributeType::Binary => MAX_REFERENCE,
        AttributeType::Boolean
        | AttributeType::Decimal
        | AttributeType::Integer
        | AttributeType::Complex => return Ok(()),
    };
    match value.as_str().map(str::len) {
        Some(length) if length > longest => Err(ScimError::invalid_value(format!(
            "`{}` is {length} bytes long; the limit is {longest}",
            target.key()
        ))),
        _ => Ok(()),
    }
}

/// A value does not fit its attribute.
fn type_error(target: Target<'_>, found: &Value) -> ScimError {
    let expected = match target.leaf().kind {
        AttributeType::String => "a string",
        AttributeType::Boolean => "true or false",
        AttributeType::Decimal => "a number",
        AttributeType::Integer => "a whole number of at most 64 bits",
        AttributeType::DateTime => "a date and time such as \"2026-01-02T03:04:05Z\"",
        AttributeType::Binary => "bytes in base64",
        AttributeType::Reference => "a URI",
        AttributeType::Complex => "an object",
    };
    wrong(target, expected, found)
}

fn wrong(target: Target<'_>, expected: &str, found: &Value) -> ScimError {
    let key = target.key();
    let found = match found {
        Value::String(_) if target.leaf().kind != AttributeType::Complex => "this string",
        other => kind_name(other),
    };
    ScimError::invalid_value(format!("`{key}` expects {expected}, not {found}"))
}

fn elements(
    target: Target<'_>,
    values: Vec<Value>,
    mode: Mode,
) -> Result<Option<Value>, ScimError> {
    check_count(target, values.len())?;
    let mut elements = Vec::with_capacity(values.len());
    for value in values {
        elements.extend(coerce_single(target, value, mode)?);
    }
    drop_duplicates(&mut elements);
    // > The primary attribute value "true" MUST appear no more than once. (RFC 7643 §2.4)
    if elements
        .iter()
        .filter(|element| is_primary(element))
        .count()
        > 1
    {
        return Err(two_primaries(target));
    }
    Ok((!elements.is_empty()).then_some(Value::Array(elements)))
}

/// A multi-valued attribute has no more elements than it may.
///
/// Relations are no part of the resource, so their number has no limit of this kind.
pub(crate) fn check_count(target: Target<'_>, count: usize) -> Result<(), ScimError> {
    if count > MAX_ELEMENTS && target.attr.relation.is_none() {
        return Err(ScimError::invalid_value(format!(
            "`{}` would have {count} elements; the limit is {MAX_ELEMENTS}",
            target.key()
        )));
    }
    Ok(())
}

/// Whether an element is the primary one.
pub(crate) fn is_primary(element: &Value) -> bool {
    element
        .get("primary")
        .and_then(Value::as_bool)
        .unwrap_or(false)
}

/// Two elements of one attribute cannot both be primary.
pub(crate) fn two_primaries(target: Target<'_>) -> ScimError {
    ScimError::invalid_value(format!(
        "`{}` has more than one element with \"primary\": true; keep one",
        target.parent().key()
    ))
}

/// > service providers … SHOULD NOT return the same (type, value) combination more than once per
/// > attribute (RFC 7643 §2.4)
pub(crate) fn drop_duplicates(elements: &mut Vec<Value>) {
    let mut seen: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    let is_first = |element| {
        let mut hasher = DefaultHasher::new();
        Value::hash(element, &mut hasher);
        let alike = seen.entry(hasher.finish()).or_default();
        let is_first = !alike.contains(&element);
        if is_first {
            alike.push(element);
        }
        is_first
    };
    let kept: Vec<bool> = elements.iter().map(is_first).collect();
    let mut kept = kept.into_iter();
    elements.retain(|_| kept.next().unwrap_or(true));
}

fn complex(target: Target<'_>, value: Value, mode: Mode) -> Result<Option<Value>, ScimError> {
    let attr = target.leaf();
    let value = match (value, attr.value_attribute()) {
        (Value::Object(object), _) => object,
        // Entra: the manager as a bare id, and "" when there is none (golden/entra_user_life_cycle.json).
        (Value::String(text), Some(_)) if mode == Mode::Compat => {
            if text.is_empty() {
                return Ok(None);
            }
            JsonObject::from_iter([("value".to_owned(), Value::String(text))])
        }
        (other, _) => return Err(type_error(target, &other)),
    };
    let mut object = JsonObject::new();
    for (name, value) in value {
        let Some(sub) = attr.sub_attribute(&name) else {
            unknown(&format!("{}.{name}", target.key()), mode)?;
            continue;
        };
        if sub.mutability == Mutability::ReadOnly {
            continue;
        }
        if let Some(value) = coerce(target.with_sub(sub), value, mode)? {
            object.insert(sub.name.clone(), value);
        }
    }
    Ok((!object.is_empty()).then_some(Value::Object(object)))
}
