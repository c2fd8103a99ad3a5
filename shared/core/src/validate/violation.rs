//! Whether what is stored fits a schema that is about to change.

use serde_json::Value;

use super::coerce::MAX_STRING;
use super::required::{Missing, first_missing};
use super::{MAX_REFERENCE, format};
use crate::filter::has_value;
use crate::json::kind_name;
use crate::path::excerpt;
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType, Returned, Target, find};
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
    if let Some(extension) = rt.extension(name) {
        let urn = extension.schema.id.as_str();
        let Value::Object(members) = value else {
            return has_value(value)
                .then(|| not(&format!("`{urn}`"), kind_name(value), "an object"));
        };
        if urn != name {
            return Some(spelt(name, urn));
        }
        return members.iter().find_map(|(name, value)| {
            attribute_violation(Some(urn), name, value, &extension.schema.attributes, rt)
        });
    }
    let common = find(ResourceType::common_attributes(), name);
    if let Some(attr) = common {
        let target = Target {
            extension: None,
            attr,
            sub: None,
        };
        let is_servers = attr.name != "externalId";
        return if is_servers {
            None
        } else {
            value_violation(target, value)
        };
    }
    attribute_violation(None, name, value, &rt.schema.attributes, rt)
}

fn attribute_violation(
    extension: Option<&str>,
    name: &str,
    value: &Value,
    attributes: &[Attribute],
    rt: &ResourceType,
) -> Option<String> {
    let key = crate::schema::key(extension, name, None);
    let Some(attr) = find(attributes, name) else {
        return has_value(value)
            .then(|| format!("`{}` is not an attribute of {}", excerpt(&key), rt.name));
    };
    let target = Target {
        extension,
        attr,
        sub: None,
    };
    if attr.name != name {
        return Some(spelt(&key, &target.key()));
    }
    value_violation(target, value)
}

/// What is wrong with the value of an attribute or sub-attribute.
fn value_violation(target: Target<'_>, value: &Value) -> Option<String> {
    if is_kept_back(target) || !has_value(value) {
        return None;
    }
    let leaf = target.leaf();
    let key = target.key();
    match value {
        Value::Array(values) if leaf.multi_valued => {
            let place = format!("a value of `{key}`");
            let mut values = values.iter().filter(|value| has_value(value));
            values.find_map(|value| single_violation(target, &place, value))
        }
        value if leaf.multi_valued => Some(not(&format!("`{key}`"), found(value), "an array")),
        value => single_violation(target, &format!("`{key}`"), value),
    }
}

fn single_violation(target: Target<'_>, place: &str, value: &Value) -> Option<String> {
    let leaf = target.leaf();
    let expected = match leaf.kind {
        AttributeType::String => "a string",
        AttributeType::Boolean => "a boolean",
        AttributeType::Decimal => "a decimal",
        AttributeType::Integer => "an integer",
        AttributeType::DateTime => "a dateTime",
        AttributeType::Binary => "a binary",
        AttributeType::Reference => "a reference",
        AttributeType::Complex => "an object",
    };
    let fits = match (leaf.kind, value) {
        (AttributeType::Complex, Value::Object(members)) => {
            return members
                .iter()
                .find_map(|(name, value)| sub_violation(target, name, value));
        }
        (AttributeType::String, Value::String(text)) => {
            return too_long(place, text, MAX_STRING, expected);
        }
        (AttributeType::Reference, Value::String(text)) if format::is_uri_reference(text) => {
            return too_long(place, text, MAX_REFERENCE, expected);
        }
        (AttributeType::Binary, Value::String(text)) if format::is_base64(text) => {
            return too_long(place, text, MAX_REFERENCE, expected);
        }
        (AttributeType::DateTime, Value::String(text)) => Timestamp::parse(text).is_some(),
        (AttributeType::Boolean, Value::Bool(_)) | (AttributeType::Decimal, Value::Number(_)) => {
            true
        }
        (AttributeType::Integer, Value::Number(number)) => number.as_i64().is_some(),
        _ => false,
    };
    (!fits).then(|| not(place, found(value), expected))
}

fn sub_violation(target: Target<'_>, name: &str, value: &Value) -> Option<String> {
    match target.attr.sub_attribute(name) {
        None => has_value(value).then(|| {
            let key = format!("{}.{name}", target.key());
            format!(
                "`{}` is not a sub-attribute of `{}`",
                excerpt(&key),
                target.key()
            )
        }),
        Some(sub) if sub.name != name => {
            let key = format!("{}.{name}", target.key());
            Some(spelt(&key, &target.with_sub(sub).key()))
        }
        Some(sub) => value_violation(target.with_sub(sub), value),
    }
}

/// A text may become too long when a reference becomes a string.
fn too_long(place: &str, text: &str, longest: usize, expected: &str) -> Option<String> {
    let length = text.len();
    (length > longest)
        .then(|| format!("{place} is {length} bytes long; the limit of {expected} is {longest}"))
}

/// What is not the client's to provide or to read.
fn is_kept_back(target: Target<'_>) -> bool {
    [target.attr, target.leaf()]
        .iter()
        .any(|attr| attr.mutability == Mutability::ReadOnly || attr.returned == Returned::Never)
}

fn not(place: &str, found: &str, expected: &str) -> String {
    format!("{place} is {found}, not {expected}")
}

fn spelt(stored: &str, defined: &str) -> String {
    format!("`{}` is stored so, and not as `{defined}`", excerpt(stored))
}

/// What a stored value is called.
fn found(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if number.as_i64().is_some() => "an integer",
        Value::Number(_) => "a decimal",
        other => kind_name(other),
    }
}
