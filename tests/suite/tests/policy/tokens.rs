//! Access tokens of the authorization server at the AuthZEN API.

use rollcall_suite::{Answer, Client};
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::{Fixture, ask, question};

/// A client of a tenant's authorization server.
pub struct Machine {
    pub id: String,
    secret: String,
    issuer: String,
}

impl Machine {
    /// Registers one that may have tokens of this scope.
    #[track_caller]
    pub fn new(fixture: &Fixture, scope: &str) -> Self {
        let body = json!({
            "client_name": "Robot", "grant_types": ["client_credentials"], "scope": scope,
            "token_endpoint_auth_method": "client_secret_post",
        });
        let created = fixture.admin.post("/clients", &body).expect(201).json();
        let text = |name: &str| created[name].as_str().unwrap().to_owned();
        Self {
            id: text("client_id"),
            secret: text("client_secret"),
            issuer: fixture.pdp.base.clone(),
        }
    }

    /// An access token, with these parameters beside the usual ones.
    #[track_caller]
    pub fn token(&self, more: &str) -> String {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}{more}",
            self.id, self.secret
        );
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let endpoint = Client::new(self.issuer.clone(), None);
        let answer = endpoint.send(
            &Method::POST,
            "/oauth/token",
            &headers,
            Some(form.as_bytes()),
        );
        let issued = answer.expect(200).json();
        issued["access_token"].as_str().unwrap().to_owned()
    }
}

fn evaluate(fixture: &Fixture, token: &str, body: &Json) -> Answer {
    ask(&fixture.pdp.with_token(Some(token)), "evaluation", body)
}

#[test]
fn a_client_with_the_scope_asks() {
    let fixture = Fixture::with_policies();
    fixture.user("anna", &json!({}));
    let asked = question("anna", "read", &json!({"public": true}));
    let machine = Machine::new(&fixture, "policy:evaluate scim:read");
    let token = machine.token("");
    for _ in 0..3 {
        let answer = evaluate(&fixture, &token, &asked).expect(200).json();
        assert_eq!(answer, json!({"decision": true}));
    }
    let narrow = machine.token("&scope=scim%3Aread");
    let answer = evaluate(&fixture, &narrow, &asked).expect(403);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("error=\"insufficient_scope\"")
            && challenge.ends_with("scope=\"policy:evaluate\""),
        "{challenge}"
    );
    let other = Fixture::with_policies();
    evaluate(&other, &token, &asked).expect(401);
    let path = format!("/clients/{}/disable", machine.id);
    fixture.admin.post(&path, &json!({})).expect(200);
    evaluate(&fixture, &token, &asked).expect(401);
    evaluate(&fixture, &token, &json!({})).expect(401);
}

#[test]
fn a_client_is_a_subject_that_has_to_be_there() {
    let fixture = Fixture::new();
    fixture.publish(
        "permit(principal is Client, action, resource);",
        &json!(null),
    );
    let machine = Machine::new(&fixture, "app");
    let client = |id: &str| {
        let mut asked = question("x", "read", &json!({}));
        asked["subject"] = json!({"type": "client", "id": id});
        asked
    };
    fixture.check(&client(&machine.id), None);
    fixture.check(&client("nobody"), Some("subject_unknown"));
    let path = format!("/clients/{}/disable", machine.id);
    fixture.admin.post(&path, &json!({})).expect(200);
    fixture.check(&client(&machine.id), Some("subject_inactive"));
}
