//! Responses of the AuthZEN API: decisions, with a reason in `context` where the answer is no (§5.5).

use http::StatusCode;
use rollcall_service::policy::{Actions, Decision, Reason};
use serde_json::{Value as Json, json};

use crate::respond::{self, FullResponse};

/// The answer to one question. No decision is none that permits.
pub(super) fn decision(decision: Option<&Decision>) -> FullResponse {
    ok(&decision.map_or_else(|| json!({ "decision": false }), show))
}

/// The answers to several.
pub(super) fn decisions(decisions: &[Decision]) -> FullResponse {
    let shown: Vec<Json> = decisions.iter().map(show).collect();
    ok(&json!({ "evaluations": shown }))
}

/// What a search for actions found (§8.3).
pub(super) fn actions(actions: &Actions) -> FullResponse {
    ok(&match actions {
        Actions::Permitted(names) => {
            let results: Vec<Json> = names.iter().map(|name| json!({ "name": name })).collect();
            json!({ "results": results })
        }
        Actions::None(reason) => json!({ "results": [], "context": context(reason) }),
    })
}

fn ok(body: &Json) -> FullResponse {
    respond::json(StatusCode::OK, "application/json", body)
}

fn show(decision: &Decision) -> Json {
    match &decision.reason {
        None => json!({ "decision": true }),
        Some(reason) => json!({ "decision": false, "context": context(reason) }),
    }
}

fn context(reason: &Reason) -> Json {
    match reason {
        Reason::NoPolicies => json!({ "reason": "no_policies" }),
        Reason::NotPermitted => json!({ "reason": "not_permitted" }),
        Reason::Forbidden(policies) => json!({ "reason": "forbidden", "policies": policies }),
        Reason::SubjectUnknown => json!({ "reason": "subject_unknown" }),
        Reason::SubjectInactive => json!({ "reason": "subject_inactive" }),
        Reason::SubjectType => json!({
            "reason": "subject_type_unsupported",
            "detail": "a subject is a `user`, a `group` or a `client`",
        }),
        Reason::PolicyError(detail) => json!({ "reason": "policy_error", "detail": detail }),
        Reason::InvalidRequest(detail) => json!({ "reason": "invalid_request", "detail": detail }),
    }
}
