//! What a caller asks, and what it is answered (AuthZEN Authorization API 1.0 §5).

use rollcall_core::JsonObject;
use rollcall_core::policy::{
    CLIENT, Entity, EntityName, GROUP, PolicySet, Question, USER, Verdict, group_attributes,
    is_scim_attribute, person_attributes,
};
use rollcall_store::{Principal, Wanted};

/// A subject or a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    /// The type, in the caller's words.
    pub kind: String,
    /// The identifier; of a user, the id or the userName.
    pub id: String,
    /// What the caller says of it.
    pub properties: JsonObject,
}

impl Party {
    /// Its type in the words of policies: the types that the store knows have names of their own.
    pub(super) fn entity_type(&self) -> &str {
        match self.kind.as_str() {
            "user" => USER,
            "group" => GROUP,
            "client" => CLIENT,
            other => other,
        }
    }

    /// What the store has to be asked for, if it knows the type.
    pub(super) fn wanted(&self) -> Option<Wanted> {
        match self.entity_type() {
            kind @ (USER | GROUP) => Some(Wanted::Resource(kind.to_owned(), self.id.clone())),
            CLIENT => Some(Wanted::Client(self.id.clone())),
            _ => None,
        }
    }

    /// The entity. What the store says of a person or a group goes before what the caller says.
    pub(super) fn entity(&self, found: Option<&Principal>, set: &impl PolicySet) -> Entity {
        let mut attributes = self.properties.clone();
        let Some(found) = found else {
            return Entity {
                name: EntityName::new(self.entity_type(), &self.id),
                attributes,
                parents: Vec::new(),
            };
        };
        attributes.retain(|name, _| !is_scim_attribute(name));
        let mut entity = known_entity(self.entity_type(), found, set);
        attributes.append(&mut entity.attributes);
        Entity {
            attributes,
            ..entity
        }
    }
}

/// What the store has found, as an entity of that type. It has the attributes that make a difference to the policies.
pub(super) fn known_entity(kind: &str, found: &Principal, set: &impl PolicySet) -> Entity {
    let sees = |attribute: &str| set.sees(kind, attribute);
    let attributes = if kind == USER {
        let names = found.groups.iter().filter_map(|(_, name)| name.clone());
        person_attributes(&found.attributes, &names.collect::<Vec<_>>(), sees)
    } else {
        group_attributes(&found.attributes, sees)
    };
    let parents = found.groups.iter();
    Entity {
        name: EntityName::new(kind, &found.id),
        attributes,
        parents: parents.map(|(id, _)| EntityName::new(GROUP, id)).collect(),
    }
}

/// An action.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// What the caller says of it.
    pub properties: JsonObject,
}

/// One question.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Who wants to.
    pub subject: Party,
    /// What they want to do.
    pub action: Action,
    /// What they want to do it with.
    pub resource: Party,
    /// The circumstances.
    pub context: JsonObject,
}

/// What policies see in `context` of an action's properties.
const ACTION: &str = "action";

/// The question in the words of policies. An action has no attributes there, so its properties are `context.action`.
pub(super) fn question(
    principal: Entity,
    action: &Action,
    resource: Entity,
    context: &JsonObject,
) -> Question {
    let mut context = context.clone();
    if !action.properties.is_empty() {
        context.insert(ACTION.to_owned(), action.properties.clone().into());
    }
    Question {
        principal,
        action: action.name.clone(),
        resource,
        context,
    }
}

/// The answer to one question. Whatever goes wrong, it is no.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Why not; `None` permits.
    pub reason: Option<Reason>,
}

/// Why something is not permitted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The tenant has no policies.
    NoPolicies,
    /// No policy permits it.
    NotPermitted,
    /// These policies forbid it.
    Forbidden(Vec<String>),
    /// The tenant has no such person, group or client.
    SubjectUnknown,
    /// The person has been deactivated, or the client disabled.
    SubjectInactive,
    /// A subject is a user, a group or a client.
    SubjectType,
    /// A policy that could forbid it can't be evaluated.
    PolicyError(String),
    /// The question is none that the schema has.
    InvalidRequest(String),
}

impl From<Verdict> for Decision {
    fn from(verdict: Verdict) -> Self {
        let reason = match verdict {
            Verdict::Permitted => None,
            Verdict::NotPermitted => Some(Reason::NotPermitted),
            Verdict::Forbidden(policies) => Some(Reason::Forbidden(policies)),
            Verdict::Failed(why) => Some(Reason::PolicyError(why)),
            Verdict::NoQuestion(why) => Some(Reason::InvalidRequest(why)),
        };
        Self { reason }
    }
}

impl Decision {
    /// A refusal.
    pub(super) fn no(reason: Reason) -> Self {
        Self {
            reason: Some(reason),
        }
    }

    /// Whether it is a yes.
    #[must_use]
    pub fn is_permitted(&self) -> bool {
        self.reason.is_none()
    }
}
