//! The contract of the store's database, on Spin's SQLite: the cases of `tests/contract` as a Wasm component.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::path::Path;

use pollster::block_on;
use rollcall_store::rusqlite::File;
use rollcall_store::{Durability, Store};
use rollcall_suite::{Client, Service};

#[test]
fn every_case_that_runs_natively_holds_in_wasm() {
    let state = tempfile::tempdir().unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract.toml");
    let service = Service::of_manifest(&manifest, state.path());
    let client = Client::new(service.base_url.clone(), None);
    let answer = client.get("/").expect(200).text;
    let lines: Vec<&str> = answer.lines().collect();
    let cases = native_cases();
    assert!(cases.len() >= 18, "{cases:?}");
    let expected: Vec<String> = cases.iter().map(|case| format!("ok {case}")).collect();
    assert_eq!(lines, expected, "{answer}");
}

/// The names of the cases that hold on rusqlite.
fn native_cases() -> Vec<&'static str> {
    let state = tempfile::tempdir().unwrap();
    let database = File(state.path().join("contract.db"));
    let store = block_on(Store::open(&database, Durability::Full)).unwrap();
    let outcomes = block_on(rollcall_contract::run(&store));
    let passed = outcomes.into_iter().map(|outcome| {
        assert_eq!(outcome.failure, None, "{}", outcome.name);
        outcome.name
    });
    passed.collect()
}
