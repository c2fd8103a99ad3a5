//! Strict mode, a setting of the tenant: what only some clients mean is refused, and what the standard has is not.

use rollcall_suite::{Answer, Client, Service};
use serde_json::{Value as Json, json};

use crate::{ENTERPRISE, USER, create, patch, path_of, user};

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A strict tenant without users, and what keeps it running.
fn strict() -> (Service, Client) {
    let service = Service::start();
    let tenant = service.tenant();
    set(&service, &tenant, "strict");
    let scim = service.scim_of(&tenant);
    (service, scim)
}

fn set(service: &Service, tenant: &str, mode: &str) {
    let shown = service
        .admin()
        .patch(&format!("/tenants/{tenant}"), &json!({"mode": mode}))
        .expect(200);
    assert_eq!(shown.json()["mode"], mode);
}

fn barbara(scim: &Client) -> Answer {
    create(
        scim,
        json!({
            "userName": "bjensen", "title": "T", "active": true, "name": {"familyName": "Jensen"},
            "emails": [{"value": "work@example.com", "type": "work", "primary": true}]
        }),
    )
}

/// Demands that a user with this attribute is refused, by POST and by PUT, and that nothing is different afterwards.
#[track_caller]
fn refused(scim: &Client, name: &str, value: &Json, scim_type: &str, hint: &str) {
    let before = scim.get("/Users").expect(200).json();
    let path = format!("/Users/{}", before["Resources"][0]["id"].as_str().unwrap());
    let mut body = user(json!({"userName": "bjensen2"}));
    body[name] = value.clone();
    for answer in [scim.post("/Users", &body), scim.put(&path, &body)] {
        let detail = answer.expect_error(400, Some(scim_type));
        assert!(detail.contains(hint), "`{hint}` is not in `{detail}`");
    }
    assert_eq!(scim.get("/Users").expect(200).json(), before);
}

#[test]
fn a_patch_without_a_path_has_no_target() {
    let (_service, scim) = strict();
    let created = barbara(&scim);
    let path = path_of(&created);
    let good = json!({"op": "replace", "path": "title", "value": "changed"});
    for bad in [
        json!({"op": "add", "value": {"nickName": "Babs"}}),
        json!({"op": "replace", "value": {"active": false}}),
        json!({"op": "replace", "value": {"name.givenName": "B"}}),
        json!({"op": "replace", "value": {"id": created.id(), "displayName": "B"}}),
        json!({"op": "remove"}),
    ] {
        for operations in [json!([bad]), json!([good, bad]), json!([bad, good])] {
            patch(&scim, &path, &operations).expect_error(400, Some("noTarget"));
            assert_eq!(scim.get(&path).json(), created.json(), "{operations}");
        }
    }
    let group = json!({"schemas": [GROUP], "displayName": "Guides"});
    let group = scim.post("/Groups", &group).expect(201);
    let rename = json!([{"op": "replace", "value": {"displayName": "Tour Guides"}}]);
    let path = format!("/Groups/{}", group.id());
    patch(&scim, &path, &rename).expect_error(400, Some("noTarget"));
    assert_eq!(scim.get(&path).json(), group.json());
}

#[test]
fn an_attribute_that_no_schema_has_is_refused() {
    let (_service, scim) = strict();
    let created = barbara(&scim);
    let path = path_of(&created);
    for (name, value, hint) in [
        ("shoeSize", json!(44), "shoeSize"),
        ("name", json!({"nonsense": "x"}), "nonsense"),
        ("emails", json!([{"value": "a", "colour": "red"}]), "colour"),
        (ENTERPRISE, json!({"shoeSize": "44"}), "shoeSize"),
        ("urn:example:shoes:1.0:User", json!({"size": 44}), "shoes"),
        (
            "schemas",
            json!([USER, "urn:example:shoes:1.0:User"]),
            "shoes",
        ),
    ] {
        refused(&scim, name, &value, "invalidSyntax", hint);
    }
    for (operation, scim_type) in [
        (
            json!({"op": "add", "path": "shoeSize", "value": 44}),
            "invalidPath",
        ),
        (
            json!({"op": "replace", "path": "name", "value": {"nonsense": "x"}}),
            "invalidSyntax",
        ),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "a", "colour": "red"}]}),
            "invalidSyntax",
        ),
    ] {
        patch(&scim, &path, &json!([operation])).expect_error(400, Some(scim_type));
        assert_eq!(scim.get(&path).json(), created.json(), "{operation}");
    }
}

#[test]
fn a_string_is_no_boolean() {
    let (_service, scim) = strict();
    let created = barbara(&scim);
    let path = path_of(&created);
    for value in ["true", "False"] {
        refused(&scim, "active", &json!(value), "invalidValue", "`active`");
        let emails = json!([{"value": "a@example.com", "primary": value}]);
        refused(&scim, "emails", &emails, "invalidValue", "`emails.primary`");
        for path_in_user in ["active", "emails[type eq \"work\"].primary"] {
            let operation = json!({"op": "replace", "path": path_in_user, "value": value});
            patch(&scim, &path, &json!([operation])).expect_error(400, Some("invalidValue"));
        }
    }
    assert_eq!(scim.get(&path).json(), created.json());
}

#[test]
fn a_single_object_is_no_list() {
    let (_service, scim) = strict();
    barbara(&scim);
    let email = json!({"value": "one@example.com", "type": "work"});
    refused(&scim, "emails", &email, "invalidValue", "`emails`");
    let role = json!({"value": "guide"});
    refused(&scim, "roles", &role, "invalidValue", "`roles`");
}

#[test]
fn a_value_path_without_a_match_has_no_target() {
    let (_service, scim) = strict();
    let created = barbara(&scim);
    let path = path_of(&created);
    let operation =
        json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x"});
    patch(&scim, &path, &json!([operation])).expect_error(400, Some("noTarget"));
    assert_eq!(scim.get(&path).json(), created.json());
}

#[test]
fn what_the_standard_has_is_understood() {
    let (_service, scim) = strict();
    let created = barbara(&scim);
    let path = path_of(&created);
    let operations = json!([
        {"op": "replace", "path": "active", "value": false},
        {"op": "add", "path": "nickname", "value": "Babs"},
        {"op": "add", "path": "emails", "value": [{"value": "home@example.com", "type": "home"}]},
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "new@example.com"},
        {"op": "add", "path": format!("{ENTERPRISE}:costCenter"), "value": "4130"},
        {"op": "remove", "path": "title"}
    ]);
    let patched = patch(&scim, &path, &operations).expect(200).json();
    assert_eq!(patched["active"], false);
    assert_eq!(patched["nickName"], "Babs");
    assert_eq!(patched["emails"][0]["value"], "new@example.com");
    assert_eq!(patched[ENTERPRISE]["costCenter"], "4130");
    assert!(patched.get("title").is_none(), "{patched}");
    // All of it back, with what is read-only, and null and [] for what is to go.
    let mut body = patched.clone();
    body["emails"] = json!([]);
    body["nickName"] = json!(null);
    body["groups"] = json!([{"value": "x"}]);
    let put = scim.put(&path, &body).expect(200).json();
    assert!(
        put.get("emails").is_none() && put.get("groups").is_none() && put.get("nickName").is_none()
    );
    assert_eq!(put["id"], patched["id"]);
    drop(scim.get(&format!("{path}?aadOptscim062020")).expect(200));
}

#[test]
fn the_mode_is_the_tenants_own_and_counts_at_once() {
    let service = Service::start();
    let (one, other) = (service.tenant(), service.tenant());
    let (ours, theirs) = (service.scim_of(&one), service.scim_of(&other));
    let body = |name: &str| user(json!({"userName": name, "active": "True", "shoeSize": 44}));
    ours.post("/Users", &body("a")).expect(201);
    set(&service, &one, "strict");
    ours.post("/Users", &body("b")).expect(400);
    theirs.post("/Users", &body("b")).expect(201);
    set(&service, &one, "compat");
    ours.post("/Users", &body("c")).expect(201);
    for mode in [json!("lenient"), json!(""), json!(1)] {
        service
            .admin()
            .patch(&format!("/tenants/{one}"), &json!({"mode": mode}))
            .expect(400);
    }
    ours.post("/Users", &body("d")).expect(201);
}
