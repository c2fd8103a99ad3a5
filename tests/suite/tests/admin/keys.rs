//! The keys of a tenant.

use rollcall_suite::Service;
use serde_json::{Value as Json, json};

use crate::{Fixture, problem, text};

fn states(keys: &Json) -> Vec<&str> {
    let keys = keys["keys"].as_array().unwrap();
    keys.iter().map(|key| text(key, "state")).collect()
}

/// Attack case 21.
#[test]
fn a_rotation_makes_one_next_key_however_often_it_is_asked_for() {
    let fixture = Fixture::new();
    let admin = &fixture.admin;
    assert_eq!(admin.get("/keys").expect(200).json(), json!({"keys": []}));
    let rotate = || admin.post("/keys/rotate", &json!({})).expect(200);
    let first = rotate();
    for secret in ["\"d\"", "sealed"] {
        assert!(!first.text.contains(secret), "{}", first.text);
    }
    let first = first.json();
    assert_eq!(states(&first), ["active"]);
    let key = &first["keys"][0];
    assert_eq!(text(key, "algorithm"), "EdDSA");
    assert_eq!(text(&key["jwk"], "kid"), text(key, "kid"));
    fixture.set(&json!({"signingAlgorithm": "ES256"}));
    let second = rotate().json();
    assert_eq!(states(&second), ["active", "next"]);
    assert_eq!(text(&second["keys"][1], "algorithm"), "ES256");
    assert_eq!(rotate().json(), second);
    assert_eq!(admin.get("/keys").expect(200).json(), second);
    problem(
        fixture.service.admin().get("/tenants/nobody/keys"),
        404,
        "there is no tenant",
    );
}

#[test]
fn err_without_a_master_key() {
    let state = tempfile::tempdir().unwrap();
    let service = Service::with_variables(
        state.path(),
        &[("admin_token", "the-admin-token-of-the-tests")],
    );
    let rotated = service
        .admin()
        .post("/tenants/default/keys/rotate", &json!({}));
    problem(rotated, 503, "`master_key`");
}
