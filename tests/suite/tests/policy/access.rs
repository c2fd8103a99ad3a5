//! `POST /access/v1/evaluation` and `/access/v1/search/action`.

use rollcall_suite::Client;
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::{Fixture, ask, question, refused};

#[test]
fn policies_permit_and_forbid_and_the_answer_says_why_not() {
    let fixture = Fixture::with_policies();
    let id = fixture.user("anna", &json!({}));
    let owned = json!({"owner": {"type": "User", "id": id}});
    fixture.check(&question("anna", "read", &json!({"public": true})), None);
    fixture.check(&question("anna", "read", &json!({})), Some("not_permitted"));
    let mut write = question("anna", "write", &owned);
    let forbidden = fixture.decide(&write);
    let expected =
        json!({"decision": false, "context": {"reason": "forbidden", "policies": ["mfa"]}});
    assert_eq!(forbidden, expected);
    write["context"] = json!({"mfa": true});
    fixture.check(&write, None);
}

#[test]
fn properties_of_actions_are_in_the_context() {
    let fixture = Fixture::new();
    fixture.user("anna", &json!({}));
    let policies = "permit(principal, action, resource) when { context.action.method == \"GET\" };";
    fixture.publish(policies, &json!(null));
    let mut asked = question("anna", "read", &json!({}));
    fixture.check(&asked, Some("not_permitted"));
    asked["action"]["properties"] = json!({"method": "GET"});
    fixture.check(&asked, None);
}

#[test]
fn what_the_schema_does_not_have_is_no() {
    let fixture = Fixture::with_policies();
    fixture.user("anna", &json!({}));
    let fly = question("anna", "fly", &json!({"public": true}));
    fixture.check(&fly, Some("invalid_request"));
    let mut planet = question("anna", "read", &json!({}));
    planet["resource"]["type"] = json!("planet");
    fixture.check(&planet, Some("invalid_request"));
    planet["resource"]["type"] = json!("a b");
    fixture.check(&planet, Some("invalid_request"));
    let public = question("anna", "read", &json!({"public": "yes"}));
    fixture.check(&public, Some("invalid_request"));
    let mut circumstances = question("anna", "read", &json!({"public": true}));
    circumstances["context"] = json!({"weather": "good"});
    fixture.check(&circumstances, Some("invalid_request"));
}

#[test]
fn without_policies_the_answer_is_no() {
    let fixture = Fixture::new();
    fixture.user("anna", &json!({}));
    fixture.check(&question("anna", "read", &json!({})), Some("no_policies"));
}

#[test]
fn a_search_finds_the_actions_that_are_permitted() {
    let fixture = Fixture::with_policies();
    let id = fixture.user("anna", &json!({}));
    let mut asked = question("anna", "x", &json!({"owner": {"type": "User", "id": id}}));
    asked.as_object_mut().unwrap().remove("action");
    let search = |asked: &Json| fixture.ask("search/action", asked).expect(200).json();
    assert_eq!(search(&asked), json!({"results": [{"name": "read"}]}));
    asked["context"] = json!({"mfa": true});
    let both = json!({"results": [{"name": "read"}, {"name": "write"}]});
    assert_eq!(search(&asked), both);
    asked["subject"]["id"] = json!("nobody");
    let none = json!({"results": [], "context": {"reason": "subject_unknown"}});
    assert_eq!(search(&asked), none);
}

#[test]
fn a_request_id_comes_back_with_every_answer() {
    let fixture = Fixture::with_policies();
    fixture.user("anna", &json!({}));
    let id = "bfe9eb29-ab87 4ca3;x=1";
    let headers = [("content-type", "application/json"), ("x-request-id", id)];
    let body = question("anna", "read", &json!({})).to_string();
    for (method, body, token, status) in [
        (
            Method::POST,
            body.as_str(),
            fixture.pdp.token.as_deref(),
            200,
        ),
        (Method::POST, "{}", fixture.pdp.token.as_deref(), 400),
        (Method::POST, "{}", None, 401),
        (Method::PUT, "{}", None, 405),
    ] {
        let pdp = fixture.pdp.with_token(token);
        let answer = pdp.send(
            &method,
            "/access/v1/evaluation",
            &headers,
            Some(body.as_bytes()),
        );
        assert_eq!(answer.expect(status).header("x-request-id"), Some(id));
    }
    let answer = fixture.decide(&question("anna", "read", &json!({"public": true})));
    assert_eq!(answer, json!({"decision": true}));
}

#[test]
fn err_only_a_token_of_the_tenant_may_ask() {
    let fixture = Fixture::with_policies();
    let other = Fixture::new();
    let asked = question("anna", "read", &json!({"public": true}));
    let admin = fixture.admin.token.clone();
    for token in [None, Some("x".to_owned()), other.pdp.token, admin] {
        let stranger = fixture.pdp.with_token(token.as_deref());
        for body in [&asked, &json!({})] {
            for endpoint in ["evaluation", "evaluations", "search/action"] {
                refused(ask(&stranger, endpoint, body), 401, "token");
            }
        }
    }
}

#[test]
fn err_a_token_that_is_deleted_asks_nothing_any_more() {
    let fixture = Fixture::with_policies();
    fixture.user("anna", &json!({}));
    let asked = question("anna", "read", &json!({"public": true}));
    let issued = fixture
        .admin
        .post("/tokens", &json!({"name": "pep"}))
        .expect(201)
        .json();
    let pep = Client::new(
        fixture.pdp.base.clone(),
        issued["token"].as_str().map(str::to_owned),
    );
    for _ in 0..5 {
        ask(&pep, "evaluation", &asked).expect(200);
    }
    let id = issued["id"].as_str().unwrap_or_default();
    fixture.admin.delete(&format!("/tokens/{id}")).expect(204);
    for _ in 0..5 {
        refused(ask(&pep, "evaluation", &asked), 401, "token");
        refused(ask(&pep, "evaluation", &json!({})), 401, "token");
        ask(&fixture.pdp, "evaluation", &asked).expect(200);
    }
}

#[test]
fn the_default_tenant_is_at_the_root() {
    let fixture = Fixture::new();
    let token = fixture.service.scim_of("default").token;
    let root = Client::new(fixture.service.base_url.clone(), token);
    let answer = ask(&root, "evaluation", &question("nobody", "read", &json!({})));
    assert_eq!(answer.expect(200).json()["decision"], false);
}
