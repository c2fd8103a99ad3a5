//! Policies: the AuthZEN API over the people and groups that SCIM brings, and the operator's side of it.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

mod access;
mod admin;
mod bad_input;
mod batch;
mod delegates;
mod docs;
mod enforce;
mod metadata;
mod people;
mod tokens;

use rollcall_suite::{Answer, Client, Service};
use serde_json::{Value as Json, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const SCHEMA: &str = r#"
entity Group;
entity User in [Group] {
    userName: String, active?: Bool, department?: String, groupNames: Set<String>, manager?: User, ip?: String
};
entity document { owner?: User, public?: Bool };
action read, write appliesTo {
    principal: [User, Group], resource: [document, User], context: { mfa?: Bool, action?: { method: String } }
};
"#;

const POLICIES: &str = r#"
@id("public")
permit(principal, action == Action::"read", resource is document) when { resource has public && resource.public };

@id("staff")
permit(principal is User, action == Action::"read", resource is document) when { principal.groupNames.contains("Staff") };

@id("owner")
permit(principal is User, action, resource is document) when { resource has owner && resource.owner == principal };

@id("manager")
permit(principal is User, action, resource is User) when { resource has manager && resource.manager == principal };

@id("mfa")
forbid(principal, action == Action::"write", resource) unless { context has mfa && context.mfa };
"#;

/// A tenant, and clients of its APIs.
struct Fixture {
    service: Service,
    tenant: String,
    /// The admin API, at the tenant.
    admin: Client,
    scim: Client,
    /// What stands before `/access/v1`.
    pdp: Client,
}

impl Fixture {
    fn new() -> Self {
        let service = Service::start();
        let tenant = service.tenant();
        let mut admin = service.admin();
        admin.base = format!("{}/tenants/{tenant}", admin.base);
        let scim = service.scim_of(&tenant);
        let base = format!("{}/t/{tenant}", service.base_url);
        Self {
            pdp: Client::new(base, scim.token.clone()),
            service,
            tenant,
            admin,
            scim,
        }
    }

    /// A tenant with [`POLICIES`] and [`SCHEMA`].
    #[track_caller]
    fn with_policies() -> Self {
        let fixture = Self::new();
        fixture.publish(POLICIES, &json!(SCHEMA));
        fixture
    }

    /// Uploads policies, and returns their version.
    #[track_caller]
    fn publish(&self, policies: &str, schema: &Json) -> u64 {
        let body = json!({"policies": policies, "schema": schema});
        let uploaded = self.admin.post("/policies", &body).expect(201).json();
        uploaded["version"].as_u64().unwrap()
    }

    /// Creates a person with these attributes, and returns their id.
    #[track_caller]
    fn user(&self, name: &str, more: &Json) -> String {
        let mut body = json!({"schemas": [USER, ENTERPRISE], "userName": name});
        let members = body.as_object_mut().unwrap();
        members.extend(more.as_object().cloned().unwrap_or_default());
        self.scim.post("/Users", &body).expect(201).id()
    }

    #[track_caller]
    fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<_> = members.iter().map(|id| json!({"value": id})).collect();
        let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
        self.scim.post("/Groups", &body).expect(201).id()
    }

    /// Sets one attribute of a person.
    #[track_caller]
    fn set(&self, id: &str, path: &str, value: &Json) {
        let operation = json!({"op": "replace", "path": path, "value": value});
        let body = json!({"schemas": [PATCH_OP], "Operations": [operation]});
        self.scim.patch(&format!("/Users/{id}"), &body).expect(200);
    }

    fn ask(&self, endpoint: &str, body: &Json) -> Answer {
        ask(&self.pdp, endpoint, body)
    }

    /// The answer to one question.
    #[track_caller]
    fn decide(&self, body: &Json) -> Json {
        self.ask("evaluation", body).expect(200).json()
    }

    /// Demands a yes, or a no for this reason.
    #[track_caller]
    fn check(&self, body: &Json, reason: Option<&str>) {
        let decision = self.decide(body);
        match reason {
            None => assert_eq!(decision, json!({"decision": true}), "{body}"),
            Some(reason) => {
                assert_eq!(decision["decision"], false, "{body}: {decision}");
                assert_eq!(decision["context"]["reason"], reason, "{body}: {decision}");
            }
        }
    }
}

fn ask(pdp: &Client, endpoint: &str, body: &Json) -> Answer {
    let headers = [("content-type", "application/json")];
    let path = format!("/access/v1/{endpoint}");
    pdp.send_json(&ureq::http::Method::POST, &path, &headers, body)
}

/// May this person do this with this document?
fn question(subject: &str, action: &str, document: &Json) -> Json {
    json!({
        "subject": {"type": "user", "id": subject},
        "action": {"name": action},
        "resource": {"type": "document", "id": "1", "properties": document},
    })
}

/// Demands an error in the standard's form: a status, and a message as text.
#[track_caller]
fn refused(answer: Answer, status: u16, hint: &str) {
    let answer = answer.expect(status);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert!(
        answer.text.contains(hint),
        "`{hint}` is not in {}",
        answer.text
    );
    assert!(answer.text.len() < 500, "a long message: {}", answer.text);
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    assert_eq!(
        status == 401,
        challenge.starts_with("Bearer"),
        "{challenge}"
    );
}

/// Demands a problem (RFC 9457) of this status whose detail has `hint` in it.
#[track_caller]
fn problem(answer: Answer, status: u16, hint: &str) -> Json {
    let answer = answer.expect(status);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let problem = answer.json();
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(hint), "`{hint}` is not in {problem}");
    assert!(detail.len() < 500, "a long detail: {detail}");
    problem
}
