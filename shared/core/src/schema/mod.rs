//! Schemas as data: what attributes a resource has and how each behaves.
//!
//! [RFC 7643 §7](https://www.rfc-editor.org/rfc/rfc7643#section-7). Everything that depends on an
//! attribute (validation, filters, PATCH, projection, sorting, the search index) reads these
//! characteristics and nothing else, so that a custom schema needs no code.

mod catalogue;
mod define;
mod definition;
mod embedded;
mod members;
mod resource_type;
mod rules;
mod target;

pub use catalogue::ResourceTypes;
pub use define::{MAX_ATTRIBUTES, MAX_DESCRIPTION, MAX_NAME, MAX_SCHEMA_ID};
pub use definition::{ExtensionDefinition, MAX_EXTENSIONS, ResourceTypeDefinition};
pub use embedded::{
    ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA,
    SERVICE_PROVIDER_CONFIG_SCHEMA, USER_SCHEMA,
};
pub use resource_type::{Extension, ResourceType};
pub use target::Target;

pub(crate) use target::key;

use serde::{Deserialize, Serialize};

/// The definition of the attributes that one schema URI stands for, in its wire form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    /// The URI.
    pub id: String,
    /// The human-readable name.
    #[serde(default)]
    pub name: String,
    /// The human-readable description.
    #[serde(default)]
    pub description: String,
    /// The attributes.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// The attribute of that name, in any case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        find(&self.attributes, name)
    }
}

/// One attribute and its characteristics. What is left out takes the default of RFC 7643 §2.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// The name, in its canonical case.
    pub name: String,
    /// The data type.
    #[serde(rename = "type", default)]
    pub kind: AttributeType,
    /// Whether it holds an array.
    #[serde(default)]
    pub multi_valued: bool,
    /// The human-readable description.
    #[serde(default)]
    pub description: String,
    /// Whether a resource must have it.
    #[serde(default)]
    pub required: bool,
    /// Suggested values; others are accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canonical_values: Vec<String>,
    /// Whether a string compares with regard to case. See [`Attribute::is_case_exact`].
    #[serde(default)]
    pub case_exact: bool,
    /// Who may change it, and when.
    #[serde(default)]
    pub mutability: Mutability,
    /// When it appears in an answer.
    #[serde(default)]
    pub returned: Returned,
    /// Within what its values are unique.
    #[serde(default)]
    pub uniqueness: Uniqueness,
    /// What a reference may point to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_types: Vec<String>,
    /// The parts of a complex attribute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sub_attributes: Vec<Attribute>,
    /// Whether its values are relations between resources, and no part of a document.
    #[serde(skip)]
    pub relation: Option<Relation>,
}

/// What relates a resource to others. A store keeps relations as rows of their own, so that a group of a hundred
/// thousand members costs no more to change than one of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The direct members of a group (RFC 7643 §4.2).
    Members,
    /// The groups that a user is in, directly or through other groups (RFC 7643 §4.1.2). They follow from the members.
    Groups,
}

impl Attribute {
    /// The sub-attribute of that name, in any case.
    #[must_use]
    pub fn sub_attribute(&self, name: &str) -> Option<&Attribute> {
        find(&self.sub_attributes, name)
    }

    /// The `value` sub-attribute, which a bare complex attribute stands for in a comparison.
    #[must_use]
    pub fn value_attribute(&self) -> Option<&Attribute> {
        self.sub_attributes.iter().find(|sub| sub.name == "value")
    }

    /// Whether a list of its values can be found from a value, and how.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        match self.kind {
            AttributeType::String if self.uniqueness != Uniqueness::None => Lookup::Unique,
            // Values that the schema suggests, such as `work`, are shared by many.
            AttributeType::String if self.canonical_values.is_empty() => Lookup::Text,
            AttributeType::Integer | AttributeType::Decimal | AttributeType::DateTime => {
                Lookup::Number
            }
            _ => Lookup::None,
        }
    }

    /// Whether it has sub-attributes rather than a value of its own.
    #[must_use]
    pub fn is_complex(&self) -> bool {
        self.kind == AttributeType::Complex
    }

    /// Whether two of its values that differ only in case are different.
    ///
    /// > A binary is case exact … A reference is case exact. (RFC 7643 §2.3.6, §2.3.7)
    #[must_use]
    pub fn is_case_exact(&self) -> bool {
        self.case_exact || matches!(self.kind, AttributeType::Binary | AttributeType::Reference)
    }
}

/// What an index is kept of an attribute's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lookup {
    /// None: they are long, or each is shared by many resources. The resources are looked at one by one.
    None,
    /// By number, or by instant.
    Number,
    /// By text and by its parts.
    Text,
    /// By text, which no two resources share, and by its parts.
    Unique,
}

/// The attribute of that name, in any case.
///
/// > Attribute names are case insensitive. (RFC 7643 §2.1)
pub(crate) fn find<'s>(attributes: &'s [Attribute], name: &str) -> Option<&'s Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// An attribute's data type (RFC 7643 §2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttributeType {
    /// Unicode text.
    #[default]
    String,
    /// True or false.
    Boolean,
    /// A real number.
    Decimal,
    /// A whole number.
    Integer,
    /// An instant.
    DateTime,
    /// Bytes in base64.
    Binary,
    /// A URI.
    Reference,
    /// A set of sub-attributes.
    Complex,
}

/// Who may change an attribute, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// The server alone.
    ReadOnly,
    /// The client, at any time.
    #[default]
    ReadWrite,
    /// The client, once.
    Immutable,
    /// The client, who never sees it again.
    WriteOnly,
}

/// When an attribute appears in an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// Whatever is asked for.
    Always,
    /// Never.
    Never,
    /// Unless something else is asked for, or it is excluded.
    #[default]
    Default,
    /// When it is asked for.
    Request,
}

/// Within what an attribute's values are unique.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// Nothing.
    #[default]
    None,
    /// The resource type of the tenant.
    Server,
    /// Everywhere.
    Global,
}

#[cfg(test)]
mod tests;
