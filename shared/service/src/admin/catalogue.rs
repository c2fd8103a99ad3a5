//! What an operator has defined for a tenant.

use rollcall_core::schema::{RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA};
use rollcall_core::{JsonObject, ResourceTypeDefinition, ResourceTypes, Schema, ScimError};
use rollcall_store::{DefinitionKind, Settings, StoreError};
use serde::Serialize;

use super::AdminError;
use crate::profile::read;

/// How many schemas a tenant may have, and how many resource types.
const MAX_DEFINITIONS: usize = 50;

/// How many bytes its definitions may have together: each instance has them in memory.
const MAX_BYTES: usize = 1024 * 1024;

/// The schemas and resource types that a tenant has beside those of the standard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    schemas: Vec<Schema>,
    resource_types: Vec<ResourceTypeDefinition>,
}

/// What an operator can define: a [`Schema`] or a [`ResourceTypeDefinition`].
pub trait Definition: Clone + PartialEq + Serialize {
    /// What the store calls it.
    const KIND: DefinitionKind;

    /// What messages call it.
    const WHAT: &'static str;

    /// The schema of its document (RFC 7643 §8.7.2).
    const SCHEMA: &'static str;

    /// Reads its document.
    ///
    /// # Errors
    /// 400.
    fn read(document: JsonObject) -> Result<Self, ScimError>;

    /// Its URI, or its name.
    fn key(&self) -> &str;

    /// Those of its kind.
    fn all(catalogue: &mut Catalogue) -> &mut Vec<Self>;
}

impl Definition for Schema {
    const KIND: DefinitionKind = DefinitionKind::Schema;
    const WHAT: &'static str = "schema";
    const SCHEMA: &'static str = SCHEMA_SCHEMA;

    fn read(document: JsonObject) -> Result<Self, ScimError> {
        Self::define(document)
    }

    fn key(&self) -> &str {
        &self.id
    }

    fn all(catalogue: &mut Catalogue) -> &mut Vec<Self> {
        &mut catalogue.schemas
    }
}

impl Definition for ResourceTypeDefinition {
    const KIND: DefinitionKind = DefinitionKind::ResourceType;
    const WHAT: &'static str = "resource type";
    const SCHEMA: &'static str = RESOURCE_TYPE_SCHEMA;

    fn read(document: JsonObject) -> Result<Self, ScimError> {
        Self::define(document)
    }

    fn key(&self) -> &str {
        &self.name
    }

    fn all(catalogue: &mut Catalogue) -> &mut Vec<Self> {
        &mut catalogue.resource_types
    }
}

impl Catalogue {
    /// The definitions that are kept.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when one is damaged.
    pub(super) fn of(settings: &Settings) -> Result<Self, StoreError> {
        Ok(Self {
            schemas: read(&settings.schemas)?,
            resource_types: read(&settings.resource_types)?,
        })
    }

    /// The resource types that it leads to.
    ///
    /// # Errors
    /// 400 or 409 when its definitions do not fit together.
    pub(super) fn assemble(&self) -> Result<ResourceTypes, ScimError> {
        ResourceTypes::assemble(&self.schemas, &self.resource_types)
    }

    /// The place of the definition of that name, in any case.
    pub(super) fn find<T: Definition>(&mut self, name: &str) -> Option<usize> {
        T::all(self)
            .iter()
            .position(|known| known.key().eq_ignore_ascii_case(name))
    }

    /// The resource type that uses a schema.
    pub(super) fn user_of(&self, schema: &str) -> Option<&str> {
        let user = self.resource_types.iter().find(|known| {
            let extensions = known.schema_extensions.iter().map(|used| &used.schema);
            std::iter::once(&known.schema)
                .chain(extensions)
                .any(|used| used.eq_ignore_ascii_case(schema))
        });
        user.map(|user| user.name.as_str())
    }

    /// Refuses what would be too much for a tenant.
    ///
    /// # Errors
    /// [`AdminError::Conflict`].
    pub(super) fn check_size(&self) -> Result<(), AdminError> {
        for (count, what) in [
            (self.schemas.len(), Schema::WHAT),
            (self.resource_types.len(), ResourceTypeDefinition::WHAT),
        ] {
            if count > MAX_DEFINITIONS {
                return Err(AdminError::Conflict(format!(
                    "the tenant has {MAX_DEFINITIONS} {what}s, which is the limit: delete one that is no longer used"
                )));
            }
        }
        let bytes = size_of_all(&self.schemas) + size_of_all(&self.resource_types);
        if bytes > MAX_BYTES {
            return Err(AdminError::Conflict(format!(
                "the definitions of the tenant would have {bytes} bytes together; the limit is {MAX_BYTES}: \
                 shorten descriptions, or delete what is no longer used"
            )));
        }
        Ok(())
    }
}

fn size_of_all<T: Definition>(definitions: &[T]) -> usize {
    definitions.iter().map(|known| document(known).len()).sum()
}

/// A definition as it is kept.
pub(super) fn document<T: Definition>(definition: &T) -> String {
    serde_json::to_string(definition).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema(number: usize, description: &str) -> Schema {
        let body = json!({
            "id": format!("urn:x:{number}"), "attributes": [{"name": "a", "description": description}]
        });
        Schema::define(body.as_object().unwrap().clone()).unwrap()
    }

    #[track_caller]
    fn check(schemas: Vec<Schema>, expected: Option<&str>) {
        let catalogue = Catalogue {
            schemas,
            ..Catalogue::default()
        };
        let refusal = catalogue.check_size().err().map(|error| error.to_string());
        let found = refusal.as_deref().unwrap_or_default();
        assert!(
            refusal.is_some() == expected.is_some() && found.contains(expected.unwrap_or_default()),
            "{found}"
        );
    }

    #[test]
    fn a_tenant_has_so_many_definitions_and_no_more() {
        check((0..50).map(|number| schema(number, "")).collect(), None);
        check(
            (0..51).map(|number| schema(number, "")).collect(),
            Some("the tenant has 50 schemas, which is the limit"),
        );
    }

    #[test]
    fn the_definitions_of_a_tenant_have_so_many_bytes_together() {
        let mut large = schema(0, "");
        let attribute = schema(1, &"x".repeat(2_000)).attributes.remove(0);
        large.attributes = vec![attribute; 200];
        check(vec![large.clone(), large.clone()], None);
        check(vec![large; 3], Some("the limit is 1048576"));
    }
}
