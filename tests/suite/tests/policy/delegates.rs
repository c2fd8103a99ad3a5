//! Policies at the admin API, through the components. Which request needs which action is tested natively, in
//! `shared/edge/tests/auth/delegates.rs`.

use rollcall_suite::{Answer, Client};
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::tokens::Machine;
use crate::{Fixture, PATCH_OP, problem};

const RULES: &str = r#"
@id("help-desk")
permit(
    principal is Client,
    action in [Action::"admin:revoke", Action::"admin:restore", Action::"admin:purge"],
    resource is User
) unless { resource has groupNames && resource.groupNames.contains("Administrators") };

@id("guests")
forbid(principal, action == Action::"admin:purge", resource)
unless { resource has userType && resource.userType == "Guest" };

@id("list")
permit(principal is Client, action == Action::"admin:list", resource);
"#;

const TYPES: &str = r#"
entity Group;
entity User in [Group] { userType?: String, groupNames?: Set<String> };
entity Client, ResourceType;
action "admin:revoke", "admin:restore", "admin:purge" appliesTo { principal: [User, Client], resource: [User] };
action "admin:list" appliesTo { principal: [User, Client], resource: [ResourceType] };
"#;

/// A tenant that keeps deleted people, and does not enforce its policies yet: the provisioning token has some work to do.
fn fixture() -> Fixture {
    let fixture = Fixture::new();
    let body = json!({"retentionDays": 30});
    fixture.admin.patch("", &body).expect(200);
    fixture
}

impl Fixture {
    /// The admin API with an access token of this scope, and the id of its client.
    fn delegate(&self, scope: &str) -> (Client, String) {
        let machine = Machine::new(self, scope);
        let token = machine.token("");
        (self.admin.with_token(Some(&token)), machine.id)
    }

    fn delete_user(&self, id: &str) {
        self.scim.delete(&format!("/Users/{id}")).expect(204);
    }
}

fn restore(admin: &Client, id: &str) -> Answer {
    admin.send(&Method::POST, &format!("/deleted/{id}/restore"), &[], None)
}

fn purge(admin: &Client, id: &str) -> Answer {
    admin.delete(&format!("/deleted/{id}"))
}

fn revoke(admin: &Client, id: &str) -> Answer {
    admin.send(&Method::POST, &format!("/users/{id}/revoke"), &[], None)
}

#[track_caller]
fn denied(answer: Answer, action: &str) {
    let hint = format!("the policies do not permit `{action}` with ");
    problem(answer, 403, &hint);
}

#[test]
fn a_client_administers_whom_the_policies_let_it() {
    let fixture = fixture();
    let anna = fixture.user("anna", &json!({"userType": "Guest"}));
    let bert = fixture.user("bert", &json!({}));
    let root = fixture.user("root", &json!({"userType": "Guest"}));
    fixture.group("Administrators", &[&root]);
    fixture.enforce(true);
    let (desk, client) = fixture.delegate("admin:people");
    // Without policies, nothing is permitted.
    denied(revoke(&desk, &anna), "admin:revoke");
    denied(desk.get("/deleted"), "admin:list");
    fixture.publish(RULES, &json!(TYPES));
    revoke(&desk, &anna).expect(204);
    denied(revoke(&desk, &root), "admin:revoke");
    problem(revoke(&desk, "nobody"), 404, "nobody");

    fixture.enforce(false);
    for id in [&anna, &bert, &root] {
        fixture.delete_user(id);
    }
    problem(desk.get("/deleted"), 403, "`enforcePolicies`");
    fixture.enforce(true);
    let kept = desk.get("/deleted").expect(200).json();
    assert_eq!(kept["deleted"].as_array().unwrap().len(), 3);
    denied(restore(&desk, &root), "admin:restore");
    denied(purge(&desk, &root), "admin:purge");
    denied(purge(&desk, &bert), "admin:purge");
    let back = restore(&desk, &bert).expect(200).json();
    assert_eq!(back["userName"], "bert");
    purge(&desk, &anna).expect(204);
    problem(restore(&desk, &anna), 404, "nobody with the id");
    // The operator's token is above the policies.
    restore(&fixture.admin, &root).expect(200);

    let log = fixture.admin.get("/changes").expect(200).json();
    let log = log["changes"].as_array().unwrap();
    let done = |operation: &str, id: &str| {
        let found = log
            .iter()
            .find(|change| change["operation"] == operation && change["id"] == id);
        found.unwrap()["actor"].as_str().unwrap().to_owned()
    };
    let actor = format!("client:{client}");
    assert_eq!(done("revoke", &anna), actor);
    assert_eq!(done("restore", &bert), actor);
    assert_eq!(done("purge", &anna), actor);
    assert_eq!(done("restore", &root), "admin");
}

/// Policies see the groups that a deleted person would be in again, and no others.
#[test]
fn a_deleted_person_is_in_the_groups_that_restoring_brings_back() {
    let fixture = fixture();
    let names = ["direct", "nested", "former", "free"];
    let [direct, nested, former, free] = names.map(|name| fixture.user(name, &json!({})));
    let inner = fixture.group("Operations", &[&nested]);
    let outer = fixture.group("Administrators", &[&direct, &inner]);
    let gone = fixture.group("Administrators", &[&former]);
    for id in [&direct, &nested, &former, &free] {
        fixture.delete_user(id);
    }
    fixture.scim.delete(&format!("/Groups/{gone}")).expect(204);
    fixture.publish(RULES, &json!(TYPES));
    fixture.enforce(true);
    let (desk, client) = fixture.delegate("admin:people");
    denied(restore(&desk, &direct), "admin:restore");
    denied(restore(&desk, &nested), "admin:restore");
    restore(&desk, &former).expect(200);
    restore(&desk, &free).expect(200);

    fixture.enforce(false);
    let operation = json!({"op": "remove", "path": "members"});
    let body = json!({"schemas": [PATCH_OP], "Operations": [operation]});
    fixture
        .scim
        .patch(&format!("/Groups/{outer}"), &body)
        .expect(200);
    fixture.enforce(true);
    restore(&desk, &nested).expect(200);
    let log = fixture.admin.get("/changes").expect(200).json();
    // The group that got them back is in the log, too, and it is the caller who changed it.
    let mut log = log["changes"].as_array().unwrap().iter();
    let last = log
        .rfind(|change| change["resourceType"] == "Group")
        .unwrap();
    assert_eq!(last["id"], inner);
    assert_eq!(last["actor"], format!("client:{client}"));
    fixture.enforce(false);
    let shown = fixture.scim.get(&format!("/Users/{nested}")).expect(200);
    assert_eq!(shown.json()["groups"][0]["value"], inner);
}

#[test]
fn err_what_is_taken_meanwhile_is_not_told_of() {
    let fixture = fixture();
    let anna = fixture.user("anna", &json!({}));
    fixture.delete_user(&anna);
    let other = fixture.user("anna", &json!({}));
    fixture.publish(RULES, &json!(TYPES));
    fixture.enforce(true);
    let (desk, _) = fixture.delegate("admin:people");
    let refused = problem(restore(&desk, &anna), 409, "is taken by somebody else");
    assert!(!refused.to_string().contains(&other), "{refused}");
    problem(restore(&fixture.admin, &anna), 409, &other);
}

#[test]
fn err_a_token_that_is_none_for_this() {
    let fixture = fixture();
    fixture.publish("permit(principal, action, resource);", &Json::Null);
    fixture.enforce(true);
    let (desk, client) = fixture.delegate("admin:people");
    let (reader, _) = fixture.delegate("scim:read");
    let other = self::fixture();
    other.publish("permit(principal, action, resource);", &Json::Null);
    other.enforce(true);
    let stranger = other.admin.with_token(desk.token.as_deref());
    desk.get("/deleted").expect(200);
    let unauthenticated = |answer: Answer, challenge: &str| {
        let answer = answer.expect(401);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        let said = answer.header("www-authenticate").unwrap();
        assert!(said.starts_with(challenge), "{said}");
    };
    let invalid = "Bearer realm=\"admin\", error=\"invalid_token\"";
    unauthenticated(stranger.get("/deleted"), invalid);
    unauthenticated(fixture.admin.with_token(None).get("/deleted"), "Bearer");
    let provisioning = fixture.admin.with_token(fixture.scim.token.as_deref());
    unauthenticated(provisioning.get("/deleted"), "Bearer realm=\"admin\"");
    for path in ["", "/clients", "/changes", "/tokens", "/policies", "/keys"] {
        unauthenticated(desk.get(path), "Bearer realm=\"admin\"");
    }
    let refused = reader.get("/deleted").expect(403);
    let said = refused.header("www-authenticate").unwrap();
    assert!(said.contains("error=\"insufficient_scope\""), "{said}");
    assert!(said.ends_with("scope=\"admin:people\""), "{said}");
    // What it hangs on has ended.
    let disable = format!("/clients/{client}/disable");
    fixture.admin.post(&disable, &json!({})).expect(200);
    unauthenticated(desk.get("/deleted"), invalid);
    unauthenticated(restore(&desk, "x"), invalid);
}
