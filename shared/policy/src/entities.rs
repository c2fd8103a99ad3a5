//! Questions in the engine's terms.

use cedar_policy::{Context, Entities, EntityId, EntityTypeName, EntityUid, Request};
use rollcall_core::JsonObject;
use rollcall_core::policy::{Entity, EntityName, Question};
use serde_json::{Value as Json, json};

use crate::schema::KnownSchema;

/// A request and its entities, or why there is none.
pub(crate) fn request(
    question: &Question,
    schema: Option<&KnownSchema>,
) -> Result<(Request, Entities), String> {
    let action = uid(&EntityName::new("Action", &question.action))?;
    let context = Json::Object(without_nulls(&question.context));
    let context = Context::from_json_value(context, schema.map(|known| (&known.schema, &action)));
    let request = Request::new(
        uid(&question.principal.name)?,
        action,
        uid(&question.resource.name)?,
        context.map_err(said)?,
        schema.map(|known| &known.schema),
    );
    let mut entities = vec![entity(&question.principal, schema)];
    if question.resource.name != question.principal.name {
        entities.push(entity(&question.resource, schema));
    }
    let entities = Entities::from_json_value(entities.into(), schema.map(|known| &known.schema));
    Ok((request.map_err(said)?, entities.map_err(said)?))
}

fn uid(name: &EntityName) -> Result<EntityUid, String> {
    let kind: EntityTypeName = name.kind.parse().map_err(|_| {
        let kind = rollcall_core::excerpt(&name.kind);
        format!("`{kind}` can't be a type: use letters, digits and `_`, not beginning with a digit")
    })?;
    Ok(EntityUid::from_type_name_and_id(
        kind,
        EntityId::new(&name.id),
    ))
}

/// The JSON form of an entity. What the schema doesn't know of a person or a group, it need not know.
fn entity(entity: &Entity, schema: Option<&KnownSchema>) -> Json {
    let kind = &entity.name.kind;
    let mut attributes = without_nulls(&entity.attributes);
    // A group may be in itself, by way of others; for the engine that would be no hierarchy.
    let parents = entity.parents.iter();
    let mut parents: Vec<&EntityName> = parents.filter(|parent| **parent != entity.name).collect();
    if let Some(known) = schema {
        known.fit(kind, &mut attributes);
        parents.retain(|parent| known.may_be_in(kind, &parent.kind));
    }
    let parents: Vec<Json> = parents.into_iter().map(reference).collect();
    json!({ "uid": reference(&entity.name), "attrs": attributes, "parents": parents })
}

fn reference(name: &EntityName) -> Json {
    json!({ "type": name.kind, "id": name.id })
}

/// A member that is null is none at all.
fn without_nulls(object: &JsonObject) -> JsonObject {
    let members = object.iter().filter(|(_, value)| !value.is_null());
    let members = members.map(|(name, value)| match value {
        Json::Object(inner) if !inner.contains_key("__extn") && !inner.contains_key("__entity") => {
            (name.clone(), Json::Object(without_nulls(inner)))
        }
        value => (name.clone(), value.clone()),
    });
    members.collect()
}

/// The longest message of the engine, in characters.
const MAX_MESSAGE: usize = 500;

fn said(error: impl std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    message.chars().take(MAX_MESSAGE).collect()
}
