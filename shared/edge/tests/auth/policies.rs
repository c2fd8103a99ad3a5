//! Who may ask what the policies say: provisioning tokens, and access tokens with the scope for it.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use pollster::block_on;
use rollcall_edge::policy::{self, PolicyCache};
use rollcall_service::policy::publish_policies;
use rollcall_service::{PolicyText, admin};
use serde_json::{Value as Json, json};

use crate::calls::{Opaque, revoke};
use crate::toy::Toy;
use crate::world::{World, basic_of, machine, with};

const EVALUATION: &str = "/access/v1/evaluation";

struct Answer {
    status: u16,
    challenge: Option<String>,
    text: String,
}

fn ask(world: &World, authorization: Option<&str>, body: &Json) -> Answer {
    let request = Request::post(EVALUATION).header("content-type", "application/json");
    let request = match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    };
    let request = request.body(Full::new(Bytes::from(body.to_string())));
    let cache = PolicyCache::<Toy>::default();
    let response = block_on(policy::handle(&world.ctx, &cache, request.unwrap()));
    let status = response.status().as_u16();
    let challenge = response.headers().get("www-authenticate");
    let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
    let body = block_on(response.into_body().collect()).unwrap().to_bytes();
    Answer {
        status,
        challenge,
        text: String::from_utf8(body.to_vec()).unwrap(),
    }
}

fn bearer(world: &World, token: &str, body: &Json) -> Answer {
    ask(world, Some(&format!("Bearer {token}")), body)
}

fn question(kind: &str, id: &str) -> Json {
    json!({
        "subject": {"type": kind, "id": id}, "action": {"name": "read"}, "resource": {"type": "doc", "id": "1"},
    })
}

/// A client `c` that may ask, and a policy by which people may read.
fn world() -> World {
    let world = World::new();
    let scope = json!("scim:read policy:evaluate");
    world.client("c", &with(machine(), "scope", scope));
    publish(&world, "User::* read doc::*\nClient::* read doc::*");
    world
}

pub fn publish(world: &World, policies: &str) {
    let text = PolicyText {
        policies: policies.to_owned(),
        schema: None,
    };
    block_on(publish_policies::<_, Toy>(
        &world.ctx, "default", text, None,
    ))
    .unwrap();
}

#[track_caller]
fn decides(answer: &Answer, reason: Option<&str>) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let decision: Json = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(decision["context"]["reason"].as_str(), reason, "{decision}");
    assert_eq!(decision["decision"], reason.is_none());
}

#[track_caller]
fn refused(answer: &Answer, status: u16, challenge: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let said = answer.challenge.as_deref().unwrap();
    assert!(said.starts_with(challenge), "{said}");
}

const INVALID: &str = "Bearer realm=\"policy\", error=\"invalid_token\"";

#[test]
fn provisioning_tokens_and_access_tokens_may_ask() {
    let world = world();
    let anna = question("user", &world.person("anna"));
    let issued = block_on(admin::create_token(&world.ctx, "default", "pep", None)).unwrap();
    decides(&bearer(&world, &issued.secret, &anna), None);
    let jwt = world.access_token("c", &[("scope", "policy:evaluate")]);
    decides(&bearer(&world, &jwt, &anna), None);
    let opaque = Opaque {
        scope: "policy:evaluate",
        ..Opaque::default()
    };
    let opaque = world.opaque("c", None, &opaque);
    decides(&bearer(&world, &opaque, &anna), None);
    let narrow = [("resource", "https://id.example/access/v1")];
    let narrow = world.access_token("c", &narrow);
    decides(&bearer(&world, &narrow, &anna), None);
}

/// That the scope or the audience is another one is said only to who has a live token.
#[test]
fn err_tokens_for_something_else() {
    let world = world();
    let anna = question("user", &world.person("anna"));
    let none = ask(&world, None, &anna);
    refused(&none, 401, "Bearer realm=\"policy\"");
    assert_eq!(none.challenge.as_deref(), Some("Bearer realm=\"policy\""));
    refused(&ask(&world, Some("Basic YTpi"), &anna), 401, "Bearer realm");
    for bad in [
        "x",
        "a.b.c",
        "rc_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        refused(&bearer(&world, bad, &anna), 401, INVALID);
        refused(&bearer(&world, bad, &json!({})), 401, INVALID);
    }
    let scim = world.access_token("c", &[("scope", "scim:read")]);
    let insufficient = "Bearer realm=\"policy\", error=\"insufficient_scope\"";
    for body in [&anna, &json!({})] {
        let answer = bearer(&world, &scim, body);
        refused(&answer, 403, insufficient);
        assert!(
            answer
                .challenge
                .unwrap()
                .ends_with("scope=\"policy:evaluate\"")
        );
    }
    for audience in ["https://id.example/scim/v2", "https://api.example/"] {
        let token = world.access_token("c", &[("resource", audience)]);
        refused(&bearer(&world, &token, &anna), 401, INVALID);
    }
    let headers = [("authorization", &*basic_of("c"))];
    revoke(&world.ctx, &headers, &[("token", &scim)]);
    refused(&bearer(&world, &scim, &anna), 401, INVALID);
}

/// A token that is for decisions opens no SCIM endpoint.
#[test]
fn err_a_token_for_decisions_at_a_scim_endpoint() {
    let world = world();
    let narrow = [("resource", "https://id.example/access/v1")];
    let token = world.access_token("c", &narrow);
    let headers = [("authorization", &*format!("Bearer {token}"))];
    let what = ("GET", "/scim/v2/Users");
    let answer = crate::calls::scim_request(&world.ctx, what, &headers, &Json::Null);
    assert_eq!(answer.status, 401, "{answer:?}");
}

/// An instance that remembers the token is told by the statement that decides.
#[test]
fn a_token_that_ends_asks_nothing_more() {
    let world = world();
    let person = world.person("anna");
    let anna = question("user", &person);
    let jwt = world.access_token("c", &[]);
    let draft = Opaque {
        scope: "policy:evaluate",
        ..Opaque::default()
    };
    let opaque = world.opaque("c", Some(&person), &draft);
    decides(&bearer(&world, &jwt, &anna), None);
    decides(&bearer(&world, &opaque, &anna), None);
    world.deactivate(&person);
    decides(&bearer(&world, &jwt, &anna), Some("subject_inactive"));
    refused(&bearer(&world, &opaque, &anna), 401, INVALID);
    block_on(admin::set_client_disabled(&world.ctx, "default", "c", true)).unwrap();
    refused(&bearer(&world, &jwt, &anna), 401, INVALID);
}

#[test]
fn clients_are_those_that_there_are() {
    let world = world();
    let issued = block_on(admin::create_token(&world.ctx, "default", "pep", None)).unwrap();
    let check = |id: &str, reason| {
        let answer = bearer(&world, &issued.secret, &question("client", id));
        decides(&answer, reason);
    };
    check("c", None);
    check("nobody", Some("subject_unknown"));
    block_on(admin::set_client_disabled(&world.ctx, "default", "c", true)).unwrap();
    check("c", Some("subject_inactive"));
}
