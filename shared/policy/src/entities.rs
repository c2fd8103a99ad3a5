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
use serde_json::Value as Json;

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
            let value = expression(value, declared, &At::Context)?;
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
    Context,
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
        At::Context => JsonDeserializationErrorContext::Context,
        At::Attribute(uid, name) => JsonDeserializationErrorContext::EntityAttribute {
            uid: (*uid).clone(),
            attr: (*name).into(),
        },
    };
    let known = match at {
        At::Context => None,
        At::Attribute(..) => declared,
    };
    let parser = ValueParser::new(Extensions::all_available());
    let parsed = parser
        .val_into_restricted_expr(prepared(value, known), expected.as_ref(), &place)
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
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oracle;

    /// The attributes that people have, and the context of `read`.
    const ATTRIBUTES: &str = "
        text?: String, truth?: Bool, number?: Long, texts?: Set<String>, sets?: Set<Set<Long>>, person?: User,
        people?: Set<User>, name?: Name, names?: Set<Name>, address?: ipaddr, amounts?: Set<decimal>, when?: datetime,
        level?: App::Level";

    const NAMES: [&str; 13] = [
        "text", "truth", "number", "texts", "sets", "person", "people", "name", "names", "address",
        "amounts", "when", "level",
    ];

    fn schema() -> KnownSchema {
        let schema = format!(
            "type Name = {{ first: String, last?: String }};
            namespace App {{ entity Level enum [\"low\", \"high\"]; }}
            entity Group in [Group];
            entity Role in [Group];
            entity User in [Role] {{ {ATTRIBUTES} }};
            action read appliesTo {{ principal: [User], resource: [User], context: {{ {ATTRIBUTES} }} }};"
        );
        KnownSchema::read(&schema).unwrap().0
    }

    fn values() -> Vec<Json> {
        vec![
            json!("a"),
            json!(""),
            json!("10.0.0.1"),
            json!("2026-11-21"),
            json!(true),
            json!(-7),
            json!(i64::MAX),
            json!(1.5),
            json!(u64::MAX),
            json!([]),
            json!(["a", "b", "a"]),
            json!(["1.5"]),
            json!(["a", 1]),
            json!([null]),
            json!([[1, 2], []]),
            json!([[[1]], [["a"], true]]),
            json!({}),
            json!({"type": "User", "id": "b"}),
            json!({"type": "App::Level", "id": "low"}),
            json!({"type": "App::Level", "id": "none"}),
            json!({"__entity": {"type": "User", "id": "b"}}),
            json!({"__entity": {"type": "User", "id": "b"}, "more": 1}),
            json!([{"type": "User", "id": "b"}]),
            json!({"first": "Anna"}),
            json!({"first": "Anna", "last": "A."}),
            json!({"last": "A."}),
            json!([{"first": "Anna"}, {"first": "Anna", "last": "A."}]),
            json!({"a": {"b": [{"c": 1}]}}),
            json!({"__extn": {"fn": "ip", "arg": "10.0.0.1"}}),
            json!({"__extn": {"fn": "datetime", "arg": "2026-11-21T00:00:00Z"}}),
            json!({"__expr": "1"}),
            json!([{"__extn": {"fn": "decimal", "arg": "1.0"}}]),
            json!({"in": {"__extn": {"fn": "decimal", "arg": "1.0"}}}),
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

    fn read(schema: Option<&KnownSchema>, question: &Question) -> Result<Asked, String> {
        let kinds = &Kinds::default();
        Reader { kinds, schema }.read(question)
    }

    /// Whether both are the same, or neither is anything. How many are is counted.
    #[track_caller]
    fn compare(schema: Option<&KnownSchema>, question: &Question, taken: &mut usize) {
        let found = read(schema, question);
        let expected = oracle::request(question, schema.map(|schema| &schema.0));
        match (&found, &expected) {
            (Ok(found), Ok((request, entities))) => {
                assert_eq!(&cedar_policy::Request::from(found.request.clone()), request);
                let is_same = found.entities.deep_eq(entities.as_ref());
                assert!(is_same, "{:?}, and not {entities:?}", found.entities);
                *taken += 1;
            }
            (Err(_), Err(_)) => {}
            _ => panic!("{question:?}: {found:?}, and not {expected:?}"),
        }
    }

    #[test]
    fn values_are_what_the_engines_parser_takes_them_for() {
        let known = schema();
        let none = json!({});
        for schema in [Some(&known), None] {
            let mut taken = 0;
            for name in NAMES {
                for value in values() {
                    let one = json!({ name: value });
                    compare(schema, &question(&none, &one), &mut taken);
                    // What a record of an attribute does not have is left out of it: see below.
                    let is_record = schema.is_some() && matches!(name, "name" | "names");
                    if !is_record {
                        compare(schema, &question(&one, &none), &mut taken);
                    }
                }
            }
            assert!(taken > 50, "{taken}");
        }
    }

    #[test]
    fn entities_are_in_what_the_engine_says_they_are_in() {
        let known = schema();
        let names = |names: &[(&str, &str)]| -> Vec<EntityName> {
            let names = names.iter().map(|(kind, id)| EntityName::new(*kind, *id));
            names.collect()
        };
        let mut taken = 0;
        for schema in [Some(&known), None] {
            for parents in [
                names(&[]),
                names(&[("Role", "r")]),
                names(&[("Role", "r"), ("Group", "g")]),
                names(&[("Group", "g"), ("Group", "h")]),
            ] {
                let mut asked = question(&json!({}), &json!({}));
                asked.principal.parents = parents;
                asked.resource.name.id = "b".to_owned();
                asked.resource.parents = names(&[("Group", "g")]);
                compare(schema, &asked, &mut taken);
            }
        }
        assert_eq!(taken, 8);
    }

    #[test]
    fn what_the_schema_does_not_know_of_an_entity_and_what_is_null_is_left_out() {
        let known = schema();
        let entities = |attributes: Json, parents: &[(&str, &str)]| {
            let mut asked = question(&attributes, &json!({}));
            let parents = parents.iter().map(|(kind, id)| EntityName::new(*kind, *id));
            asked.principal.parents = parents.collect();
            read(Some(&known), &asked).unwrap().entities
        };
        let lean = |name: Json| entities(json!({ "name": name, "names": [name] }), &[]);
        let full = json!({"first": "Anna", "last": null, "middle": "B.", "more": [{"a": null}]});
        let rich = entities(
            json!({ "name": full, "names": [full], "text": null, "title": "Dr." }),
            &[("User", "b"), ("Planet", "earth")],
        );
        assert!(rich.deep_eq(&lean(json!({"first": "Anna"}))), "{rich:?}");
        assert!(!rich.deep_eq(&lean(json!({"first": "Berta"}))));
    }

    #[test]
    fn what_is_null_in_a_context_is_none_at_any_depth() {
        let context = |json: Json| {
            let asked = read(None, &question(&json!({}), &json));
            cedar_policy::Request::from(asked.unwrap().request)
        };
        let with =
            json!({"a": null, "b": {"c": null, "d": [{"e": null, "f": 1}]}, "g": [{"h": null}]});
        assert_eq!(
            context(with),
            context(json!({"b": {"d": [{"f": 1}]}, "g": [{}]}))
        );
    }

    #[test]
    fn err_a_context_that_the_action_cannot_have() {
        let known = KnownSchema::read(
            "entity User; action read appliesTo { principal: [User], resource: [User], context: { ip: ipaddr, a?: { b?: Long } } };",
        );
        let known = known.unwrap().0;
        let refused =
            |context: Json| read(Some(&known), &question(&json!({}), &context)).unwrap_err();
        for missing in [json!({}), json!({"ip": null})] {
            assert_eq!(
                refused(missing),
                "the context of `Action::\"read\"` must have `ip`"
            );
        }
        assert_eq!(
            refused(json!({"ip": "::1", "IP": "::1"})),
            "the schema has no `IP` in the context of `Action::\"read\"`"
        );
        let nested = refused(json!({"ip": "::1", "a": {"c": 1}}));
        assert!(nested.contains('c'), "{nested}");
        let wrong = refused(json!({"ip": "nowhere"}));
        assert!(wrong.contains("nowhere"), "{wrong}");
        for name in ["__entity", "__extn", "__expr"] {
            let context = json!({ name: {"type": "User", "id": "b", "fn": "ip", "arg": "::1"} });
            for schema in [Some(&known), None] {
                let refused = read(schema, &question(&json!({}), &context));
                let expected = format!("`{name}` can't be a member of `context`");
                assert_eq!(refused.unwrap_err(), expected);
            }
        }
    }

    #[test]
    fn err_values_that_are_left_open() {
        let known = schema();
        let open = json!({"__extn": {"fn": "unknown", "arg": "x"}});
        for value in [open.clone(), json!([open]), json!({"first": open})] {
            for name in NAMES {
                let (one, none) = (json!({ name: value }), json!({}));
                for (attributes, context) in [(&one, &none), (&none, &one)] {
                    for schema in [Some(&known), None] {
                        let asked = read(schema, &question(attributes, context));
                        assert!(asked.is_err(), "{one}: {asked:?}");
                    }
                }
            }
        }
    }
}
