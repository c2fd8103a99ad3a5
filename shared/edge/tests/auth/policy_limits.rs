//! Rate limits of questions to policies: those under `/access/v1` count, uploads count as the admin API does, and what
//! the SCIM endpoints ask does not count at all.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use pollster::block_on;
use rollcall_edge::policy::{self, PolicyCache};
use rollcall_service::limits::{LimitSettings, Rate};
use rollcall_service::{Config, Ctx, TokenHash, admin};
use rollcall_store::Credential;
use rollcall_store::rusqlite::File;
use serde_json::{Value as Json, json};

use crate::policies::publish;
use crate::toy::Toy;
use crate::world::{MASTER, World, config};

const EVALUATION: &str = "/access/v1/evaluation";
const UPLOADS: &str = "/admin/v1/tenants/default/policies";

fn rate(text: &str) -> Option<Rate> {
    Rate::parse(text).unwrap()
}

/// A world with policies, an instance with limits, and two provisioning tokens.
fn world(limits: LimitSettings, admin_limits: LimitSettings) -> (World, Ctx<File>, [String; 2]) {
    let world = World::new();
    publish(&world, "* * *");
    let token = |name| block_on(admin::create_token(&world.ctx, "default", name, None));
    let tokens = ["a", "b"].map(|name| token(name).unwrap().secret);
    let instance = world.instance(Config {
        limits,
        admin_limits,
        admin_token: Some("operator".to_owned()),
        ..config(Some(MASTER))
    });
    (world, instance, tokens)
}

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

fn send(ctx: &Ctx<File>, what: (&str, &str), token: Option<&str>, body: &Json) -> Answer {
    let (method, path) = what;
    let request = Request::builder().method(method).uri(path);
    let request = request
        .header("spin-client-addr", "192.0.2.1:53412")
        .header("x-request-id", "7")
        .header("content-type", "application/json");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    let request = request.body(Full::new(Bytes::from(body.to_string())));
    let cache = PolicyCache::<Toy>::default();
    let response = block_on(policy::handle(ctx, &cache, request.unwrap()));
    let (head, body) = response.into_parts();
    let body = block_on(body.collect()).unwrap().to_bytes();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        text: String::from_utf8(body.to_vec()).unwrap(),
    }
}

fn ask(ctx: &Ctx<File>, token: &str) -> Answer {
    let question = json!({
        "subject": {"type": "client", "id": "c"}, "action": {"name": "read"}, "resource": {"type": "doc", "id": "1"},
    });
    send(ctx, ("POST", EVALUATION), Some(token), &question)
}

#[test]
fn who_asks_too_much_is_told_when_to_come_again() {
    let limits = LimitSettings {
        client: rate("2/1m"),
        ..LimitSettings::default()
    };
    let (world, ctx, [a, b]) = world(limits, LimitSettings::default());
    let policy = Some("\"client\";q=2;w=60");
    let first = ask(&ctx, &a);
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(first.header("ratelimit-policy"), policy);
    assert_eq!(first.header("ratelimit"), Some("\"client\";r=1;t=30"));
    assert_eq!(ask(&ctx, &a).status, 200);

    let refused = ask(&ctx, &a);
    assert_eq!(refused.status, 429, "{}", refused.text);
    assert_eq!(refused.header("retry-after"), Some("30"));
    assert_eq!(refused.header("ratelimit-policy"), policy);
    assert_eq!(refused.header("ratelimit"), Some("\"client\";r=0;t=30"));
    assert_eq!(refused.header("www-authenticate"), None);
    assert_eq!(refused.header("x-request-id"), Some("7"));
    let expected = "there are too many requests of this client: send it again in 30 s";
    assert_eq!(refused.text, expected);

    assert_eq!(ask(&ctx, &b).status, 200);
    world.pass(30);
    assert_eq!(ask(&ctx, &a).status, 200);
}

#[test]
fn an_address_and_a_tenant_have_limits_too_and_metadata_has_none() {
    let limits = LimitSettings {
        tenant: rate("3/1m"),
        address: rate("2/1m"),
        ..LimitSettings::default()
    };
    let (_world, ctx, [a, b]) = world(limits, LimitSettings::default());
    // A wrong token costs a place, as it does elsewhere; none at all is refused for its form.
    assert_eq!(
        send(&ctx, ("POST", EVALUATION), None, &json!({})).status,
        401
    );
    assert_eq!(ask(&ctx, "a guess").status, 401);
    let second = ask(&ctx, &a);
    assert_eq!(second.status, 200);
    let limit = "\"tenant\";r=1;t=40, \"address\";r=0;t=30";
    assert_eq!(second.header("ratelimit"), Some(limit));
    assert_eq!(ask(&ctx, &b).status, 429);
    let metadata = ("GET", "/.well-known/authzen-configuration");
    let metadata = send(&ctx, metadata, None, &Json::Null);
    assert_eq!(metadata.status, 200);
    assert_eq!(metadata.header("ratelimit"), None);
}

#[test]
fn uploads_count_as_the_admin_api_does() {
    let one = LimitSettings {
        address: rate("1/1m"),
        ..LimitSettings::default()
    };
    let failures = LimitSettings {
        failures: rate("2/1m"),
        ..LimitSettings::default()
    };
    let (_world, ctx, [a, _]) = world(one, failures);
    let list = |token| send(&ctx, ("GET", UPLOADS), Some(token), &Json::Null);
    for _ in 0..5 {
        let listed = list("operator");
        assert_eq!((listed.status, listed.header("ratelimit")), (200, None));
    }
    assert_eq!([ask(&ctx, &a).status, ask(&ctx, &a).status], [200, 429]);
    assert_eq!(list("operator").status, 200);
    let guesses = [list("a guess").status, list("a guess").status];
    assert_eq!((guesses, list("operator").status), ([401, 401], 429));

    let (_world, ctx, [a, _]) = world(LimitSettings::default(), one);
    let list = || send(&ctx, ("GET", UPLOADS), Some("operator"), &Json::Null).status;
    assert_eq!([list(), list()], [200, 429]);
    let free = ask(&ctx, &a);
    assert_eq!((free.status, free.header("ratelimit")), (200, None));
}

#[test]
fn what_the_scim_endpoints_ask_is_not_limited() {
    let one = LimitSettings {
        tenant: rate("1/1h"),
        client: rate("1/1h"),
        address: rate("1/1h"),
        failures: None,
    };
    let (_world, ctx, [a, _]) = world(one, one);
    assert_eq!([ask(&ctx, &a).status, ask(&ctx, &a).status], [200, 429]);
    let token = Credential::Provisioning(TokenHash::of(&a)).to_json();
    let question = json!([
        "default",
        token,
        null,
        null,
        [["scim:list", "User", null, false]]
    ]);
    for _ in 0..5 {
        let answer = send(&ctx, ("POST", "/enforce"), None, &question);
        assert_eq!((answer.status, answer.header("ratelimit")), (204, None));
    }
}
