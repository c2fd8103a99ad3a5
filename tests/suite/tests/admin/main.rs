//! `/admin/v1`: tenants and their provisioning tokens.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of the tests ends the test"
)]

mod access;
mod requests;
mod tenants;
mod tokens;

use rollcall_suite::{Answer, Client};
use serde_json::Value as Json;

/// Demands a problem (RFC 9457) of this status whose detail has `hint` in it.
#[track_caller]
fn problem(answer: Answer, status: u16, hint: &str) {
    let answer = answer.expect(status);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let problem = answer.json();
    assert_eq!(problem["status"], status, "{problem}");
    let title = problem["title"].as_str().unwrap_or_default();
    assert!(!title.is_empty(), "{problem}");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(hint), "`{hint}` is not in {problem}");
    assert!(detail.len() < 500, "a long detail: {detail}");
}

fn names(admin: &Client) -> Vec<String> {
    let tenants = admin.get("/tenants").expect(200).json();
    let tenants = tenants["tenants"].as_array().unwrap();
    let name = |tenant: &Json| tenant["name"].as_str().unwrap().to_owned();
    tenants.iter().map(name).collect()
}

fn issue(admin: &Client, tenant: &str, body: &Json) -> Json {
    let issued = admin.post(&format!("/tenants/{tenant}/tokens"), body);
    issued.expect(201).json()
}

fn text<'j>(json: &'j Json, name: &str) -> &'j str {
    json[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {json}"))
}
