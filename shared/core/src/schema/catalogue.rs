//! The resource types of a tenant: what is built in, and what its operator has defined.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{Extension, ResourceType, ResourceTypeDefinition, Schema};
use crate::{AttrPath, ScimError};

static BUILT_IN: LazyLock<ResourceTypes> = LazyLock::new(|| ResourceTypes {
    user: ResourceType::user(),
    group: ResourceType::group(),
    custom: Vec::new(),
});

/// Every resource type that a tenant has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceTypes {
    user: ResourceType,
    group: ResourceType,
    custom: Vec<ResourceType>,
}

impl Default for ResourceTypes {
    fn default() -> Self {
        Self::built_in().clone()
    }
}

impl ResourceTypes {
    /// Users and groups: all that a tenant has whose operator has defined nothing.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Adds what an operator has defined to what is built in. The schemas come from
    /// [`Schema::define`], the definitions from [`ResourceTypeDefinition::define`]; a schema that no
    /// definition names is left out.
    ///
    /// # Errors
    ///
    /// `invalidValue` if a definition names a schema that is not among them, or the URI of one of a
    /// type's schemas is an attribute of another one. 409 if two schemas have the same URI, or two
    /// types the same name, endpoint or core schema; all of these are compared without case.
    pub fn assemble(
        schemas: &[Schema],
        definitions: &[ResourceTypeDefinition],
    ) -> Result<Self, ScimError> {
        let ids = schemas.iter().map(|schema| schema.id.as_str());
        distinct(ids, |id| {
            format!("the schema `{id}` is defined twice; keep one")
        })?;
        let names = definitions
            .iter()
            .map(|definition| definition.name.as_str());
        distinct(names, |name| {
            format!("the resource type `{name}` is defined twice; keep one")
        })?;
        let mut types = Self::default();
        for definition in definitions {
            let known = [&mut types.user, &mut types.group]
                .into_iter()
                .find(|known| known.name == definition.name);
            match known {
                Some(known) => {
                    known.description.clone_from(&definition.description);
                    extend(known, definition, schemas)?;
                }
                None => types.custom.push(resource_type(definition, schemas)?),
            }
        }
        let endpoints = types.iter().map(|known| known.endpoint.as_str());
        distinct(endpoints, |endpoint| {
            format!("two resource types have the endpoint `{endpoint}`; choose another one")
        })?;
        let cores = types.iter().map(|known| known.schema.id.as_str());
        distinct(cores, |id| {
            format!("`{id}` is the schema of two resource types; define one for each")
        })?;
        types.iter().try_for_each(check_unambiguous)?;
        Ok(types)
    }

    /// Users.
    #[must_use]
    pub fn user(&self) -> &ResourceType {
        &self.user
    }

    /// Groups.
    #[must_use]
    pub fn group(&self) -> &ResourceType {
        &self.group
    }

    /// The types that the operator has added, in the order of their definitions.
    #[must_use]
    pub fn custom(&self) -> &[ResourceType] {
        &self.custom
    }

    /// Every type: User, Group, and those that were added.
    pub fn iter(&self) -> impl Iterator<Item = &ResourceType> {
        [&self.user, &self.group].into_iter().chain(&self.custom)
    }

    /// The type of that name, in any case.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&ResourceType> {
        self.iter()
            .find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// The type at that endpoint, `/Devices`, in exactly that case.
    #[must_use]
    pub fn by_endpoint(&self, endpoint: &str) -> Option<&ResourceType> {
        self.iter().find(|known| known.endpoint == endpoint)
    }

    /// The schemas of all types, each once.
    #[must_use]
    pub fn schemas(&self) -> Vec<&Schema> {
        let mut schemas: Vec<&Schema> = Vec::new();
        for known in self.iter() {
            let extensions = known.extensions.iter().map(|extension| &extension.schema);
            for schema in std::iter::once(&known.schema).chain(extensions) {
                if !schemas.iter().any(|other| other.id == schema.id) {
                    schemas.push(schema);
                }
            }
        }
        schemas
    }
}

fn resource_type(
    definition: &ResourceTypeDefinition,
    schemas: &[Schema],
) -> Result<ResourceType, ScimError> {
    let mut new = ResourceType {
        id: definition.id.clone(),
        name: definition.name.clone(),
        endpoint: definition.endpoint.clone(),
        description: definition.description.clone(),
        schema: named(&definition.schema, definition, schemas)?.clone(),
        extensions: Vec::with_capacity(definition.schema_extensions.len()),
    };
    extend(&mut new, definition, schemas)?;
    Ok(new)
}

/// Attaches the extensions that a definition lists. What is attached already becomes required or not.
fn extend(
    known: &mut ResourceType,
    definition: &ResourceTypeDefinition,
    schemas: &[Schema],
) -> Result<(), ScimError> {
    for listed in &definition.schema_extensions {
        let attached = known
            .extensions
            .iter_mut()
            .find(|extension| extension.schema.id.eq_ignore_ascii_case(&listed.schema));
        match attached {
            Some(extension) => extension.required = listed.required,
            None => known.extensions.push(Extension {
                schema: named(&listed.schema, definition, schemas)?.clone(),
                required: listed.required,
            }),
        }
    }
    Ok(())
}

/// The schema that a definition names.
fn named<'s>(
    id: &str,
    definition: &ResourceTypeDefinition,
    schemas: &'s [Schema],
) -> Result<&'s Schema, ScimError> {
    schemas
        .iter()
        .find(|schema| schema.id.eq_ignore_ascii_case(id))
        .ok_or_else(|| {
            ScimError::invalid_value(format!(
                "the resource type `{}` names the schema `{id}`, which is not defined; define it first",
                definition.name
            ))
        })
}

/// No two are equal but for case.
fn distinct<'t>(
    texts: impl Iterator<Item = &'t str>,
    detail: impl Fn(&str) -> String,
) -> Result<(), ScimError> {
    let mut seen = BTreeSet::new();
    for text in texts {
        if !seen.insert(text.to_ascii_lowercase()) {
            return Err(ScimError::conflict(detail(text)));
        }
    }
    Ok(())
}

/// The path of a PATCH may be an attribute with the URI of its schema, or the URI of a whole schema. It
/// must not be both: `urn:a:b` as the attribute `b` of `urn:a`, and as a schema of its own.
fn check_unambiguous(known: &ResourceType) -> Result<(), ScimError> {
    let extensions = known.extensions.iter().map(|extension| &extension.schema);
    for schema in std::iter::once(&known.schema).chain(extensions) {
        let path = AttrPath::read(&schema.id).ok();
        if let Some(target) = path.and_then(|path| known.resolve(&path)) {
            return Err(ScimError::invalid_value(format!(
                "`{}` is a schema of {} and also the attribute `{}` of another one of its schemas; rename one of them",
                schema.id,
                known.name,
                target.leaf().name
            )));
        }
    }
    Ok(())
}
