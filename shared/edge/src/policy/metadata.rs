//! The metadata of the policy decision point (AuthZEN Authorization API 1.0 §9).

use http::{Method, Request, StatusCode};
use serde_json::json;

use super::address::Address;
use super::refusal::Refusal;
use crate::respond::{self, FullResponse};

pub(super) fn answer(head: &Request<()>, address: &Address) -> Result<FullResponse, Refusal> {
    if head.method() != Method::GET {
        return Err(Refusal::method("GET"));
    }
    let base = &address.issuer.url;
    let access = address.issuer.access();
    let body = json!({
        "policy_decision_point": base,
        "access_evaluation_endpoint": format!("{access}/evaluation"),
        "access_evaluations_endpoint": format!("{access}/evaluations"),
        "search_action_endpoint": format!("{access}/search/action"),
    });
    Ok(respond::json(StatusCode::OK, "application/json", &body))
}
