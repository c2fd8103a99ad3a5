//! Whether what is stored fits a schema that is about to change.

use serde_json::Value;

use super::coerce::MAX_STRING;
use super::required::{Missing, first_missing};
use super::{MAX_REFERENCE, format};
use crate::filter::has_value;
use crate::json::kind_name;
use crate::schema::{
    Attribute, AttributeType, Mutability, ResourceType, Returned, Target, find, key,
};
use crate::{JsonObject, Timestamp};

/// Says in one sentence why a stored resource does not fit its resource type, if it does not: an
/// attribute that the type lacks, a value of another type or plurality, a required one that is missing.
///
/// The names must be those of the type to the letter, since that is how they are looked up. What the
/// server itself keeps is let through as it is: `schemas`, `id`, `meta`, and whatever is readOnly or
/// never returned.
///
/// That no two resources share a value that has become unique is not for one resource to say.
#[must_use]
pub fn violation(attributes: &JsonObject, rt: &ResourceType) -> Option<String> {
    let stored = attributes
        .iter()
        .find_map(|(name, value)| member_violation(name, value, rt));
    stored.or_else(|| {
        Some(match first_missing(attributes, rt)? {
            Missing::Extension(urn) => format!("`{urn}` is required and missing"),
            Missing::Attribute(target) => {
                format!("`{}` is required, and missing or blank", target.key())
            }
        })
    })
}

fn member_violation(name: &str, value: &Value, rt: &ResourceType) -> Option<String> {
    if !has_value(value) {
        return None;
    }
    if let Some(extension) = rt.extension(name) {
        let urn = extension.schema.id.as_str();
        let Value::Object(members) = value else {
            return Some(not(format!("`{urn}`"), kind_name(value), "an object"));
        };
        if urn != name {
            return Some(spelt(name, urn));
        }
        return members.iter().find_map(|(name, value)| {
            attribute_violation(Some(urn), name, value, &extension.schema.attributes, rt)
        });
    }
    match find(ResourceType::common_attributes(), name) {
        Some(attr) if attr.name == "externalId" => {
            attribute_violation(None, name, value, std::slice::from_ref(attr), rt)
        }
        Some(_) => None,
        None => attribute_violation(None, name, value, &rt.schema.attributes, rt),
    }
}

fn attribute_violation(
    extension: Option<&str>,
    name: &str,
    value: &Value,
    attributes: &[Attribute],
    rt: &ResourceType,
) -> Option<String> {
    let Some(attr) = find(attributes, name) else {
        let is_schema = extension.is_none() && name.contains(':');
        let what = if is_schema { "extension" } else { "attribute" };
        let key = key(extension, name, None);
        return has_value(value).then(|| format!("`{key}` is not an {what} of {}", rt.name));
    };
    let target = Target {
        extension,
        attr,
        sub: None,
    };
    if attr.name != name {
        return Some(spelt(&key(extension, name, None), &target.key()));
    }
    value_violation(target, value)
}

/// What is wrong with the value of an attribute or sub-attribute.
fn value_violation(target: Target<'_>, value: &Value) -> Option<String> {
    if is_kept_back(target) || !has_value(value) {
        return None;
    }
    match value {
        Value::Array(values) if target.leaf().multi_valued => {
            let place = || format!("a value of `{}`", target.key());
            let mut values = values.iter().filter(|value| has_value(value));
            values.find_map(|value| single_violation(target, &place, value))
        }
        value if target.leaf().multi_valued => {
            Some(not(format!("`{}`", target.key()), found(value), "an array"))
        }
        value => single_violation(target, &|| format!("`{}`", target.key()), value),
    }
}

/// What is wrong with one value, which is called `place`.
fn single_violation(
    target: Target<'_>,
    place: &dyn Fn() -> String,
    value: &Value,
) -> Option<String> {
    let expected = match target.leaf().kind {
        AttributeType::String => "a string",
        AttributeType::Boolean => "a boolean",
        AttributeType::Decimal => "a decimal",
        AttributeType::Integer => "an integer",
        AttributeType::DateTime => "a dateTime",
        AttributeType::Binary => "a binary",
        AttributeType::Reference => "a reference",
        AttributeType::Complex => "an object",
    };
    // A text may have become too long when a reference becomes a string.
    let (fits, longest) = match (target.leaf().kind, value) {
        (AttributeType::Complex, Value::Object(members)) => {
            return members
                .iter()
                .find_map(|(name, value)| sub_violation(target, name, value));
        }
        (AttributeType::String, Value::String(_)) => (true, MAX_STRING),
        (AttributeType::Reference, Value::String(text)) => {
            (format::is_uri_reference(text), MAX_REFERENCE)
        }
        (AttributeType::Binary, Value::String(text)) => (format::is_base64(text), MAX_REFERENCE),
        (AttributeType::DateTime, Value::String(text)) => {
            (Timestamp::parse(text).is_some(), MAX_STRING)
        }
        (AttributeType::Boolean, value) => (value.is_boolean(), 0),
        (AttributeType::Decimal, value) => (value.is_number(), 0),
        (AttributeType::Integer, value) => (value.as_i64().is_some(), 0),
        _ => (false, 0),
    };
    match value.as_str().map(str::len) {
        _ if !fits => Some(not(place(), found(value), expected)),
        Some(length) if length > longest => Some(format!(
            "{} is {length} bytes long; the limit of {expected} is {longest}",
            place()
        )),
        _ => None,
    }
}

fn sub_violation(target: Target<'_>, name: &str, value: &Value) -> Option<String> {
    let stored = || format!("{}.{name}", target.key());
    match target.attr.sub_attribute(name) {
        None => has_value(value).then(|| {
            format!(
                "`{}` is not a sub-attribute of `{}`",
                stored(),
                target.key()
            )
        }),
        Some(sub) if sub.name != name => Some(spelt(&stored(), &target.with_sub(sub).key())),
        Some(sub) => value_violation(target.with_sub(sub), value),
    }
}

/// What is not the client's to provide or to read.
fn is_kept_back(target: Target<'_>) -> bool {
    [target.attr, target.leaf()]
        .iter()
        .any(|attr| attr.mutability == Mutability::ReadOnly || attr.returned == Returned::Never)
}

fn not(place: String, found: &str, expected: &str) -> String {
    format!("{place} is {found}, not {expected}")
}

fn spelt(stored: &str, defined: &str) -> String {
    format!("`{stored}` is stored so, and not as `{defined}`")
}

/// What a stored value is called.
fn found(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if number.as_i64().is_some() => "an integer",
        Value::Number(_) => "a decimal",
        other => kind_name(other),
    }
}
