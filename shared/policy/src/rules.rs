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
mod tests;
