//! Questions as the engine has them.

use std::collections::HashSet;

use cedar_policy_core::ast::{Context, Entity as KnownEntity, EntityUID, Request, RestrictedExpr};
use cedar_policy_core::entities::json::err::JsonDeserializationErrorContext;
use cedar_policy_core::entities::{Entities, SchemaType, TCComputation, json::ValueParser};
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::validator::CoreSchema;
use cedar_policy_core::validator::types::{Attributes, Type};
use rollcall_core::policy::{Entity, EntityName, Question};
use rollcall_core::{JsonObject, excerpt};
use serde_json::{Number, Value as Json};

use crate::kinds::Kinds;
use crate::schema::KnownSchema;

/// A question as the engine has it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Who asks.
    pub principal: EntityUID,
    /// What they want to do.
    pub action: EntityUID,
    /// What they want to do it with.
    pub resource: EntityUID,
    /// All three, and the circumstances.
    pub request: Request,
    /// What is known of them.
    pub entities: Entities,
}

/// Makes questions into what the engine has, by a schema if there is one.
pub(crate) struct Reader<'s> {
    /// The types that have been named before.
    pub kinds: &'s Kinds,
    /// The schema.
    pub schema: Option<&'s KnownSchema>,
}

impl Reader<'_> {
    /// The question, or why it is none.
    pub fn read(&self, question: &Question) -> Result<Asked, String> {
        let schema = self.schema.map(|schema| CoreSchema::new(schema.core()));
        let principal = self.kinds.uid(&question.principal.name)?;
        let action = EntityName::new("Action", &question.action);
        let action = self.kinds.uid(&action)?;
        let resource = self.kinds.uid(&question.resource.name)?;
        let request = Request::new(
            (principal.clone(), None),
            (action.clone(), None),
            (resource.clone(), None),
            self.context(&action, &question.context)?,
            schema.as_ref(),
            Extensions::all_available(),
        );
        let request = request.map_err(said)?;
        let mut entities = vec![self.entity(&question.principal)?];
        if resource != principal {
            entities.push(self.entity(&question.resource)?);
        }
        let entities = Entities::from_entities(
            entities,
            schema.as_ref(),
            // An entity names all that it is in, directly and through others.
            TCComputation::AssumeAlreadyComputed,
            Extensions::all_available(),
        );
        Ok(Asked {
            principal,
            action,
            resource,
            request,
            entities: entities.map_err(said)?,
        })
    }

    fn context(&self, action: &EntityUID, context: &JsonObject) -> Result<Context, String> {
        let declared = self.schema.and_then(|schema| schema.context(action));
        let mut members = Vec::new();
        for (name, value) in context.iter().filter(|(_, value)| !value.is_null()) {
            if is_escape(name) {
                return Err(format!("`{name}` can't be a member of `context`"));
            }
            let declared = match declared {
                None => None,
                Some(known) => Some(type_of(known, name).ok_or_else(|| {
                    let name = excerpt(name);
                    format!("the schema has no `{name}` in the context of `{action}`")
                })?),
            };
            let value = expression(value, declared, &At::Context(name))?;
            members.push((name.as_str().into(), value));
        }
        let is_given = |name: &str| context.get(name).is_some_and(|value| !value.is_null());
        let mut required = declared.into_iter().flat_map(Attributes::iter);
        if let Some((name, _)) = required.find(|(name, of)| of.is_required && !is_given(name)) {
            return Err(format!("the context of `{action}` must have `{name}`"));
        }
        Context::from_pairs(members, Extensions::all_available()).map_err(said)
    }

    /// An entity. What the schema doesn't know of a person or a group, it need not know.
    fn entity(&self, entity: &Entity) -> Result<KnownEntity, String> {
        let kind = self.kinds.get(&entity.name.kind)?;
        let uid = self.kinds.uid(&entity.name)?;
        let known = self.schema.and_then(|schema| schema.entity(&kind));
        let mut attributes = Vec::new();
        for (name, value) in entity
            .attributes
            .iter()
            .filter(|(_, value)| !value.is_null())
        {
            let declared = known.and_then(|known| type_of(known.attributes(), name));
            if self.schema.is_none() || declared.is_some() {
                let value = expression(value, declared, &At::Attribute(&uid, name))?;
                attributes.push((name.as_str().into(), value));
            }
        }
        let mut parents = HashSet::new();
        for parent in &entity.parents {
            let parent_kind = self.kinds.get(&parent.kind)?;
            let may_be_in = |schema: &KnownSchema| schema.may_be_in(&kind, &parent_kind);
            if self.schema.is_none_or(may_be_in) {
                parents.insert(self.kinds.uid(parent)?);
            }
        }
        let indirect = HashSet::new();
        let tags = [];
        let extensions = Extensions::all_available();
        KnownEntity::new(uid, attributes, indirect, parents, tags, extensions).map_err(said)
    }
}

fn type_of<'s>(attributes: &'s Attributes, name: &str) -> Option<&'s Type> {
    let declared = attributes.get_attr(name);
    declared.map(|declared| &*declared.attr_type)
}

/// Where a value stands.
enum At<'a> {
    Context(&'a str),
    Attribute(&'a EntityUID, &'a str),
}

/// What a value is to the engine. What JSON writes as the engine has it is taken as it is; for the rest, of which the schema
/// may say that it is something else, there is the engine's own parser, which takes its time.
fn expression(
    value: &Json,
    declared: Option<&Type>,
    at: &At<'_>,
) -> Result<RestrictedExpr, String> {
    let elements = |elements: &[Json], declared: Option<&Type>| {
        let elements = elements.iter().map(|value| expression(value, declared, at));
        let elements = elements.collect::<Result<Vec<_>, _>>()?;
        Ok(RestrictedExpr::set(elements))
    };
    match (value, declared) {
        (Json::String(text), None | Some(Type::String)) => Ok(RestrictedExpr::val(text.as_str())),
        (Json::Bool(truth), None | Some(Type::Bool(_))) => Ok(RestrictedExpr::val(*truth)),
        (_, None | Some(Type::Long)) if let Some(number) = value.as_i64() => {
            Ok(RestrictedExpr::val(number))
        }
        (Json::Array(values), None) => elements(values, None),
        (Json::Array(values), Some(Type::Set { element_type })) => {
            elements(values, element_type.as_deref())
        }
        _ => parsed(value, declared, at),
    }
}

fn parsed(value: &Json, declared: Option<&Type>, at: &At<'_>) -> Result<RestrictedExpr, String> {
    let expected = declared.cloned().map(SchemaType::try_from).transpose()?;
    let place = || match at {
        At::Context(_) => JsonDeserializationErrorContext::Context,
        At::Attribute(uid, name) => JsonDeserializationErrorContext::EntityAttribute {
            uid: (*uid).clone(),
            attr: (*name).into(),
        },
    };
    let known = match at {
        At::Context(_) => None,
        At::Attribute(..) => declared,
    };
    let value = prepared(value, known);
    if let Some(number) = no_long(&value) {
        let place = match at {
            At::Context(name) => format!("`{}` in the context", excerpt(name)),
            At::Attribute(uid, name) => {
                let uid = uid.to_string();
                format!("`{}` of `{}`", excerpt(name), excerpt(&uid))
            }
        };
        return Err(format!(
            "{place} has the number `{number}`: numbers are whole, and from -2^63 to 2^63-1"
        ));
    }
    let parser = ValueParser::new(Extensions::all_available());
    let parsed = parser
        .val_into_restricted_expr(value, expected.as_ref(), &place)
        .map_err(said)?;
    // The parser lets callers leave a value open, which a condition then has no value for.
    if parsed.contains_unknown() {
        return Err("extension function `unknown` does not exist".to_owned());
    }
    Ok(parsed)
}

/// A value without the members that are null, which are none at all, and without those that the record `known` doesn't have.
fn prepared(value: &Json, known: Option<&Type>) -> Json {
    match value {
        Json::Object(members) if !members.keys().any(|name| is_escape(name)) => {
            let record = match known {
                Some(Type::Record { attrs, .. }) => Some(attrs),
                _ => None,
            };
            let members = members.iter().filter(|(name, value)| {
                !value.is_null() && record.is_none_or(|record| record.get_attr(name).is_some())
            });
            let members = members.map(|(name, value)| {
                let known = record.and_then(|record| type_of(record, name));
                (name.clone(), prepared(value, known))
            });
            Json::Object(members.collect())
        }
        Json::Array(elements) => {
            let known = match known {
                Some(Type::Set { element_type }) => element_type.as_deref(),
                _ => None,
            };
            elements
                .iter()
                .map(|value| prepared(value, known))
                .collect()
        }
        value => value.clone(),
    }
}

/// A number within a value that the engine has none for, if there is one.
fn no_long(value: &Json) -> Option<&Number> {
    match value {
        Json::Number(number) if !number.is_i64() => Some(number),
        Json::Array(elements) => elements.iter().find_map(no_long),
        Json::Object(members) => members.values().find_map(no_long),
        _ => None,
    }
}

/// Whether an object with a member of this name is something other than a record.
fn is_escape(name: &str) -> bool {
    matches!(name, "__entity" | "__extn" | "__expr")
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

#[cfg(test)]
mod tests;
