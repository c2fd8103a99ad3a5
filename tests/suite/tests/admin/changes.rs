//! The change log.

use rollcall_core::Timestamp;
use serde_json::{Value as Json, json};

use crate::{Fixture, PATCH_OP, USER, problem, text};

impl Fixture {
    fn changes(&self, query: &str) -> Vec<Json> {
        let page = self
            .admin
            .get(&format!("/changes{query}"))
            .expect(200)
            .json();
        page["changes"].as_array().cloned().unwrap()
    }
}

/// What happened to what: operation, type and version.
fn told(changes: &[Json]) -> Vec<(&str, &str, Option<i64>)> {
    let told = changes.iter().map(|change| {
        let (operation, kind) = (text(change, "operation"), text(change, "resourceType"));
        (operation, kind, change["version"].as_i64())
    });
    told.collect()
}

#[test]
fn every_write_of_a_client_is_told_with_its_token_and_no_value() {
    let fixture = Fixture::new();
    let scim = &fixture.scim;
    let body = json!({
        "userName": "anna", "nickName": "a-secret-value", "password": "correct horse battery",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "a-secret-value"}
    });
    let id = fixture.create("/Users", USER, &body);
    let path = format!("/Users/{id}");
    let operation = json!({"op": "replace", "path": "active", "value": false});
    let patch = json!({"schemas": [PATCH_OP], "Operations": [operation]});
    scim.patch(&path, &patch).expect(200);
    // It has been so already: no change.
    scim.patch(&path, &patch).expect(200);
    let put = json!({"schemas": [USER], "userName": "anna", "active": false});
    scim.put(&path, &put).expect(200);
    drop(
        scim.put(&path, &json!({"schemas": [USER]}))
            .expect_error(400, Some("invalidValue")),
    );
    scim.delete(&path).expect(204);

    let log = fixture.changes("");
    let token = format!("token:{}", text(&log[0], "id"));
    assert_eq!(told(&log[..1]), [("issue", "Token", None)]);
    let log = &log[1..];
    let expected = [
        ("create", "User", Some(1)),
        ("patch", "User", Some(2)),
        ("replace", "User", Some(3)),
        ("delete", "User", Some(4)),
    ];
    assert_eq!(told(log), expected);
    for change in log {
        assert_eq!(
            (text(change, "actor"), text(change, "id")),
            (token.as_str(), id.as_str())
        );
        assert!(Timestamp::parse(text(change, "at")).is_some());
    }
    assert_eq!(log[1]["attributes"], json!(["active"]));
    let named = log[0]["attributes"].as_array().unwrap();
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    for name in ["userName", "nickName", "password", department] {
        assert!(named.contains(&json!(name)), "{named:?}");
    }
    let text = json!(log).to_string();
    assert!(
        !text.contains("secret-value") && !text.contains("horse") && !text.contains("anna"),
        "{text}"
    );
}

#[test]
fn what_the_operator_does_is_told() {
    let fixture = Fixture::new();
    let admin = &fixture.admin;
    let schema = json!({"id": "urn:example:Badge", "attributes": [{"name": "code"}]});
    admin.post("/schemas", &schema).expect(201);
    let extended = json!({"name": "User", "schemaExtensions": [{"schema": "urn:example:Badge"}]});
    admin.post("/resource-types", &extended).expect(201);
    // Nothing changes with these.
    admin.put("/resource-types/User", &extended).expect(200);
    admin.put("/schemas/urn:example:Badge", &schema).expect(200);
    problem(
        admin.delete("/schemas/urn:example:Badge"),
        409,
        "uses the schema",
    );
    admin.delete("/resource-types/User").expect(204);
    fixture.set(&json!({"mode": "strict", "retentionDays": 0}));
    fixture.set(&json!({"mode": "strict"}));
    let body = json!({"name": "a token's name"});
    let token = admin.post("/tokens", &body).expect(201).json();
    admin
        .delete(&format!("/tokens/{}", text(&token, "id")))
        .expect(204);

    let log = &fixture.changes("")[1..];
    let told: Vec<(&str, &str, &str)> = log
        .iter()
        .map(|change| {
            assert_eq!(
                (text(change, "actor"), &change["version"]),
                ("admin", &Json::Null)
            );
            (
                text(change, "operation"),
                text(change, "resourceType"),
                text(change, "id"),
            )
        })
        .collect();
    let token = text(&token, "id");
    let expected = [
        ("define", "Schema", "urn:example:Badge"),
        ("define", "ResourceType", "User"),
        ("undefine", "ResourceType", "User"),
        ("configure", "Tenant", fixture.tenant.as_str()),
        ("issue", "Token", token),
        ("revoke", "Token", token),
    ];
    assert_eq!(told, expected);
    assert_eq!(log[3]["attributes"], json!(["mode"]));
    let text = json!(log).to_string();
    assert!(
        !text.contains("rc_") && !text.contains("a token's name"),
        "{text}"
    );
}

#[test]
fn the_log_is_read_page_by_page_to_its_end_and_on() {
    let fixture = Fixture::new();
    for number in 0..7 {
        fixture.user(&format!("u{number}"));
    }
    let all = fixture.changes("");
    assert_eq!(all.len(), 8);
    let sequence = |change: &Json| change["sequence"].as_i64().unwrap();
    assert!(all.is_sorted_by_key(sequence));
    let mut seen = Vec::new();
    let mut next = 0;
    loop {
        let page = fixture.admin.get(&format!("/changes?count=3&after={next}"));
        let page = page.expect(200).json();
        let changes = page["changes"].as_array().unwrap();
        seen.extend(changes.iter().cloned());
        let last = next;
        next = page["next"].as_i64().unwrap();
        if changes.is_empty() {
            assert_eq!(next, last);
            break;
        }
    }
    assert_eq!(seen, all);
    // What comes later is on the next page.
    let late = fixture.user("late");
    let page = fixture.changes(&format!("?after={next}"));
    assert_eq!((page.len(), &page[0]["id"]), (1, &json!(late)));
    assert!(fixture.changes("?count=0").is_empty());
    assert_eq!(fixture.changes("?count=9999").len(), 9);
    for (query, hint) in [
        ("?after=x", "`after` is `x`"),
        ("?after=-1", "`after` is `-1`"),
        ("?count=-1", "`count` is `-1`"),
        ("?count=1.5", "`count` is `1.5`"),
        ("?count=1&count=2", "once each"),
    ] {
        problem(fixture.admin.get(&format!("/changes{query}")), 400, hint);
    }
    let other = Fixture::new();
    assert_eq!(other.changes("").len(), 1);
    let mut nobody = fixture.service.admin();
    nobody.base = format!("{}/tenants/nobody", nobody.base);
    problem(nobody.get("/changes"), 404, "there is no tenant");
}
