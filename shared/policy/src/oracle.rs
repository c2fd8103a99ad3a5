//! The same by Cedar's API alone, for the tests to compare with.

use cedar_policy::{
    AuthorizationError, Authorizer, Context, Decision, Effect, Entities, EntityUid, PolicyId,
    PolicySet, Request, Schema,
};
use rollcall_core::policy::{Entity, EntityName, Question, Verdict};
use serde_json::{Value as Json, json};

/// A question by way of JSON. Nothing is left out of it.
pub(crate) fn request(
    question: &Question,
    schema: Option<&Schema>,
) -> Result<(Request, Entities), String> {
    let action = uid(&EntityName::new("Action", &question.action))?;
    let known = schema.map(|schema| (schema, &action));
    let context = Context::from_json_value(question.context.clone().into(), known);
    let request = Request::new(
        uid(&question.principal.name)?,
        action.clone(),
        uid(&question.resource.name)?,
        context.map_err(|error| error.to_string())?,
        schema,
    );
    let mut entities = vec![entity(&question.principal)];
    if question.resource.name != question.principal.name {
        entities.push(entity(&question.resource));
    }
    let entities = Entities::from_json_value(entities.into(), schema);
    let request = request.map_err(|error| error.to_string())?;
    Ok((request, entities.map_err(|error| error.to_string())?))
}

fn uid(name: &EntityName) -> Result<EntityUid, String> {
    EntityUid::from_json(reference(name)).map_err(|error| error.to_string())
}

fn entity(entity: &Entity) -> Json {
    let parents: Vec<Json> = entity.parents.iter().map(reference).collect();
    json!({ "uid": reference(&entity.name), "attrs": entity.attributes, "parents": parents })
}

fn reference(name: &EntityName) -> Json {
    json!({ "type": name.kind, "id": name.id })
}

/// What its authorizer makes of it, told as a set does. Why policies fail is left out.
pub(crate) fn verdict(policies: &PolicySet, (request, entities): &(Request, Entities)) -> Verdict {
    let response = Authorizer::new().is_authorized(request, policies, entities);
    let forbids = |id: &PolicyId| {
        policies
            .policy(id)
            .is_some_and(|policy| policy.effect() == Effect::Forbid)
    };
    let reason = response.diagnostics().reason();
    let mut forbidding: Vec<String> = reason
        .filter(|id| forbids(id))
        .map(ToString::to_string)
        .collect();
    let has_failed = response.diagnostics().errors().any(|error| {
        let AuthorizationError::PolicyEvaluationError(failed) = error;
        forbids(failed.policy_id())
    });
    // It has them in no order.
    forbidding.sort();
    match response.decision() {
        _ if !forbidding.is_empty() => Verdict::Forbidden(forbidding),
        _ if has_failed => Verdict::Failed(String::new()),
        Decision::Allow => Verdict::Permitted,
        Decision::Deny => Verdict::NotPermitted,
    }
}
