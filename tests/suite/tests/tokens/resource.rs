//! Access tokens at the SCIM service: attack cases 26 and 23.

use rollcall_suite::{Answer, Client};
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::dpop::Bound;
use crate::signer::{Key, ath};
use crate::trusted::Trusting;
use crate::world::{
    API, Machine, UNKNOWN, USER, World, at_once, count, deactivation, issued, machine, now_secs,
    with,
};

const INVALID: &str = "Bearer realm=\"scim\", error=\"invalid_token\"";
const INSUFFICIENT: &str = "Bearer realm=\"scim\", error=\"insufficient_scope\"";
const BAD_PROOF: &str = "DPoP realm=\"scim\", error=\"invalid_dpop_proof\"";

/// Demands a SCIM error with a challenge that begins so.
#[track_caller]
pub fn refused_at_scim(answer: &Answer, status: u16, challenge: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let error = answer.json();
    assert_eq!(error["status"], status.to_string());
    assert!(!error["detail"].as_str().unwrap().is_empty());
    let content_type = answer.header("content-type");
    assert_eq!(content_type, Some("application/scim+json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let said = answer.header("www-authenticate").unwrap_or_default();
    assert!(said.starts_with(challenge), "{said}");
}

fn user(name: &str) -> Json {
    json!({"schemas": [USER], "userName": name})
}

#[test]
fn the_challenge_says_what_was_wrong_with_the_token() {
    let world = World::new();
    let client = world.machine();
    // Nothing is said to who has sent none.
    let stranger = world.scim.with_token(None);
    let basic = client.basic();
    for headers in [&[][..], &[("authorization", &*basic)]] {
        let answer = stranger.send(&Method::GET, "/Users", headers, None);
        refused_at_scim(&answer, 401, "");
        let said = answer.header("www-authenticate");
        assert_eq!(said, Some("Bearer realm=\"scim\""));
    }
    for bad in [
        "x",
        "a.b.c",
        UNKNOWN[0],
        UNKNOWN[1],
        UNKNOWN[2],
        &client.secret,
    ] {
        refused_at_scim(&world.users(bad), 401, INVALID);
        // Whatever else is wrong, nobody is told.
        let stranger = world.scim.with_token(Some(bad));
        refused_at_scim(&stranger.get("/Nonsense"), 401, INVALID);
        let answer = stranger.send(&Method::POST, "/Users", &[], Some(b"{"));
        refused_at_scim(&answer, 401, INVALID);
        refused_at_scim(&stranger.get("/Users?filter=x"), 401, INVALID);
    }
    let token = world.access_token(&client, &[]);
    let lower = format!("bearer {token}");
    let answer = stranger.send(&Method::GET, "/Users", &[("authorization", &lower)], None);
    answer.expect(200);
    // Not in the address, where logs would have it (RFC 6750 §2.3), and not twice.
    let answer = stranger.get(&format!("/Users?access_token={token}"));
    refused_at_scim(&answer, 401, "Bearer realm=\"scim\"");
    let twice = [("authorization", &*lower), ("authorization", &*lower)];
    let answer = stranger.send(&Method::GET, "/Users", &twice, None);
    refused_at_scim(&answer, 401, "Bearer realm=\"scim\"");
}

#[test]
fn err_a_token_for_someone_else() {
    let world = World::new();
    for client in [world.machine(), world.opaque()] {
        let api = world.access_token(&client, &[("resource", API)]);
        refused_at_scim(&world.users(&api), 401, INVALID);
        let scim = format!("{}/scim/v2", world.issuer);
        let ours = world.access_token(&client, &[("resource", &scim)]);
        world.users(&ours).expect(200);
        let both = world.access_token(&client, &[("resource", &scim), ("resource", API)]);
        world.users(&both).expect(200);
    }
}

/// What a request needs, and what it is refused with for want of it.
struct Need {
    method: Method,
    path: String,
    body: Json,
    /// Scopes of which each alone will do.
    any: &'static [&'static str],
    /// What the challenge names.
    named: &'static str,
}

fn needs(person: &str, group: &str) -> Vec<Need> {
    let need = |method, path: &str, body, any, named| Need {
        method,
        path: path.to_owned(),
        body,
        any,
        named,
    };
    let read_users: &[&str] = &["scim:read", "scim:users:read"];
    let write_users: &[&str] = &["scim:write", "scim:users:write"];
    let read_groups: &[&str] = &["scim:read", "scim:groups:read"];
    let write_groups: &[&str] = &["scim:write", "scim:groups:write"];
    let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]});
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "PATCH", "path": format!("/Users/{person}"), "data": deactivation()}],
    });
    let put = user("ada");
    let member = json!({
        "schemas": [crate::world::PATCH_OP],
        "Operations": [{"op": "add", "path": "members", "value": [{"value": person}]}],
    });
    let none = Json::Null;
    let (one, members) = (format!("/Users/{person}"), format!("/Groups/{group}"));
    vec![
        need(
            Method::GET,
            "/Users",
            none.clone(),
            read_users,
            "scim:users:read",
        ),
        need(
            Method::GET,
            &one,
            none.clone(),
            read_users,
            "scim:users:read",
        ),
        need(
            Method::POST,
            "/Users/.search",
            search.clone(),
            read_users,
            "scim:users:read",
        ),
        need(
            Method::GET,
            "/Groups",
            none.clone(),
            read_groups,
            "scim:groups:read",
        ),
        need(Method::PUT, &one, put, write_users, "scim:users:write"),
        need(
            Method::PATCH,
            &one,
            deactivation(),
            write_users,
            "scim:users:write",
        ),
        need(
            Method::PATCH,
            &members,
            member,
            write_groups,
            "scim:groups:write",
        ),
        need(Method::POST, "/Bulk", bulk, write_users, "scim:users:write"),
        need(Method::GET, "/", none, &["scim:read"], "scim:read"),
        need(
            Method::POST,
            "/.search",
            search,
            &["scim:read"],
            "scim:read",
        ),
    ]
}

const SCOPES: [&str; 8] = [
    "scim:read",
    "scim:write",
    "scim:users:read",
    "scim:users:write",
    "scim:groups:read",
    "scim:groups:write",
    "scim:me:read",
    "openid",
];

/// By scope, with tokens of either kind.
#[test]
fn scopes_are_for_a_type_and_a_verb() {
    let world = World::new();
    let person = world.person("ada");
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "g",
    });
    let group = world.scim.post("/Groups", &body).expect(201).id();
    for format in ["jwt", "opaque"] {
        let metadata = with(machine(), "scope", json!(SCOPES.join(" ")));
        let client = world.client(&with(metadata, "tokenFormat", json!(format)));
        for scope in SCOPES {
            let token = world.access_token(&client, &[("scope", scope)]);
            let scim = world.scim.with_token(Some(&token));
            for need in needs(&person, &group) {
                let answer = match &need.body {
                    Json::Null => scim.send(&need.method, &need.path, &[], None),
                    body => scim.send_json(&need.method, &need.path, &[], body),
                };
                let what = format!("{scope}: {} {}", need.method, need.path);
                if need.any.contains(&scope) {
                    assert!(answer.status < 300, "{what}: {}", answer.text);
                } else {
                    assert_eq!(answer.status, 403, "{what}: {}", answer.text);
                    refused_at_scim(&answer, 403, INSUFFICIENT);
                    let said = answer.header("www-authenticate").unwrap();
                    let named = format!("scope=\"{}\"", need.named);
                    assert!(said.ends_with(&named), "{what}: {said}");
                }
            }
            // What the service is, any live token may know.
            scim.get("/ServiceProviderConfig").expect(200);
        }
    }
}

/// That a scope is too small is said only to who has a live token, and a write that it does not permit is not done.
#[test]
fn err_a_scope_that_is_too_small_does_nothing() {
    let world = World::new();
    for client in [world.machine(), world.opaque()] {
        let token = world.access_token(&client, &[("scope", "scim:read")]);
        let scim = world.scim.with_token(Some(&token));
        let before = world.scim.get("/Users").expect(200).json();
        refused_at_scim(&scim.post("/Users", &user("eve")), 403, INSUFFICIENT);
        let bulk = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [{"method": "POST", "path": "/Users", "bulkId": "1", "data": user("eve")}],
        });
        refused_at_scim(&scim.post("/Bulk", &bulk), 403, INSUFFICIENT);
        assert_eq!(world.scim.get("/Users").expect(200).json(), before);
        world.give_back(&client, &token, &[]);
        refused_at_scim(&scim.post("/Users", &user("eve")), 401, INVALID);
        refused_at_scim(&scim.get("/Users"), 401, INVALID);
    }
}

/// RFC 7644 §3.11.
#[test]
fn me_is_the_person_behind_the_token() {
    let trusting = Trusting::new();
    let world = &trusting.world;
    let person = world.person("ada");
    for format in ["jwt", "opaque"] {
        let metadata = with(machine(), "scope", json!("scim:me:read"));
        let client = world.client(&with(metadata, "tokenFormat", json!(format)));
        let token = issued(&trusting.exchange(&client, "ada", &[]));
        let scim = world.scim.with_token(Some(&token));
        let me = scim.get("/Me").expect(200);
        assert_eq!(me.id(), person);
        let at = format!("{}/scim/v2/Users/{person}", world.issuer);
        assert_eq!(me.json()["meta"]["location"], at);
        refused_at_scim(&scim.get("/Users"), 403, INSUFFICIENT);
        let patch = scim.patch("/Me", &deactivation());
        refused_at_scim(&patch, 403, INSUFFICIENT);
        let own = world.access_token(&client, &[]);
        world.scim.with_token(Some(&own)).get("/Me").expect(501);
    }
    world.scim.get("/Me").expect(501);
}

/// A write by a token is the client's.
#[test]
fn the_change_log_names_who_has_written() {
    let world = World::new();
    for client in [world.machine(), world.opaque()] {
        let token = world.access_token(&client, &[]);
        let scim = world.scim.with_token(Some(&token));
        let id = scim.post("/Users", &user(&client.id)).expect(201).id();
        let changes = world.changes();
        let written = changes.iter().find(|change| change["id"] == id).unwrap();
        assert_eq!(written["actor"], format!("client:{}", client.id));
    }
}

/// Requests with a bound token.
struct Sender<'w> {
    world: &'w World,
    bound: Bound,
    scim: Client,
}

impl<'w> Sender<'w> {
    fn new(world: &'w World, client: &Machine) -> Self {
        Self {
            bound: Bound::new(world, client, Key::new(5)),
            scim: world.scim.with_token(None),
            world,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/scim/v2{path}", self.world.issuer)
    }

    fn proof(&self, more: &[(&str, Json)]) -> String {
        self.proof_by(&self.bound.key, "GET", "/Users", more)
    }

    fn proof_by(&self, key: &Key, method: &str, path: &str, more: &[(&str, Json)]) -> String {
        let usual = [
            ("nonce", json!(self.bound.nonce)),
            ("ath", json!(ath(&self.bound.token))),
        ];
        key.proof(method, &self.url(path), &[&usual, more].concat())
    }

    fn get(&self, scheme: &str, proofs: &[&str]) -> Answer {
        let authorization = format!("{scheme} {}", self.bound.token);
        let mut headers = vec![("authorization", &*authorization)];
        headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
        self.scim.send(&Method::GET, "/Users", &headers, None)
    }
}

/// Attack case 23.
#[test]
fn a_bound_token_needs_its_proof() {
    let world = World::new();
    for client in [world.machine(), world.opaque()] {
        let sender = Sender::new(&world, &client);
        let proof = sender.proof(&[]);
        let ok = sender.get("DPoP", &[&proof]).expect(200);
        assert!(ok.header("dpop-nonce").is_some());
        sender.get("dpop", &[&sender.proof(&[])]).expect(200);
        // A replay, and none at all.
        refused_at_scim(&sender.get("DPoP", &[&proof]), 401, BAD_PROOF);
        refused_at_scim(&sender.get("DPoP", &[]), 401, BAD_PROOF);
        let now = now_secs();
        for (claim, value) in [
            ("htm", json!("POST")),
            ("htu", json!(sender.url("/Groups"))),
            ("htu", json!(sender.url("/Users/x"))),
            ("htu", json!("https://evil.example/scim/v2/Users")),
            ("htu", Json::Null),
            ("ath", json!("AAAA")),
            ("ath", json!(ath("another"))),
            ("ath", Json::Null),
            ("iat", json!(now - 600)),
            ("iat", json!(now + 60)),
            ("jti", json!("")),
            ("jti", Json::Null),
        ] {
            let proof = sender.proof(&[(claim, value)]);
            refused_at_scim(&sender.get("DPoP", &[&proof]), 401, BAD_PROOF);
        }
        let key = &sender.bound.key;
        let header = json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": key.jwk()});
        let claims = crate::world::claims(&sender.proof(&[]));
        for (member, value) in [
            ("typ", json!("JWT")),
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!("ES256")),
            ("jwk", with(key.jwk(), "d", json!("AAAA"))),
            ("jwk", Json::Null),
        ] {
            let proof = key.sign(&with(header.clone(), member, value), &claims);
            refused_at_scim(&sender.get("DPoP", &[&proof]), 401, BAD_PROOF);
        }
        let (one, other) = (sender.proof(&[]), sender.proof(&[]));
        refused_at_scim(&sender.get("DPoP", &[&one, &other]), 401, BAD_PROOF);
        for nonce in [Json::Null, json!("x")] {
            let bare = sender.proof(&[("nonce", nonce)]);
            let asked = sender.get("DPoP", &[&bare]);
            let use_nonce = "DPoP realm=\"scim\", error=\"use_dpop_nonce\"";
            refused_at_scim(&asked, 401, use_nonce);
            let nonce = asked.header("dpop-nonce").unwrap();
            let proof = sender.proof(&[("nonce", json!(nonce))]);
            sender.get("DPoP", &[&proof]).expect(200);
        }
        // Another's key.
        let stolen = sender.proof_by(&Key::new(6), "GET", "/Users", &[]);
        let invalid = "DPoP realm=\"scim\", error=\"invalid_token\"";
        refused_at_scim(&sender.get("DPoP", &[&stolen]), 401, invalid);
        // As a bearer token, with a good proof and without.
        refused_at_scim(&sender.get("Bearer", &[]), 401, INVALID);
        refused_at_scim(&sender.get("Bearer", &[&sender.proof(&[])]), 401, INVALID);
        // Attack case 22.
        let ahead = sender.proof(&[("iat", json!(now_secs() + 10))]);
        sender.get("DPoP", &[&ahead]).expect(200);
    }
}

#[test]
fn of_many_with_one_proof_one_is_the_first() {
    let world = World::new();
    for client in [world.machine(), world.opaque()] {
        let sender = Sender::new(&world, &client);
        let proof = sender.proof(&[]);
        let answers = at_once(8, |_| sender.get("DPoP", &[&proof]));
        assert_eq!(count(&answers, 200), 1, "{answers:?}");
        assert_eq!(count(&answers, 401), 7, "{answers:?}");
    }
}

/// A token that is bound to nothing, sent as one that is.
#[test]
fn err_a_proof_for_a_token_without_a_key() {
    let world = World::new();
    for client in [world.machine(), world.opaque()] {
        let mut sender = Sender::new(&world, &client);
        sender.bound.token = world.access_token(&client, &[]);
        let answer = sender.get("DPoP", &[&sender.proof(&[])]);
        refused_at_scim(&answer, 401, "DPoP realm=\"scim\", error=\"invalid_token\"");
        sender.bound.token = world.scim.token.clone().unwrap();
        let answer = sender.get("DPoP", &[&sender.proof(&[])]);
        refused_at_scim(&answer, 401, "DPoP realm=\"scim\", error=\"invalid_token\"");
    }
}

/// Its addresses have no tenant in them.
#[test]
fn the_default_tenant_is_an_issuer_like_any() {
    let world = World::of_default();
    for client in [world.machine(), world.opaque()] {
        let token = world.access_token(&client, &[]);
        world.users(&token).expect(200);
        assert_eq!(world.known_to(&client, &token)["iss"], world.issuer);
        let sender = Sender::new(&world, &client);
        sender.get("DPoP", &[&sender.proof(&[])]).expect(200);
        refused_at_scim(&sender.get("DPoP", &[]), 401, BAD_PROOF);
        world.give_back(&client, &token, &[]);
        refused_at_scim(&world.users(&token), 401, INVALID);
        assert!(!world.is_active(&client, &token));
        world.give_back(&client, &sender.bound.token, &[]);
        let answer = sender.get("DPoP", &[&sender.proof(&[])]);
        refused_at_scim(&answer, 401, "DPoP realm=\"scim\", error=\"invalid_token\"");
    }
    // Of another tenant's tokens none opens it.
    let other = World::new();
    let foreign = other.access_token(&other.machine(), &[]);
    refused_at_scim(&world.users(&foreign), 401, INVALID);
}

/// A write and a write by POST, whose addresses the proofs name.
#[test]
fn ok_a_write_with_a_proof() {
    let world = World::new();
    let client = world.machine();
    let sender = Sender::new(&world, &client);
    let authorization = format!("DPoP {}", sender.bound.token);
    let send = |method: Method, path: &str, body: &Json| {
        let proof = sender.proof_by(&sender.bound.key, method.as_str(), path, &[]);
        let headers = [("authorization", &*authorization), ("dpop", &*proof)];
        sender.scim.send_json(&method, path, &headers, body)
    };
    let id = send(Method::POST, "/Users", &user("ada")).expect(201).id();
    let path = format!("/Users/{id}");
    send(Method::PATCH, &path, &deactivation()).expect(200);
    assert_eq!(world.scim.get(&path).expect(200).json()["active"], false);
}
