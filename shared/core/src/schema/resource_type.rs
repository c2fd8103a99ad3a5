//! A resource type: where its resources live, their schema and its extensions.
//!
//! [RFC 7643 §6](https://www.rfc-editor.org/rfc/rfc7643#section-6)

use super::{Attribute, Relation, Schema, Target, embedded::COMMON, find};
use crate::AttrPath;

/// What kind of resource an endpoint serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// The identifier, usually the name.
    pub id: String,
    /// The name: `meta.resourceType` of its resources.
    pub name: String,
    /// The path below the base URL, such as `/Users`.
    pub endpoint: String,
    /// The human-readable description.
    pub description: String,
    /// The core schema.
    pub schema: Schema,
    /// The extensions that its resources may carry.
    pub extensions: Vec<Extension>,
}

/// A schema whose attributes sit in an object of their own, under its URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The schema.
    pub schema: Schema,
    /// Whether every resource must carry it.
    pub required: bool,
}

impl ResourceType {
    /// Finds what a path names, whatever its case: a common attribute, one of the core schema (with
    /// or without its URN) or one of an extension (with its URN).
    ///
    /// > All facets (URN, attribute, and sub-attribute name) of the fully encoded attribute name are
    /// > case insensitive. (RFC 7644 §3.10)
    #[must_use]
    pub fn resolve(&self, path: &AttrPath) -> Option<Target<'_>> {
        let (extension, attr) = match &path.schema {
            None => (None, self.core_attribute(&path.name)?),
            Some(urn) if urn.eq_ignore_ascii_case(&self.schema.id) => {
                (None, self.core_attribute(&path.name)?)
            }
            Some(urn) => {
                let extension = self.extension(urn)?;
                (
                    Some(extension.schema.id.as_str()),
                    extension.schema.attribute(&path.name)?,
                )
            }
        };
        let sub = match &path.sub {
            None => None,
            Some(name) => Some(attr.sub_attribute(name)?),
        };
        Some(Target {
            extension,
            attr,
            sub,
        })
    }

    /// The extension with that URI, in any case.
    #[must_use]
    pub fn extension(&self, urn: &str) -> Option<&Extension> {
        self.extensions
            .iter()
            .find(|e| e.schema.id.eq_ignore_ascii_case(urn))
    }

    /// The attributes that a client can set on the resource itself: those of the core schema, and
    /// `externalId`.
    pub fn own_attributes(&self) -> impl Iterator<Item = &Attribute> {
        let external_id = COMMON.iter().filter(|common| common.name == "externalId");
        external_id.chain(&self.schema.attributes)
    }

    /// Every attribute of the type with the extension that it belongs to, the four common ones
    /// excepted that the server works out (`externalId` is among them).
    pub fn attributes(&self) -> impl Iterator<Item = (Option<&str>, &Attribute)> {
        let own = self.own_attributes().map(|attr| (None, attr));
        own.chain(self.extensions.iter().flat_map(|extension| {
            extension
                .schema
                .attributes
                .iter()
                .map(|attr| (Some(extension.schema.id.as_str()), attr))
        }))
    }

    /// The attribute whose values are relations, if the type has one.
    #[must_use]
    pub fn related(&self) -> Option<(Relation, Target<'_>)> {
        self.schema.attributes.iter().find_map(|attr| {
            let target = Target {
                extension: None,
                attr,
                sub: None,
            };
            attr.relation.map(|relation| (relation, target))
        })
    }

    /// `schemas`, `id`, `externalId` and `meta`.
    #[must_use]
    pub fn common_attributes() -> &'static [Attribute] {
        &COMMON
    }

    /// > The attribute characteristics … listed here SHALL take precedence over older definitions that
    /// > may be included in existing schemas. (RFC 7643 §3.1)
    fn core_attribute(&self, name: &str) -> Option<&Attribute> {
        find(&COMMON, name).or_else(|| self.schema.attribute(name))
    }
}
