//! Questions in the engine's terms.

use std::borrow::Cow;
use std::collections::HashSet;

use cedar_policy_core::ast::{Context, Entity as KnownEntity, EntityUID, Request, RestrictedExpr};
use cedar_policy_core::entities::json::err::JsonDeserializationErrorContext as Place;
use cedar_policy_core::entities::{Entities, SchemaType, TCComputation, json::ValueParser};
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::validator::CoreSchema;
use cedar_policy_core::validator::types::{Attributes, Type};
use rollcall_core::JsonObject;
use rollcall_core::policy::{Entity, EntityName, Question};
use serde_json::Value as Json;

use crate::kinds::Kinds;
use crate::schema::KnownSchema;

/// What a question is put into terms by.
pub(crate) struct Terms<'s> {
    /// The types.
    pub kinds: &'s Kinds,
    /// The schema, if there is one.
    pub schema: Option<&'s KnownSchema>,
}

impl Terms<'_> {
    /// A request and its entities, or why there is none.
    pub fn request(&self, question: &Question) -> Result<(Request, Entities), String> {
        let schema = self.schema.map(|schema| CoreSchema::new(schema.core()));
        let action = EntityName::new("Action", &question.action);
        let action = self.kinds.uid(&action)?;
        let request = Request::new(
            (self.kinds.uid(&question.principal.name)?, None),
            (action.clone(), None),
            (self.kinds.uid(&question.resource.name)?, None),
            self.context(&action, &question.context)?,
            schema.as_ref(),
            Extensions::all_available(),
        );
        let request = request.map_err(said)?;
        let mut entities = vec![self.entity(&question.principal)?];
        if question.resource.name != question.principal.name {
            entities.push(self.entity(&question.resource)?);
        }
        let entities = Entities::from_entities(
            entities,
            schema.as_ref(),
            // What an entity is in, directly or indirectly, it names itself.
            TCComputation::AssumeAlreadyComputed,
            Extensions::all_available(),
        );
        Ok((request, entities.map_err(said)?))
    }

    fn context(&self, action: &EntityUID, context: &JsonObject) -> Result<Context, String> {
        let declared = self.schema.and_then(|schema| schema.context(action));
        let members = context.iter().filter(|(_, value)| !value.is_null());
        let members = members.map(|(name, value)| {
            let declared = declared.and_then(|declared| type_of(declared, name));
            let value = expression(value, declared, &|| Place::Context)?;
            Ok((name.as_str().into(), value))
        });
        let members = members.collect::<Result<Vec<_>, String>>()?;
        Context::from_pairs(members, Extensions::all_available()).map_err(said)
    }

    /// An entity. What the schema doesn't know of a person or a group, it need not know.
    fn entity(&self, entity: &Entity) -> Result<KnownEntity, String> {
        let kind = self.kinds.get(&entity.name.kind)?;
        let uid = self.kinds.uid(&entity.name)?;
        let known = self
            .schema
            .map(|schema| schema.entity(&kind).map(|kind| kind.attributes()));
        let mut attributes = Vec::new();
        for (name, value) in &entity.attributes {
            let declared = match known {
                None => None,
                Some(known) => match known.and_then(|known| type_of(known, name)) {
                    None => continue,
                    declared => declared,
                },
            };
            if !value.is_null() {
                let place = || Place::EntityAttribute {
                    uid: uid.clone(),
                    attr: name.as_str().into(),
                };
                let value = expression(&fitted(declared, value), declared, &place)?;
                attributes.push((name.as_str().into(), value));
            }
        }
        let mut parents = HashSet::new();
        // A group may be in itself, by way of others; for the engine that would be no hierarchy.
        for parent in entity.parents.iter().filter(|name| **name != entity.name) {
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

/// The value of an attribute. What is written in JSON as the engine has it is taken as it is; the rest, of which the schema
/// may say that it is something else, is for the engine's own parser, which takes its time.
fn expression(
    value: &Json,
    declared: Option<&Type>,
    place: &dyn Fn() -> Place,
) -> Result<RestrictedExpr, String> {
    let element = match declared {
        None => Some(None),
        Some(Type::Set { element_type }) => Some(element_type.as_deref()),
        Some(_) => None,
    };
    match (value, declared, element) {
        (Json::String(text), None | Some(Type::String), _) => {
            return Ok(RestrictedExpr::val(text.as_str()));
        }
        (Json::Bool(truth), None | Some(Type::Bool(_)), _) => {
            return Ok(RestrictedExpr::val(*truth));
        }
        (Json::Array(elements), _, Some(element)) => {
            let elements = elements
                .iter()
                .map(|value| expression(value, element, place));
            return Ok(RestrictedExpr::set(
                elements.collect::<Result<Vec<_>, _>>()?,
            ));
        }
        _ => {}
    }
    let expected = declared.cloned().map(SchemaType::try_from).transpose()?;
    let parser = ValueParser::new(Extensions::all_available());
    let parsed = parser.val_into_restricted_expr(cleared(value), expected.as_ref(), place);
    let parsed = parsed.map_err(said)?;
    // The parser leaves open what only partial evaluation could.
    if parsed.contains_unknown() {
        return Err("extension function `unknown` does not exist".to_owned());
    }
    Ok(parsed)
}

/// A value whose records have no members but those that the schema knows.
fn fitted<'v>(declared: Option<&Type>, value: &'v Json) -> Cow<'v, Json> {
    match declared {
        Some(declared @ Type::Record { .. }) => {
            let mut value = value.clone();
            fit(declared, &mut value);
            Cow::Owned(value)
        }
        _ => Cow::Borrowed(value),
    }
}

fn fit(declared: &Type, value: &mut Json) {
    if let (Type::Record { attrs, .. }, Json::Object(members)) = (declared, value) {
        members.retain(|name, _| attrs.get_attr(name).is_some());
        for (name, member) in members {
            if let Some(declared) = type_of(attrs, name) {
                fit(declared, member);
            }
        }
    }
}

/// A value without the members that are null: those are none at all.
fn cleared(value: &Json) -> Json {
    match value {
        Json::Object(inner) if !inner.contains_key("__extn") && !inner.contains_key("__entity") => {
            let members = inner.iter().filter(|(_, value)| !value.is_null());
            let members = members.map(|(name, value)| (name.clone(), cleared(value)));
            Json::Object(members.collect())
        }
        value => value.clone(),
    }
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
mod tests {
    use cedar_policy::Schema;
    use serde_json::json;

    use super::*;

    const SCHEMA: &str = r#"
        entity User {
            text?: String, truth?: Bool, number?: Long, texts?: Set<String>, sets?: Set<Set<Long>>,
            person?: User, people?: Set<User>, name?: { first: String, last?: String },
            address?: ipaddr, amounts?: Set<decimal>,
        };
        action read appliesTo { principal: [User], resource: [User], context: {
            text?: String, truth?: Bool, number?: Long, texts?: Set<String>, sets?: Set<Set<Long>>,
            person?: User, people?: Set<User>, name?: { first: String, last?: String },
            address?: ipaddr, amounts?: Set<decimal>,
        } };"#;

    const NAMES: [&str; 11] = [
        "text", "truth", "number", "texts", "sets", "person", "people", "name", "address",
        "amounts", "unknown",
    ];

    fn values() -> Vec<Json> {
        vec![
            json!("a"),
            json!(""),
            json!("10.0.0.1"),
            json!(true),
            json!(-7),
            json!(1.5),
            json!(u64::MAX),
            json!([]),
            json!(["a", "b", "a"]),
            json!(["1.5"]),
            json!(["a", 1]),
            json!([null]),
            json!([[1, 2], []]),
            json!({"type": "User", "id": "b"}),
            json!({"__entity": {"type": "User", "id": "b"}}),
            json!([{"type": "User", "id": "b"}]),
            json!({"first": "Anna"}),
            json!({"first": "Anna", "last": "A."}),
            json!({"last": "A."}),
            json!({"__extn": {"fn": "ip", "arg": "10.0.0.1"}}),
            json!({"__expr": "1"}),
            json!([{"__extn": {"fn": "decimal", "arg": "1.0"}}]),
        ]
    }

    fn question(attributes: &Json, context: &Json) -> Question {
        let object = |json: &Json| json.as_object().unwrap().clone();
        let entity = Entity {
            name: EntityName::new("User", "a"),
            attributes: object(attributes),
            parents: Vec::new(),
        };
        Question {
            principal: entity.clone(),
            action: "read".to_owned(),
            resource: entity,
            context: object(context),
        }
    }

    /// The same in the engine's own way.
    fn parsed(
        attributes: &Json,
        context: &Json,
        schema: Option<&Schema>,
    ) -> Result<(cedar_policy::Request, cedar_policy::Entities), String> {
        let json =
            json!([{"uid": {"type": "User", "id": "a"}, "attrs": attributes, "parents": []}]);
        let entities = cedar_policy::Entities::from_json_value(json, schema).map_err(said)?;
        let [user, action] = ["User::\"a\"", "Action::\"read\""]
            .map(|uid| uid.parse::<cedar_policy::EntityUid>().unwrap());
        let known = schema.map(|schema| (schema, &action));
        let context =
            cedar_policy::Context::from_json_value(context.clone(), known).map_err(said)?;
        let request =
            cedar_policy::Request::new(user.clone(), action.clone(), user, context, schema);
        Ok((request.map_err(said)?, entities))
    }

    #[test]
    fn values_are_what_the_engines_parser_takes_them_for() {
        let (known, _) = KnownSchema::read(SCHEMA).unwrap();
        let kinds = Kinds::default();
        let none = json!({});
        for schema in [Some(&known), None] {
            let terms = Terms {
                kinds: &kinds,
                schema,
            };
            let mut taken = 0;
            for name in NAMES {
                for value in values() {
                    let one = json!({ name: value });
                    for (attributes, context) in [(&one, &none), (&none, &one)] {
                        // What the schema doesn't know of an entity is left out here, and refused there.
                        if schema.is_some() && context == &none && name == "unknown" {
                            continue;
                        }
                        let found = terms.request(&question(attributes, context));
                        let expected = parsed(attributes, context, schema.map(|schema| &schema.0));
                        match (&found, &expected) {
                            (Ok((request, entities)), Ok((parsed, expected))) => {
                                assert_eq!(entities, expected.as_ref(), "{one}");
                                let found = cedar_policy::Request::from(request.clone());
                                assert_eq!(&found, parsed, "{one}");
                                taken += 1;
                            }
                            (Err(_), Err(_)) => {}
                            _ => panic!("{one}: {found:?}, and not {expected:?}"),
                        }
                    }
                }
            }
            assert!(taken > 40, "{taken}");
        }
    }

    #[test]
    fn err_values_that_are_left_open() {
        let (known, _) = KnownSchema::read(SCHEMA).unwrap();
        let kinds = Kinds::default();
        let open = json!({"__extn": {"fn": "unknown", "arg": "x"}});
        for value in [open.clone(), json!([open]), json!({"first": open})] {
            for name in NAMES {
                let (one, none) = (json!({ name: value }), json!({}));
                for (attributes, context) in [(&one, &none), (&none, &one)] {
                    for schema in [Some(&known), None] {
                        let terms = Terms {
                            kinds: &kinds,
                            schema,
                        };
                        let asked = terms.request(&question(attributes, context));
                        let is_known = schema.is_none() || name != "unknown" || attributes == &none;
                        assert_eq!(asked.is_err(), is_known, "{one}: {asked:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn members_that_the_schema_does_not_know_are_left_out_and_null_is_none() {
        let (known, _) = KnownSchema::read(SCHEMA).unwrap();
        let kinds = Kinds::default();
        let terms = Terms {
            kinds: &kinds,
            schema: Some(&known),
        };
        let entity = |attributes: Json| {
            let entity = Entity {
                name: EntityName::new("User", "a"),
                attributes: attributes.as_object().unwrap().clone(),
                parents: vec![EntityName::new("User", "b")],
            };
            terms.entity(&entity).unwrap()
        };
        assert_eq!(
            entity(
                json!({"title": "Dr.", "text": null, "name": {"first": "Anna", "last": null, "middle": "B."}})
            ),
            entity(json!({"name": {"first": "Anna"}}))
        );
    }
}
