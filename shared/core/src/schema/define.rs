//! The schemas that an operator defines.
//!
//! [RFC 7643 §7](https://www.rfc-editor.org/rfc/rfc7643#section-7)

use std::collections::BTreeSet;

use serde_json::Value;

use super::members::Members;
use super::{Attribute, AttributeType, Mutability, Returned, Schema, Uniqueness, rules};
use crate::path::{excerpt, not_a_name, not_a_uri};
use crate::{JsonObject, ScimError};

/// How many attributes a schema may have, their sub-attributes included.
pub const MAX_ATTRIBUTES: usize = 200;
/// How many bytes the name of an attribute, a schema or a resource type may have.
pub const MAX_NAME: usize = 64;
/// How many bytes the URI of a schema may have.
pub const MAX_SCHEMA_ID: usize = 200;
/// How many bytes of UTF-8 a description may have.
pub const MAX_DESCRIPTION: usize = 2_000;
/// How many canonical values or reference types an attribute may have, and how many bytes each.
const MAX_SUGGESTIONS: usize = 200;

/// The data types and their keywords.
pub(super) const TYPES: [(&str, AttributeType); 8] = [
    ("string", AttributeType::String),
    ("boolean", AttributeType::Boolean),
    ("decimal", AttributeType::Decimal),
    ("integer", AttributeType::Integer),
    ("dateTime", AttributeType::DateTime),
    ("binary", AttributeType::Binary),
    ("reference", AttributeType::Reference),
    ("complex", AttributeType::Complex),
];
const MUTABILITIES: [(&str, Mutability); 4] = [
    ("readOnly", Mutability::ReadOnly),
    ("readWrite", Mutability::ReadWrite),
    ("immutable", Mutability::Immutable),
    ("writeOnly", Mutability::WriteOnly),
];
const RETURNED: [(&str, Returned); 4] = [
    ("always", Returned::Always),
    ("never", Returned::Never),
    ("default", Returned::Default),
    ("request", Returned::Request),
];
const UNIQUENESS: [(&str, Uniqueness); 3] = [
    ("none", Uniqueness::None),
    ("server", Uniqueness::Server),
    ("global", Uniqueness::Global),
];

impl Schema {
    /// Reads the definition of a schema as RFC 7643 §7 writes it. Member names and keywords may be in
    /// any case; `schemas` and `meta` are passed over, so that a document from `/Schemas` can be sent
    /// back. What is left out takes its default, which for a writeOnly attribute is to be never
    /// returned. References and binaries become case exact, as §2.3 has them.
    ///
    /// A schema may serve as the core of one resource type and as an extension of others, so its
    /// attributes cannot be called `schemas`, `id`, `externalId` or `meta` in any case.
    ///
    /// # Errors
    ///
    /// `invalidSyntax` if a member is unknown. `invalidValue`, with the attribute and what to change: a
    /// member is missing, of the wrong type or longer than [`MAX_NAME`], [`MAX_SCHEMA_ID`] or
    /// [`MAX_DESCRIPTION`]; the id is not a URI, or is reserved; a name is not an ATTRNAME, or is there
    /// twice; there are more than [`MAX_ATTRIBUTES`]; or characteristics exclude each other.
    pub fn define(body: JsonObject) -> Result<Self, ScimError> {
        let mut members = Members::of_document(body);
        let id = members.demanded(
            "id",
            MAX_SCHEMA_ID,
            "the URI of the schema, such as `urn:example:2.0:Device`",
        )?;
        check_id(&id)?;
        let name = members.text("name", MAX_NAME)?.unwrap_or_default();
        let description = members.text("description", MAX_DESCRIPTION)?;
        let attributes = members.list("attributes", MAX_ATTRIBUTES)?;
        members.finish()?;
        let attributes = read_attributes(attributes, None)?;
        let subs = attributes.iter().map(|attr| attr.sub_attributes.len());
        let count = attributes.len() + subs.sum::<usize>();
        if count == 0 {
            return Err(ScimError::invalid_value(
                "`attributes` is empty; define at least one attribute",
            ));
        }
        if count > MAX_ATTRIBUTES {
            return Err(ScimError::invalid_value(format!(
                "the schema has {count} attributes, sub-attributes included; the limit is {MAX_ATTRIBUTES}"
            )));
        }
        rules::check(&attributes)?;
        Ok(Self {
            id,
            name,
            description: description.unwrap_or_default(),
            attributes,
        })
    }
}

/// Whether a URI belongs to the RFCs: what begins with `urn:ietf:params:scim:`, except for extensions
/// other than the enterprise one. Identity providers tell their customers to call their own extensions
/// `urn:ietf:params:scim:schemas:extension:{name}:2.0:User`.
pub(super) fn is_reserved(id: &str) -> bool {
    const RFCS: &str = "urn:ietf:params:scim:";
    const EXTENSIONS: &str = "urn:ietf:params:scim:schemas:extension:";
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:";
    let below = |prefix: &str| {
        id.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    below(RFCS) && (!below(EXTENSIONS) || below(ENTERPRISE))
}

fn check_id(id: &str) -> Result<(), ScimError> {
    if !is_absolute_uri(id) {
        return Err(ScimError::invalid_value(format!(
            "`id` is `{}`, which is not a URI; use one such as `urn:example:2.0:Device`",
            excerpt(id)
        )));
    }
    if is_reserved(id) {
        return Err(ScimError::invalid_value(format!(
            "`id` is `{}`, which belongs to the SCIM standards; use a URI of your own, such as \
             `urn:ietf:params:scim:schemas:extension:example:2.0:User`",
            excerpt(id)
        )));
    }
    Ok(())
}

/// > absolute-URI = scheme ":" hier-part (RFC 3986 §4.3)
///
/// The colon tells a schema from an attribute, beside which its object stands.
fn is_absolute_uri(text: &str) -> bool {
    let scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    not_a_uri(text).is_none()
        && text
            .split_once(':')
            .is_some_and(|(before, after)| before.bytes().all(scheme) && !after.is_empty())
}

/// The attributes of a schema, or the sub-attributes of an attribute.
fn read_attributes(values: Vec<Value>, parent: Option<&str>) -> Result<Vec<Attribute>, ScimError> {
    let mut names = BTreeSet::new();
    let mut attributes = Vec::with_capacity(values.len());
    for (position, value) in values.into_iter().enumerate() {
        let nameless = match parent {
            None => format!("attribute {}", position + 1),
            Some(parent) => format!("sub-attribute {} of `{parent}`", position + 1),
        };
        let mut members = Members::of_object(&nameless, value)?;
        let name = members.demanded("name", MAX_NAME, "the name of the attribute")?;
        check_name(&members, &name)?;
        let path = match parent {
            None => name.clone(),
            Some(parent) => format!("{parent}.{name}"),
        };
        // > Attribute names are case insensitive.
        if !names.insert(name.to_ascii_lowercase()) {
            return Err(ScimError::invalid_value(format!(
                "`{path}` is defined twice (names are compared without case); keep one"
            )));
        }
        members.rename(&format!("`{path}`"));
        attributes.push(read_attribute(members, name, &path, parent.is_some())?);
    }
    Ok(attributes)
}

fn read_attribute(
    mut members: Members,
    name: String,
    path: &str,
    is_sub: bool,
) -> Result<Attribute, ScimError> {
    let kind = members.keyword("type", &TYPES)?.unwrap_or_default();
    let multi_valued = members.flag("multiValued")?.unwrap_or_default();
    let description = members.text("description", MAX_DESCRIPTION)?;
    let required = members.flag("required")?.unwrap_or_default();
    let canonical_values = members.list("canonicalValues", MAX_SUGGESTIONS)?;
    let canonical_values = texts(&members, "canonicalValues", canonical_values)?;
    let case_exact = members.flag("caseExact")?.unwrap_or_default();
    let mutability = members
        .keyword("mutability", &MUTABILITIES)?
        .unwrap_or_default();
    let returned = members.keyword("returned", &RETURNED)?;
    let uniqueness = members
        .keyword("uniqueness", &UNIQUENESS)?
        .unwrap_or_default();
    let reference_types = members.list("referenceTypes", MAX_SUGGESTIONS)?;
    let reference_types = texts(&members, "referenceTypes", reference_types)?;
    let sub_attributes = members.list("subAttributes", MAX_ATTRIBUTES)?;
    // > A complex attribute MUST NOT contain sub-attributes that have sub-attributes (i.e., that are
    // > complex). (RFC 7643 §2.3.8)
    if is_sub && (kind == AttributeType::Complex || !sub_attributes.is_empty()) {
        return Err(members.invalid(
            "a sub-attribute cannot have sub-attributes; make it an attribute of its own",
        ));
    }
    members.finish()?;
    let by_default = match mutability {
        Mutability::WriteOnly => Returned::Never,
        _ => Returned::Default,
    };
    Ok(Attribute {
        name,
        kind,
        multi_valued,
        description: description.unwrap_or_default(),
        required,
        canonical_values,
        case_exact: case_exact || matches!(kind, AttributeType::Binary | AttributeType::Reference),
        mutability,
        returned: returned.unwrap_or(by_default),
        uniqueness,
        reference_types,
        sub_attributes: read_attributes(sub_attributes, Some(path))?,
        relation: None,
    })
}

fn check_name(members: &Members, name: &str) -> Result<(), ScimError> {
    match not_a_name(name) {
        None => Ok(()),
        Some(at) => Err(members.invalid(format!(
            "`name` is `{}`, which is not a name at byte {at}; use letters, digits, `-`, `_` and `$`, and begin with a letter",
            excerpt(name)
        ))),
    }
}

fn texts(members: &Members, name: &str, values: Vec<Value>) -> Result<Vec<String>, ScimError> {
    let text = |value| match value {
        Value::String(text) if !text.is_empty() && text.len() <= MAX_SUGGESTIONS => Ok(text),
        _ => Err(members.invalid(format!(
            "`{name}` expects strings of 1 to {MAX_SUGGESTIONS} bytes"
        ))),
    };
    values.into_iter().map(text).collect()
}
