//! The conformance tools from PyPI against the service: `scim2 test` (scim2-cli) and `scim-sanity probe`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of the tests ends the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use rollcall_suite::{Client, Service, workspace};
use serde_json::{Value as Json, json};

/// A tool, which `cargo xtask setup` installs.
fn tool(name: &str) -> PathBuf {
    let tool = workspace().join("target/tools/venv/bin").join(name);
    assert!(
        tool.is_file(),
        "{} is missing: run `cargo xtask setup`",
        tool.display()
    );
    tool
}

/// One check, as a tool reports it.
#[derive(Debug)]
struct Check {
    status: String,
    title: String,
    reason: String,
}

/// What has to be among the checks of `scim2 test`, and how often at least: a check that is left out in silence is a
/// failure, too.
const SCIM2_CHECKS: [(&str, usize); 23] = [
    ("service_provider_config_endpoint", 1),
    ("service_provider_config_endpoint_methods", 4),
    ("query_all_resource_types", 1),
    ("query_resource_type_by_id", 2),
    ("resource_types_schema_validation", 2),
    ("access_invalid_resource_type", 1),
    ("resource_types_endpoint_methods", 4),
    ("query_all_schemas", 1),
    ("access_schema_by_id", 6),
    ("access_invalid_schema", 1),
    ("schemas_endpoint_methods", 4),
    ("random_url", 1),
    ("object_creation", 2),
    ("object_query", 2),
    ("object_query_without_id", 2),
    ("object_query_with_attributes", 4),
    ("object_list_with_attributes", 4),
    ("search_with_attributes", 4),
    ("object_replacement", 2),
    ("object_deletion", 2),
    ("check_add_attribute", 28),
    ("check_remove_attribute", 28),
    ("check_replace_attribute", 30),
];

/// Runs `scim2 test`, which prints a check as `STATUS title`, then indented lines that say why.
fn scim2(scim: &Client) -> (Vec<Check>, String) {
    let token = scim.token.as_deref().unwrap_or_default();
    let output = Command::new(tool("scim2"))
        .args(["--url", &scim.base, "test", "--verbose"])
        .env("SCIM_CLI_HEADERS", format!("Authorization: Bearer {token}"))
        .env("PYTHONUTF8", "1")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let mut checks: Vec<Check> = Vec::new();
    // The first line says what is being checked.
    for line in said.lines().skip(1) {
        match heading(line) {
            Some((status, title)) => checks.push(Check {
                status: status.to_owned(),
                title: title.to_owned(),
                reason: String::new(),
            }),
            None => {
                let check = checks
                    .last_mut()
                    .unwrap_or_else(|| panic!("{said}{errors}"));
                check.reason.push_str(line.trim());
                check.reason.push('\n');
            }
        }
    }
    assert!(errors.is_empty(), "{errors}");
    (checks, said)
}

/// Status and title, when the line begins a check.
fn heading(line: &str) -> Option<(&str, &str)> {
    let (status, title) = line.split_once(' ')?;
    let is_status = !status.is_empty() && status.bytes().all(|b| b.is_ascii_uppercase());
    let is_title = !title.is_empty() && title.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    (is_status && is_title).then_some((status, title))
}

#[test]
fn scim2_test_finds_no_failure() {
    let service = Service::start();
    // Of the default tenant, and of another.
    for scim in [service.scim_of("default"), service.scim()] {
        let (checks, said) = scim2(&scim);
        let mut passed: BTreeMap<&str, usize> = BTreeMap::new();
        let mut failures = Vec::new();
        for check in &checks {
            match check.status.as_str() {
                "SUCCESS" | "COMPLIANT" | "ACCEPTABLE" => {
                    *passed.entry(check.title.as_str()).or_default() += 1;
                }
                _ => failures.push(check),
            }
        }
        assert!(failures.is_empty(), "{failures:#?}");
        for (title, expected) in SCIM2_CHECKS {
            let actual = passed.get(title).copied().unwrap_or_default();
            assert!(actual >= expected, "{title} passed {actual} times\n{said}");
        }
    }
}

/// What `scim-sanity probe` has to try.
const PROBED: [&str; 28] = [
    "GET /ServiceProviderConfig",
    "GET /Schemas",
    "GET /ResourceTypes",
    "POST /Users",
    "GET /Users/{id}",
    "PUT /Users/{id}",
    "GET /Users/{id} after PUT",
    "PATCH /Users/{id}",
    "GET /Users/{id} after PATCH",
    "DELETE /Users/{id}",
    "GET /Users/{id} after DELETE (expect 404)",
    "POST /Groups",
    "GET /Groups/{id}",
    "PUT /Groups/{id}",
    "GET /Groups/{id} after PUT",
    "PATCH /Groups/{id}",
    "GET /Groups/{id} after PATCH",
    "PATCH /Groups/{id} add member",
    "PATCH /Groups/{id} remove members",
    "DELETE /Groups/{id}",
    "GET /Groups/{id} after DELETE (expect 404)",
    "GET /Users (ListResponse)",
    "GET /Users?filter (no match)",
    "GET /Users?startIndex=1&count=1",
    "GET /Users?count=0 (boundary)",
    "GET /Users/nonexistent (expect 404)",
    "POST /Users invalid body (expect 400)",
    "POST /Users missing userName (expect 400)",
];

/// What it reports otherwise, and why that is right.
const EXCUSED: [(&str, &str, &str); 3] = [
    // The resource types of draft-abbey-scim-agent-extension.
    (
        "skip",
        "Agent CRUD Lifecycle",
        "Agent not supported by server",
    ),
    (
        "skip",
        "AgenticApplication CRUD Lifecycle",
        "AgenticApplication not supported by server",
    ),
    (
        "skip",
        "Agent Rapid Lifecycle",
        "Agent not supported or not in scope",
    ),
];

/// Runs `scim-sanity probe`, strictly.
fn scim_sanity(scim: &Client) -> Vec<Check> {
    let token = scim.token.as_deref().unwrap_or_default();
    let output = Command::new(tool("scim-sanity"))
        .args(["probe", &scim.base, "--token", token])
        .args(["--strict", "--json-output", "--i-accept-side-effects"])
        .env("PYTHONUTF8", "1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{errors}");
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    let text = |result: &Json, name: &str| result[name].as_str().unwrap_or_default().to_owned();
    let results = report["results"].as_array().unwrap().iter();
    results
        .map(|result| Check {
            status: text(result, "status"),
            title: text(result, "name"),
            reason: text(result, "message"),
        })
        .collect()
}

#[test]
fn scim_sanity_probe_finds_no_failure() {
    let service = Service::start();
    // Twice, so that nothing which the first run leaves is in the way of the second.
    let tenant = service.tenant();
    // It adds the member `fake-member-id` to a group, and expects that to be passed over.
    let settings = json!({ "ignoreUnknownMembers": true });
    let changed = service
        .admin()
        .patch(&format!("/tenants/{tenant}"), &settings);
    drop(changed.expect(200));
    for scim in [service.scim_of(&tenant), service.scim_of(&tenant)] {
        let checks = scim_sanity(&scim);
        let (passed, others): (Vec<_>, Vec<_>) =
            checks.iter().partition(|check| check.status == "pass");
        let others: BTreeSet<_> = others
            .iter()
            .map(|check| (&*check.status, &*check.title, &*check.reason))
            .collect();
        assert_eq!(others, BTreeSet::from(EXCUSED));
        let passed: BTreeSet<_> = passed.iter().map(|check| check.title.as_str()).collect();
        assert_eq!(passed, BTreeSet::from(PROBED));
    }
}
