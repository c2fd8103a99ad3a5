//! A resource: its attributes, and what the server knows about it.
//!
//! [RFC 7643 §3](https://www.rfc-editor.org/rfc/rfc7643#section-3)

use serde_json::{Value, json};

use crate::{JsonObject, ResourceType, Timestamp};

/// A resource as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The identifier, issued by the server.
    pub id: String,
    /// Counts the changes; the entity-tag is made of it.
    pub version: u64,
    /// When it was added.
    pub created: Timestamp,
    /// When it was last changed.
    pub modified: Timestamp,
    /// The attributes under their canonical names, `externalId` included; `id`, `meta` and `schemas`
    /// are not among them. An extension's attributes sit in an object under its URI.
    pub attributes: JsonObject,
}

impl Resource {
    /// The entity-tag, `W/"3"`.
    ///
    /// > the origin server MUST mark the "version" (entity-tag) as weak by prefixing its opaque value
    /// > with "W/" (case sensitive). (RFC 7643 §3.1)
    #[must_use]
    pub fn etag(&self) -> String {
        etag(self.version)
    }

    /// The full representation: the attributes, `schemas`, `id` and `meta`. What a client may see of
    /// it is for [`crate::Projection`] to say.
    #[must_use]
    pub fn to_json(&self, rt: &ResourceType, location: &str) -> JsonObject {
        let mut body = self.attributes.clone();
        body.insert("schemas".to_owned(), schemas_of(&self.attributes, rt));
        body.insert("id".to_owned(), Value::String(self.id.clone()));
        let meta = json!({
            "resourceType": rt.name,
            "created": self.created.to_string(),
            "lastModified": self.modified.to_string(),
            "location": location,
            "version": self.etag(),
        });
        body.insert("meta".to_owned(), meta);
        body
    }
}

/// The entity-tag of a version.
#[must_use]
pub fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// What a group shows of a member with these attributes: the name to display, or else the user name.
#[must_use]
pub fn display_of(attributes: &JsonObject) -> Option<&str> {
    ["displayName", "userName"]
        .iter()
        .find_map(|name| attributes.get(*name)?.as_str())
}

/// The core schema and the extensions that have data.
///
/// > The "schemas" attribute MUST contain at least one value, which SHALL be the base schema for the
/// > resource. (RFC 7643 §3.3)
pub(crate) fn schemas_of(attributes: &JsonObject, rt: &ResourceType) -> Value {
    let in_use = rt
        .extensions
        .iter()
        .map(|extension| &extension.schema.id)
        .filter(|urn| {
            attributes
                .get(*urn)
                .and_then(Value::as_object)
                .is_some_and(|object| !object.is_empty())
        });
    let schemas = std::iter::once(&rt.schema.id).chain(in_use);
    Value::Array(schemas.map(|urn| Value::String(urn.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ENTERPRISE_USER_SCHEMA, USER_SCHEMA};

    fn render(attributes: Value) -> JsonObject {
        let resource = Resource {
            id: "0190".to_owned(),
            version: 3,
            created: Timestamp::from_millis(1_767_323_045_678),
            modified: Timestamp::from_millis(1_767_323_045_999),
            attributes: attributes.as_object().unwrap().clone(),
        };
        resource.to_json(
            &ResourceType::user(),
            "https://a.example/scim/v2/Users/0190",
        )
    }

    #[test]
    fn meta_names_the_type_the_times_the_location_and_the_version() {
        let body = render(json!({"userName": "bjensen"}));
        let expected = json!({
            "schemas": [USER_SCHEMA],
            "id": "0190",
            "userName": "bjensen",
            "meta": {
                "resourceType": "User",
                "created": "2026-01-02T03:04:05.678Z",
                "lastModified": "2026-01-02T03:04:05.999Z",
                "location": "https://a.example/scim/v2/Users/0190",
                "version": "W/\"3\"",
            },
        });
        assert_eq!(Value::Object(body), expected);
    }

    #[test]
    fn schemas_lists_an_extension_that_has_data() {
        let body = render(json!({"userName": "b", ENTERPRISE_USER_SCHEMA: {"division": "x"}}));
        assert_eq!(
            body["schemas"],
            json!([USER_SCHEMA, ENTERPRISE_USER_SCHEMA])
        );
        let body = render(json!({"userName": "b", ENTERPRISE_USER_SCHEMA: {}}));
        assert_eq!(body["schemas"], json!([USER_SCHEMA]));
    }
}
