//! What policies say of a request.
//!
//! The engine's own authorizer evaluates every policy of a set, and makes one expression of its scope and its conditions
//! anew each time. Here the scope is compared, which can't fail, and only the conditions of what it covers are evaluated: see
//! `docs/decisions/0011-policies-are-asked-by-their-scope.md`. A test holds both to the same answers.

use cedar_policy::PolicySet;
use cedar_policy_core::ast::{
    self, ActionConstraint, Effect, EntityReference, EntityUID, Literal, Policy,
    PrincipalOrResourceConstraint as Constraint, ValueKind,
};
use cedar_policy_core::entities::{Dereference, Entities};
use cedar_policy_core::evaluator::Evaluator;
use cedar_policy_core::extensions::Extensions;
use rollcall_core::policy::Verdict;

use crate::entities::Asked;

/// Policies by what they do.
pub(crate) struct Rules {
    forbid: Vec<Policy>,
    permit: Vec<Policy>,
}

impl Rules {
    /// Those of a set without templates.
    pub fn new(policies: &PolicySet) -> Self {
        let policies: &ast::PolicySet = policies.as_ref();
        let (forbid, permit) = policies
            .policies()
            .cloned()
            .partition(|policy| policy.effect() == Effect::Forbid);
        Self { forbid, permit }
    }

    /// What they say. A policy that fails is passed over, as the language says, unless it would forbid.
    pub fn verdict(&self, asked: &Asked) -> Verdict {
        let extensions = Extensions::all_available();
        let evaluator = Evaluator::new(asked.request.clone(), &asked.entities, extensions);
        let applies = |policy: &Policy| {
            if covers(policy, asked) {
                holds(&evaluator, policy)
            } else {
                Ok(false)
            }
        };
        let mut forbidding = Vec::new();
        let mut failed = None;
        for policy in &self.forbid {
            match applies(policy) {
                Ok(true) => forbidding.push(policy.id().to_string()),
                Ok(false) => {}
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        if !forbidding.is_empty() {
            return Verdict::Forbidden(forbidding);
        }
        if let Some(why) = failed {
            return Verdict::Failed(why);
        }
        // One is enough.
        if self.permit.iter().any(|policy| applies(policy) == Ok(true)) {
            Verdict::Permitted
        } else {
            Verdict::NotPermitted
        }
    }
}

/// Whether the conditions of a policy hold, or why it can't be said.
fn holds(evaluator: &Evaluator<'_>, policy: &Policy) -> Result<bool, String> {
    let Some(conditions) = policy.non_scope_constraints() else {
        return Ok(true);
    };
    let failed = |why| format!("error while evaluating policy `{}`: {why}", policy.id());
    let value = evaluator.interpret(conditions, policy.env());
    match value.map_err(|error| failed(error.to_string()))?.value {
        ValueKind::Lit(Literal::Bool(holds)) => Ok(holds),
        _ => Err(failed("a condition is no boolean".to_owned())),
    }
}

/// Whether a question is within the scope of a policy.
fn covers(policy: &Policy, asked: &Asked) -> bool {
    let scope = policy.template();
    let is_in = |uid: &EntityUID, other: &EntityUID| is_in(uid, other, &asked.entities);
    let is_action = match scope.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(other) => asked.action == **other,
        ActionConstraint::In(others) => others.iter().any(|other| is_in(&asked.action, other)),
    };
    let meets = |uid: &EntityUID, constraint: &Constraint| match constraint {
        Constraint::Any => true,
        Constraint::Eq(other) => named(other) == Some(uid),
        Constraint::In(other) => named(other).is_some_and(|other| is_in(uid, other)),
        Constraint::Is(kind) => *uid.entity_type() == **kind,
        Constraint::IsIn(kind, other) => {
            *uid.entity_type() == **kind && named(other).is_some_and(|other| is_in(uid, other))
        }
    };
    is_action
        && meets(&asked.principal, scope.principal_constraint().as_inner())
        && meets(&asked.resource, scope.resource_constraint().as_inner())
}

fn is_in(uid: &EntityUID, other: &EntityUID, entities: &Entities) -> bool {
    uid == other
        || match entities.entity(uid) {
            Dereference::Data(entity) => entity.is_descendant_of(other),
            Dereference::NoSuchEntity | Dereference::Residual(_) => false,
        }
}

/// The entity that a constraint names; only templates leave it open.
fn named(reference: &EntityReference) -> Option<&EntityUID> {
    match reference {
        EntityReference::EUID(uid) => Some(uid),
        EntityReference::Slot(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use cedar_policy::{Entities as PublicEntities, Request};
    use rollcall_core::JsonObject;
    use rollcall_core::policy::{Entity, EntityName, Question};
    use serde_json::json;

    use super::*;
    use crate::entities::Reader;
    use crate::kinds::Kinds;
    use crate::oracle;
    use crate::schema::KnownSchema;

    const SCHEMA: &str = r#"
        entity Group in [Group];
        entity User in [Group] { active: Bool };
        entity Folder;
        entity document in [Folder];
        action "any" appliesTo { principal: [User, Group], resource: [document, User] };
        action view in ["any"];
        action read in [view] appliesTo { principal: [User, Group], resource: [document, User] };
        action write in ["any"] appliesTo { principal: [User, Group], resource: [document, User] };"#;

    const PARTIES: [&str; 6] = [
        "",
        "== User::\"anna\"",
        "in Group::\"staff\"",
        "in document::\"1\"",
        "is User",
        "is User in Group::\"staff\"",
    ];

    const ACTIONS: [&str; 6] = [
        "",
        "== Action::\"read\"",
        "in Action::\"view\"",
        "in [Action::\"write\", Action::\"any\"]",
        "in []",
        "in [Action::\"read\", Action::\"write\"]",
    ];

    /// Conditions that hold, that don't, and that fail.
    const CONDITIONS: [&str; 8] = [
        "",
        "when { true }",
        "when { principal == User::\"anna\" } unless { action == Action::\"write\" }",
        "unless { resource in Folder::\"f\" }",
        "when { principal.active }",
        "when { resource.owner == principal }",
        "when { 1 }",
        "when { [] } unless { true }",
    ];

    fn questions() -> Vec<Question> {
        let entity = |kind: &str, id: &str, parents: &[(&str, &str)]| Entity {
            name: EntityName::new(kind, id),
            attributes: match kind {
                "User" => json!({"active": id == "anna"}).as_object().unwrap().clone(),
                _ => JsonObject::new(),
            },
            parents: parents
                .iter()
                .map(|(kind, id)| EntityName::new(*kind, *id))
                .collect(),
        };
        let anna = entity("User", "anna", &[("Group", "staff"), ("Group", "all")]);
        let principals = [
            anna.clone(),
            entity("User", "berta", &[]),
            entity("Group", "staff", &[("Group", "all")]),
        ];
        let resources = [
            entity("document", "1", &[("Folder", "f")]),
            entity("document", "2", &[]),
            anna,
        ];
        let mut questions = Vec::new();
        for principal in &principals {
            for resource in &resources {
                for action in ["read", "write", "any"] {
                    questions.push(Question {
                        principal: principal.clone(),
                        action: action.to_owned(),
                        resource: resource.clone(),
                        context: JsonObject::new(),
                    });
                }
            }
        }
        questions
    }

    /// What is asked, as it is here and as Cedar's API has it.
    type Both = (Asked, (Request, PublicEntities));

    fn asked(schema: Option<&KnownSchema>) -> Vec<Both> {
        let kinds = &Kinds::default();
        let reader = Reader { kinds, schema };
        let both = questions().into_iter().map(|question| {
            let public = oracle::request(&question, schema.map(|schema| &schema.0));
            (reader.read(&question).unwrap(), public.unwrap())
        });
        both.collect()
    }

    fn check(text: &str, asked: &[Both], seen: &mut [usize; 4]) {
        let policies: PolicySet = text.parse().unwrap();
        let rules = Rules::new(&policies);
        for (here, public) in asked {
            let verdict = match rules.verdict(here) {
                Verdict::Failed(_) => Verdict::Failed(String::new()),
                verdict => verdict,
            };
            let expected = oracle::verdict(&policies, public);
            assert_eq!(verdict, expected, "{text}\n{}", here.request);
            seen[match verdict {
                Verdict::Permitted => 0,
                Verdict::NotPermitted => 1,
                Verdict::Forbidden(_) => 2,
                Verdict::Failed(_) => 3,
                Verdict::NoQuestion(why) => panic!("{why}"),
            }] += 1;
        }
    }

    #[test]
    fn one_policy_says_what_the_engines_authorizer_says() {
        let (schema, _) = KnownSchema::read(SCHEMA).unwrap();
        for schema in [Some(&schema), None] {
            let asked = asked(schema);
            let mut seen = [0; 4];
            for effect in ["permit", "forbid"] {
                for principal in PARTIES {
                    for action in ACTIONS {
                        for resource in PARTIES {
                            let scope = format!(
                                "(principal {principal}, action {action}, resource {resource})"
                            );
                            for condition in CONDITIONS {
                                check(&format!("{effect}{scope} {condition};"), &asked, &mut seen);
                            }
                        }
                    }
                }
            }
            assert!(seen.iter().all(|count| *count > 500), "{seen:?}");
        }
    }

    #[test]
    fn two_policies_say_what_the_engines_authorizer_says() {
        let asked = asked(None);
        let mut seen = [0; 4];
        let some: Vec<String> = ["permit", "forbid"]
            .iter()
            .flat_map(|effect| {
                CONDITIONS.map(|condition| {
                    format!("{effect}(principal, action, resource is document) {condition};")
                })
            })
            .collect();
        for one in &some {
            for other in &some {
                check(&format!("{one}\n{other}"), &asked, &mut seen);
            }
        }
        assert!(seen.iter().all(|count| *count > 500), "{seen:?}");
    }
}
