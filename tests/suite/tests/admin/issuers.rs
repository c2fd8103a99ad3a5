//! Issuers that a tenant trusts.

use rollcall_suite::encode;
use serde_json::{Value as Json, json};

use crate::{Fixture, problem, text};

const ISSUER: &str = "https://login.example.com/tenant";

fn path(issuer: &str) -> String {
    format!("/issuers/{}", encode(issuer))
}

fn trust() -> Json {
    json!({"jwks_uri": "https://login.example.com/keys", "audience": "api://rollcall"})
}

#[test]
fn an_issuer_is_trusted_changed_listed_and_distrusted() {
    let fixture = Fixture::new();
    let admin = &fixture.admin;
    let path = path(ISSUER);
    problem(admin.get(&path), 404, "trusts no issuer");
    let trusted = admin.put(&path, &trust()).expect(200).json();
    assert_eq!(text(&trusted, "issuer"), ISSUER);
    assert_eq!(text(&trusted, "audience"), "api://rollcall");
    let person = json!({"claim": "sub", "attribute": "externalId"});
    assert_eq!(trusted["person"], person);
    assert_eq!(trusted["fetched_at"], Json::Null);
    let mut changed = trust();
    changed["person"] = json!({"claim": "email", "attribute": "emails"});
    let changed = admin.put(&path, &changed).expect(200).json();
    assert_eq!(text(&changed["person"], "attribute"), "emails");
    assert_eq!(admin.get(&path).expect(200).json(), changed);
    let listed = admin.get("/issuers").expect(200).json();
    assert_eq!(listed["issuers"], json!([changed]));
    let end = format!("/issuers?after={}", encode(text(&listed, "next")));
    assert_eq!(admin.get(&end).expect(200).json()["issuers"], json!([]));
    let other = Fixture::new();
    problem(other.admin.get(&path), 404, "trusts no issuer");
    problem(other.admin.delete(&path), 404, "trusts no issuer");
    admin.delete(&path).expect(204);
    problem(admin.delete(&path), 404, "trusts no issuer");
    let log = admin.get("/changes").expect(200).json();
    let told = log["changes"].as_array().unwrap().iter();
    let told: Vec<_> = told.map(|change| text(change, "operation")).collect();
    assert!(told.ends_with(&["trust", "trust", "distrust"]), "{told:?}");
}

/// Attack case 20.
#[test]
fn err_addresses_that_lead_inside_and_what_is_no_trust() {
    let fixture = Fixture::new();
    let admin = &fixture.admin;
    for jwks_uri in [
        "http://login.example.com/keys",
        "https://127.0.0.1/keys",
        "https://2130706433/keys",
        "https://0x7f.1/keys",
        "https://[::1]/keys",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/keys",
        "https://localhost/keys",
        "https://keys/",
        "https://password.spin.internal/hash",
        "http://password.spin.internal/hash",
        "http://127.0.0.1:3000/keys",
        "https://me@login.example.com/keys",
        "https://login.example.com:6379/keys",
        "file:///etc/passwd",
        "",
    ] {
        let mut body = trust();
        body["jwks_uri"] = json!(jwks_uri);
        problem(admin.put(&path(ISSUER), &body), 400, "`jwks_uri`");
    }
    for (member, value, hint) in [
        ("audience", json!(""), "`audience`"),
        ("audience", json!(1), "`audience`"),
        ("jwks_uri", Json::Null, "`jwks_uri`"),
        ("person", json!({"claim": "sub"}), "`person` must be"),
        (
            "person",
            json!({"claim": "sub", "attribute": "id"}),
            "`person` must be",
        ),
        ("person", json!("sub"), "`person` must be"),
        ("algorithms", json!([]), "`algorithms` is not known here"),
    ] {
        let mut body = trust();
        body[member] = value;
        problem(admin.put(&path(ISSUER), &body), 400, hint);
    }
    for issuer in [
        "http://login.example.com",
        "login",
        "https://a.example?b",
        "https://a b",
    ] {
        problem(admin.put(&path(issuer), &trust()), 400, "issuer");
    }
    assert_eq!(admin.get("/issuers").json()["issuers"], json!([]));
}
