//! What a policy engine is asked, and what it answers: the words that the store's side and the engine's side share.
//!
//! The engine itself is a crate of its own, which one component alone carries. Values of attributes are JSON in the form
//! in which Cedar takes them: an entity is `{"__entity": {"type", "id"}}`, and there is no null and no fraction.

mod person;

pub use person::{group_attributes, is_scim_attribute, person_attributes};

use crate::JsonObject;

/// The entity type of people.
pub const USER: &str = "User";

/// The entity type of groups.
pub const GROUP: &str = "Group";

/// The entity type of OAuth clients.
pub const CLIENT: &str = "Client";

/// The name of an entity: `Type::"id"`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct EntityName {
    /// The type, such as `User` or `App::Document`.
    pub kind: String,
    /// The identifier.
    pub id: String,
}

impl EntityName {
    /// A name of these parts.
    #[must_use]
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            id: id.into(),
        }
    }
}

/// An entity: who asks, or what is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its name.
    pub name: EntityName,
    /// Its attributes. Those that the schema doesn't know are left out by the engine.
    pub attributes: JsonObject,
    /// All that it is in, directly or through others: nothing is added to it.
    pub parents: Vec<EntityName>,
}

/// May this principal do this with this resource?
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Who asks.
    pub principal: Entity,
    /// The id of the entity of the type `Action`.
    pub action: String,
    /// What it is done with.
    pub resource: Entity,
    /// The circumstances.
    pub context: JsonObject,
}

/// What the policies say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// One permits it, and none forbids it.
    Permitted,
    /// None permits it.
    NotPermitted,
    /// These forbid it, by their ids.
    Forbidden(Vec<String>),
    /// A policy that could forbid it could not be evaluated, so it counts as if it did. The text says why.
    Failed(String),
    /// The question is none that the schema has, or no question at all. The text says why.
    NoQuestion(String),
}

/// Something that the engine has to say about a policy set or its schema.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Which of the two texts it is about.
    pub source: Source,
    /// The engine's message.
    pub message: String,
    /// The id of the policy, where there is one.
    pub policy: Option<String>,
    /// Line and column, both from 1, where it is known.
    pub position: Option<(usize, usize)>,
}

/// Which text a [`Finding`] is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// The policies.
    Policies,
    /// The schema.
    Schema,
}

/// What has been checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checked {
    /// How many policies there are.
    pub count: usize,
    /// What deserves attention although it is no mistake.
    pub warnings: Vec<Finding>,
}

/// A parsed policy set with its schema. An instance keeps it for as long as its version is the active one.
pub trait PolicySet: Sized {
    /// Checks policies, against the schema if there is one.
    ///
    /// # Errors
    /// All that is wrong, at least one finding.
    fn check(policies: &str, schema: Option<&str>) -> Result<Checked, Vec<Finding>>;

    /// Reads policies that have been checked.
    ///
    /// # Errors
    /// What can't be read, at least one finding.
    fn load(policies: &str, schema: Option<&str>) -> Result<Self, Vec<Finding>>;

    /// Whether it makes a difference to a decision that entities of a type have an attribute. One that makes none may be
    /// left out of a question.
    fn sees(&self, kind: &str, attribute: &str) -> bool;

    /// Answers a question.
    fn decide(&self, question: &Question) -> Verdict;

    /// The actions that the schema has for such a principal and such a resource, by their ids; none without a schema.
    fn actions(&self, principal: &str, resource: &str) -> Vec<String>;
}
