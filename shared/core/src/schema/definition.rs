//! The resource types that an operator defines, and the extensions of the built-in ones.
//!
//! [RFC 7643 §6](https://www.rfc-editor.org/rfc/rfc7643#section-6)

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::define::{MAX_DESCRIPTION, MAX_NAME, MAX_SCHEMA_ID, is_reserved};
use super::members::Members;
use super::rules::is_type_name;
use super::{ENTERPRISE_USER_SCHEMA, ResourceType, ResourceTypes};
use crate::path::excerpt;
use crate::{JsonObject, ScimError};

/// How many extensions a resource type may have.
pub const MAX_EXTENSIONS: usize = 20;

/// Endpoints that are something else than resources (RFC 7644 §3.2).
const ENDPOINTS: [&str; 8] = [
    "/Users",
    "/Groups",
    "/Me",
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/Schemas",
    "/Bulk",
    "/.search",
];

/// What `meta.resourceType` of the documents says that are no resources.
const NAMES: [&str; 3] = ["ServiceProviderConfig", "ResourceType", "Schema"];

/// A resource type by the URIs of its schemas, in its wire form. [`ResourceTypes::assemble`] makes a
/// [`ResourceType`] of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceTypeDefinition {
    /// The identifier: the name.
    pub id: String,
    /// The name: `meta.resourceType` of its resources.
    pub name: String,
    /// The path below the base URL, such as `/Devices`.
    pub endpoint: String,
    /// The human-readable description.
    #[serde(default)]
    pub description: String,
    /// The URI of the core schema.
    pub schema: String,
    /// The extensions.
    #[serde(default)]
    pub schema_extensions: Vec<ExtensionDefinition>,
}

/// An extension by the URI of its schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionDefinition {
    /// The URI of the schema.
    pub schema: String,
    /// Whether every resource must carry it.
    #[serde(default)]
    pub required: bool,
}

impl ResourceTypeDefinition {
    /// Reads a definition as RFC 7643 §6 writes it. `schemas` and `meta` are passed over, so that a
    /// document from `/ResourceTypes` can be sent back; an `id` must be the name, and the endpoint may
    /// lack its slash.
    ///
    /// `User` and `Group` can be defined, too, but only to attach extensions: their endpoint and schema
    /// stay as they are, and can be left out. The enterprise extension belongs to a User whether it is
    /// listed or not; to list it can make it required.
    ///
    /// # Errors
    ///
    /// `invalidSyntax` if a member is unknown; `invalidValue` if one is missing or not acceptable, if
    /// the name or the endpoint is taken by something built in, an extension is there twice, or there
    /// are more than [`MAX_EXTENSIONS`].
    pub fn define(body: JsonObject) -> Result<Self, ScimError> {
        let mut members = Members::of_document(body);
        let name = members.demanded("name", MAX_NAME, "a name, such as `Device`")?;
        let built_in = ResourceTypes::built_in().by_name(&name);
        check_name(&members, &name, built_in)?;
        let id = members.text("id", MAX_NAME)?;
        if id.is_some_and(|id| id != name) {
            return Err(members.invalid(format!(
                "the `id` of a resource type is its name; set it to `{name}`, or leave it out"
            )));
        }
        let endpoint = members.text("endpoint", MAX_NAME + 1)?;
        let schema = members.text("schema", MAX_SCHEMA_ID)?;
        let description = members.text("description", MAX_DESCRIPTION)?;
        let extensions = members.list("schemaExtensions", MAX_EXTENSIONS)?;
        let (endpoint, schema) = match built_in {
            Some(known) => {
                check_same(&members, "endpoint", endpoint, known, &known.endpoint)?;
                check_same(&members, "schema", schema, known, &known.schema.id)?;
                (known.endpoint.clone(), known.schema.id.clone())
            }
            None => (
                own_endpoint(&members, endpoint)?,
                own_schema(&members, schema)?,
            ),
        };
        members.finish()?;
        let description = description
            .or_else(|| built_in.map(|known| known.description.clone()))
            .unwrap_or_default();
        let definition = Self {
            id: name.clone(),
            name,
            endpoint,
            description,
            schema,
            schema_extensions: Vec::new(),
        };
        extensions.into_iter().try_fold(definition, Self::extended)
    }

    /// With one more extension.
    fn extended(mut self, value: Value) -> Result<Self, ScimError> {
        let place = format!("extension {}", self.schema_extensions.len() + 1);
        let mut members = Members::of_object(&place, value)?;
        let schema = members.demanded("schema", MAX_SCHEMA_ID, "the URI of a schema")?;
        let required = members.flag("required")?.unwrap_or_default();
        let is_enterprise = schema.eq_ignore_ascii_case(ENTERPRISE_USER_SCHEMA);
        if is_reserved(&schema) && !(is_enterprise && self.name == "User") {
            return Err(members.invalid(format!(
                "`{}` is built in and cannot extend {}; use a schema that you have defined",
                excerpt(&schema),
                self.name
            )));
        }
        let mut others = self.schema_extensions.iter().map(|other| &other.schema);
        if others.any(|other| other.eq_ignore_ascii_case(&schema)) {
            return Err(members.invalid(format!("`{schema}` is there already; remove one of them")));
        }
        if self.schema.eq_ignore_ascii_case(&schema) {
            return Err(members.invalid(format!(
                "`{schema}` is the schema of the type itself; it cannot extend it"
            )));
        }
        members.finish()?;
        self.schema_extensions
            .push(ExtensionDefinition { schema, required });
        Ok(self)
    }
}

fn check_name(
    members: &Members,
    name: &str,
    built_in: Option<&ResourceType>,
) -> Result<(), ScimError> {
    if !is_type_name(name) {
        return Err(members.invalid(format!(
            "`name` is `{}`; use letters and digits alone",
            excerpt(name)
        )));
    }
    if NAMES.iter().any(|taken| taken.eq_ignore_ascii_case(name)) {
        return Err(members.invalid(format!(
            "`name` is `{name}`, which is reserved; choose another one"
        )));
    }
    match built_in {
        Some(known) if known.name != name => Err(members.invalid(format!(
            "`name` is `{name}`; to extend what is built in, write `{}`",
            known.name
        ))),
        _ => Ok(()),
    }
}

/// A built-in type keeps its endpoint and its schema.
fn check_same(
    members: &Members,
    member: &str,
    given: Option<String>,
    known: &ResourceType,
    expected: &str,
) -> Result<(), ScimError> {
    match given {
        Some(given) if given != expected => Err(members.invalid(format!(
            "the `{member}` of {} is `{expected}`; leave it so, or out",
            known.name
        ))),
        _ => Ok(()),
    }
}

fn own_endpoint(members: &Members, endpoint: Option<String>) -> Result<String, ScimError> {
    let Some(given) = endpoint else {
        return Err(members.invalid("`endpoint` is missing; give a path, such as `/Devices`"));
    };
    let segment = given.strip_prefix('/').unwrap_or(&given);
    // > unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~" (RFC 3986 §2.3)
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_segment = !matches!(segment, "" | "." | "..") && segment.bytes().all(unreserved);
    if !is_segment || segment.len() > MAX_NAME {
        return Err(members.invalid(format!(
            "`endpoint` is `{}`; use one segment of at most {MAX_NAME} letters, digits, `-`, `.`, `_` and `~`, such as `/Devices`",
            excerpt(&given)
        )));
    }
    let endpoint = format!("/{segment}");
    if ENDPOINTS
        .iter()
        .any(|taken| taken.eq_ignore_ascii_case(&endpoint))
    {
        return Err(members.invalid(format!(
            "`endpoint` is `{endpoint}`, which is something else already; choose another one"
        )));
    }
    Ok(endpoint)
}

fn own_schema(members: &Members, schema: Option<String>) -> Result<String, ScimError> {
    match schema {
        None => Err(members.invalid("`schema` is missing; give the URI of the core schema")),
        Some(urn) if is_reserved(&urn) => Err(members.invalid(format!(
            "`schema` is `{}`, which is built in; use a schema that you have defined",
            excerpt(&urn)
        ))),
        Some(urn) => Ok(urn),
    }
}
