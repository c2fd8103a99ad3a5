//! Which characteristics a custom attribute can have together.
//!
//! [RFC 7643 §2.3](https://www.rfc-editor.org/rfc/rfc7643#section-2.3) and
//! [§7](https://www.rfc-editor.org/rfc/rfc7643#section-7). What makes no sense is refused rather than
//! passed over: whoever wrote it meant something else.

use super::define::{MAX_NAME, TYPES};
use super::{Attribute, AttributeType, Mutability, ResourceType, Returned, Uniqueness, find};
use crate::ScimError;
use crate::path::excerpt;

/// Checks the attributes of a schema and their sub-attributes.
pub(super) fn check(attributes: &[Attribute]) -> Result<(), ScimError> {
    for attr in attributes {
        check_name(attr)?;
        check_attribute(&attr.name, attr)?;
        for sub in &attr.sub_attributes {
            let path = format!("{}.{}", attr.name, sub.name);
            check_attribute(&path, sub)?;
            check_within(&path, sub, attr)?;
        }
    }
    Ok(())
}

fn refuse(path: &str, detail: &str) -> Result<(), ScimError> {
    Err(ScimError::invalid_value(format!("`{path}` {detail}")))
}

/// > Common attributes are considered to be part of every base resource schema and do not use their
/// > own "schemas" URI. (RFC 7643 §3.1)
fn check_name(attr: &Attribute) -> Result<(), ScimError> {
    match find(ResourceType::common_attributes(), &attr.name) {
        None => Ok(()),
        Some(common) => Err(ScimError::invalid_value(format!(
            "every resource has the attribute `{}`; leave it out of the schema, or choose another name",
            common.name
        ))),
    }
}

/// What holds for attributes and sub-attributes alike.
fn check_attribute(path: &str, attr: &Attribute) -> Result<(), ScimError> {
    check_kind(path, attr)?;
    // > readOnly  The attribute SHALL NOT be modified.
    if attr.mutability == Mutability::ReadOnly {
        return refuse(
            path,
            "is readOnly, so that nobody could ever set it; make it readWrite or immutable",
        );
    }
    if attr.returned != Returned::Never {
        // > writeOnly  … Attribute values SHALL NOT be returned
        return match attr.mutability {
            Mutability::WriteOnly => refuse(
                path,
                "is writeOnly, and so is never returned; set `returned` to never, or leave it out",
            ),
            _ => Ok(()),
        };
    }
    if attr.mutability == Mutability::Immutable {
        return refuse(
            path,
            "is never returned, so that nobody could tell what it was set to for good; make it writeOnly",
        );
    }
    if attr.required {
        return refuse(
            path,
            "is never returned, so that a client could not send it back; leave `required` out",
        );
    }
    if attr.uniqueness != Uniqueness::None {
        return refuse(
            path,
            "is never returned, which a refusal of a value that is taken would give away; leave `uniqueness` out",
        );
    }
    Ok(())
}

/// What depends on the data type.
fn check_kind(path: &str, attr: &Attribute) -> Result<(), ScimError> {
    let kind = TYPES.iter().find(|(_, kind)| *kind == attr.kind);
    let kind = kind.map_or("", |(keyword, _)| *keyword);
    let is = |kinds: &[AttributeType]| kinds.contains(&attr.kind);
    if attr.is_complex() && attr.sub_attributes.is_empty() {
        return refuse(
            path,
            "is complex; add `subAttributes`, or give it another `type`",
        );
    }
    if !attr.is_complex() && !attr.sub_attributes.is_empty() {
        return refuse(
            path,
            &format!("is of type {kind}; remove `subAttributes`, or set `type` to complex"),
        );
    }
    // > A boolean has no case sensitivity or uniqueness. A decimal has no case sensitivity. …
    let has_case = [
        AttributeType::String,
        AttributeType::Reference,
        AttributeType::Binary,
    ];
    if attr.case_exact && !is(&has_case) {
        return refuse(
            path,
            &format!("is of type {kind}, which has no case; remove `caseExact`"),
        );
    }
    let can_be_unique = [
        AttributeType::String,
        AttributeType::Integer,
        AttributeType::Reference,
    ];
    if attr.uniqueness != Uniqueness::None && !is(&can_be_unique) {
        return refuse(
            path,
            &format!(
                "is of type {kind}, which cannot be unique; remove `uniqueness`, or use string, integer or reference"
            ),
        );
    }
    let has_suggestions = [AttributeType::String, AttributeType::Reference];
    if !attr.canonical_values.is_empty() && !is(&has_suggestions) {
        return refuse(
            path,
            &format!("is of type {kind}; remove `canonicalValues`, which are strings"),
        );
    }
    // > This attribute is only applicable for attributes that are of type "reference"
    if attr.kind != AttributeType::Reference {
        return match attr.reference_types.is_empty() {
            true => Ok(()),
            false => refuse(
                path,
                &format!("is of type {kind}; remove `referenceTypes`, or set `type` to reference"),
            ),
        };
    }
    // > A reference has a "referenceTypes" attribute that indicates what types of resources may be
    // > linked
    if attr.reference_types.is_empty() {
        return refuse(
            path,
            "is a reference; add `referenceTypes` with external, uri or the names of resource types",
        );
    }
    match attr.reference_types.iter().find(|name| !is_type_name(name)) {
        None => Ok(()),
        Some(name) => refuse(
            path,
            &format!(
                "has the reference type `{}`; use external, uri or the name of a resource type",
                excerpt(name)
            ),
        ),
    }
}

/// What holds for a sub-attribute in its attribute.
fn check_within(path: &str, sub: &Attribute, attr: &Attribute) -> Result<(), ScimError> {
    // > The predefined sub-attributes listed in this section … MUST be used with the meanings defined
    // > here. (RFC 7643 §2.4)
    const PREDEFINED: [&str; 5] = ["type", "primary", "display", "value", "$ref"];
    let predefined = PREDEFINED
        .iter()
        .find(|name| name.eq_ignore_ascii_case(&sub.name));
    if let Some(name) = predefined
        && *name != sub.name
    {
        return refuse(path, &format!("means `{name}`; write it so"));
    }
    if sub.name == "primary"
        && attr.multi_valued
        && (sub.kind != AttributeType::Boolean || sub.multi_valued)
    {
        return refuse(
            path,
            "says which value is the primary one; make it a singular boolean, or choose another name",
        );
    }
    if attr.returned == Returned::Never {
        return match sub.uniqueness {
            Uniqueness::None => Ok(()),
            _ => refuse(
                path,
                "is part of what is never returned, which a refusal of a value that is taken would give away; \
                 leave `uniqueness` out",
            ),
        };
    }
    // What is never returned is not kept, and that goes for attributes as a whole.
    if sub.returned == Returned::Never {
        return refuse(
            path,
            &format!(
                "would be never returned, unlike the rest of `{}`; make it an attribute of its own",
                attr.name
            ),
        );
    }
    Ok(())
}

/// > name: the resource type name
///
/// Letters and digits alone, so that it can stand in paths, policies and metrics.
pub(super) fn is_type_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
