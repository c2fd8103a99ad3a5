//! The schemas of the RFC, which come with the crate as JSON.
//!
//! [RFC 7643 §8.7](https://www.rfc-editor.org/rfc/rfc7643#section-8.7), with its verified errata and
//! with what §2.4, §4, §5 and the examples have but §8.7 leaves out: `primary` of `addresses`,
//! `display` of `members`, `displayName` of a group being required, `groups.$ref` pointing to groups
//! only, references and binaries being case exact, and `etag` of the service provider, to which
//! RFC 9865 adds `pagination`.

use std::sync::LazyLock;

use serde::de::DeserializeOwned;

use super::{Attribute, Extension, Relation, ResourceType, Schema};

/// The schema of a User.
pub const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The enterprise extension of a User.
pub const ENTERPRISE_USER_SCHEMA: &str =
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The schema of a Group.
pub const GROUP_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The schema of the service provider's configuration.
pub const SERVICE_PROVIDER_CONFIG_SCHEMA: &str =
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
/// The schema of a resource type.
pub const RESOURCE_TYPE_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
/// The schema of a schema.
pub const SCHEMA_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// The attributes that every resource has: `schemas`, `id`, `externalId`, `meta` (RFC 7643 §3.1).
pub(super) static COMMON: LazyLock<Vec<Attribute>> =
    LazyLock::new(|| read(include_str!("../../schemas/common.json")));

#[expect(
    clippy::expect_used,
    reason = "the text is part of the crate, and a test reads each"
)]
fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("an embedded schema is well-formed")
}

fn with_relation(mut schema: Schema, name: &str, relation: Relation) -> Schema {
    for attr in &mut schema.attributes {
        if attr.name == name {
            attr.relation = Some(relation);
        }
    }
    schema
}

impl Schema {
    /// `urn:ietf:params:scim:schemas:core:2.0:User`.
    #[must_use]
    pub fn user() -> Self {
        let schema = read(include_str!("../../schemas/user.json"));
        with_relation(schema, "groups", Relation::Groups)
    }

    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`.
    #[must_use]
    pub fn enterprise_user() -> Self {
        read(include_str!("../../schemas/enterprise_user.json"))
    }

    /// `urn:ietf:params:scim:schemas:core:2.0:Group`.
    #[must_use]
    pub fn group() -> Self {
        let schema = read(include_str!("../../schemas/group.json"));
        with_relation(schema, "members", Relation::Members)
    }

    /// `urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig`.
    #[must_use]
    pub fn service_provider_config() -> Self {
        read(include_str!("../../schemas/service_provider_config.json"))
    }

    /// `urn:ietf:params:scim:schemas:core:2.0:ResourceType`.
    #[must_use]
    pub fn resource_type() -> Self {
        read(include_str!("../../schemas/resource_type.json"))
    }

    /// `urn:ietf:params:scim:schemas:core:2.0:Schema`.
    #[must_use]
    pub fn meta_schema() -> Self {
        read(include_str!("../../schemas/schema.json"))
    }
}

impl ResourceType {
    /// Users, with the enterprise extension (RFC 7643 §4.1, §4.3).
    #[must_use]
    pub fn user() -> Self {
        Self {
            id: "User".to_owned(),
            name: "User".to_owned(),
            endpoint: "/Users".to_owned(),
            description: "User Account".to_owned(),
            schema: Schema::user(),
            extensions: vec![Extension {
                schema: Schema::enterprise_user(),
                required: false,
            }],
        }
    }

    /// Groups (RFC 7643 §4.2).
    #[must_use]
    pub fn group() -> Self {
        Self {
            id: "Group".to_owned(),
            name: "Group".to_owned(),
            endpoint: "/Groups".to_owned(),
            description: "Group".to_owned(),
            schema: Schema::group(),
            extensions: Vec::new(),
        }
    }
}
