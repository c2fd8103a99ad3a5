//! Access tokens at the SCIM endpoints: attack cases 19, 23 and 26.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::calls::{Opaque, revoke, scim_request};
use crate::world::{Answer, BASE, ClientKey, World, basic_of, claims, part, with};

const USERS: (&str, &str) = ("GET", "/scim/v2/Users");

fn ask(world: &World, what: (&str, &str), scheme: &str, token: &str, body: &Json) -> Answer {
    let authorization = format!("{scheme} {token}");
    scim_request(&world.ctx, what, &[("authorization", &authorization)], body)
}

fn get(world: &World, token: &str) -> Answer {
    ask(world, USERS, "Bearer", token, &Json::Null)
}

#[track_caller]
fn refused(answer: &Answer, status: u16, challenge: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.json["status"], status.to_string());
    let said = answer.header("www-authenticate").unwrap();
    assert!(said.starts_with(challenge), "{said}");
}

const INVALID: &str = "Bearer realm=\"scim\", error=\"invalid_token\"";

fn world() -> World {
    let world = World::new();
    world.machine("c");
    world
}

/// Attack case 26.
#[test]
fn the_challenge_says_what_was_wrong_with_the_token() {
    let world = world();
    let none = scim_request(&world.ctx, USERS, &[], &Json::Null);
    refused(&none, 401, "");
    assert_eq!(
        none.header("www-authenticate"),
        Some("Bearer realm=\"scim\"")
    );
    let token = world.access_token("c", &[]);
    assert_eq!(get(&world, &token).status, 200);
    let stranger = ClientKey::new(9);
    let forged = stranger.sign(&part(&token, 0), &claims(&token));
    let unsigned = stranger.sign(
        &with(part(&token, 0), "alg", json!("none")),
        &claims(&token),
    );
    let opaque = "rc_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for bad in ["x", "rc_x", "a.b.c", opaque, &forged, &unsigned] {
        refused(&get(&world, bad), 401, INVALID);
    }
    // It is remembered as verified, and dead all the same.
    let headers = [("authorization", &*basic_of("c"))];
    assert_eq!(
        revoke(&world.ctx, &headers, &[("token", &token)]).status,
        200
    );
    refused(&get(&world, &token), 401, INVALID);
    let late = world.access_token("c", &[]);
    assert_eq!(get(&world, &late).status, 200);
    world.pass(86_401);
    refused(&get(&world, &late), 401, INVALID);
}

#[test]
fn err_a_token_for_someone_else() {
    let world = world();
    let api = world.access_token("c", &[("resource", "https://api.example/")]);
    refused(&get(&world, &api), 401, INVALID);
    let ours = world.access_token("c", &[("resource", "https://id.example/scim/v2")]);
    assert_eq!(get(&world, &ours).status, 200);
    let other = Opaque {
        audience: "https://api.example/",
        ..Opaque::default()
    };
    let opaque = world.opaque("c", None, &other);
    refused(&get(&world, &opaque), 401, INVALID);
}

/// Attack case 26.
#[test]
fn scopes_are_for_a_type_and_a_verb() {
    let world = world();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada",
    });
    let bulk = |path: &str| {
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [{"method": "POST", "path": path, "bulkId": "1", "data": {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "g",
            }}],
        })
    };
    let mut seed = 20;
    let mut check = |scope: &str, what: (&str, &str), body: &Json, needed: Option<&str>| {
        seed += 1;
        let draft = Opaque {
            seed,
            scope,
            ..Opaque::default()
        };
        let token = world.opaque("c", None, &draft);
        let answer = ask(&world, what, "Bearer", &token, body);
        match needed {
            None => assert!(answer.status < 300, "{scope} {what:?} {answer:?}"),
            Some(needed) => {
                let insufficient = "Bearer realm=\"scim\", error=\"insufficient_scope\"";
                refused(&answer, 403, insufficient);
                let said = answer.header("www-authenticate").unwrap();
                assert!(said.ends_with(&format!("scope=\"{needed}\"")), "{said}");
            }
        }
    };
    let post = ("POST", "/scim/v2/Users");
    let none = &Json::Null;
    check("scim:read", USERS, none, None);
    check("scim:users:read", USERS, none, None);
    check("scim:groups:read", USERS, none, Some("scim:users:read"));
    check("scim:write", USERS, none, Some("scim:users:read"));
    check("", USERS, none, Some("scim:users:read"));
    check("scim:read", post, &body, Some("scim:users:write"));
    check("scim:users:write", post, &body, None);
    let search = ("GET", "/scim/v2/");
    check("scim:users:read", search, none, Some("scim:read"));
    check("scim:users:read scim:groups:read", search, none, None);
    check("scim:read", search, none, None);
    let to_bulk = ("POST", "/scim/v2/Bulk");
    check(
        "scim:users:write",
        to_bulk,
        &bulk("/Groups"),
        Some("scim:groups:write"),
    );
    check("scim:groups:write", to_bulk, &bulk("/Groups"), None);
    check(
        "openid",
        ("GET", "/scim/v2/ServiceProviderConfig"),
        none,
        None,
    );
}

/// That a scope is too small is said only to who has a live token.
#[test]
fn a_dead_token_is_dead_whatever_its_scope() {
    let world = world();
    let token = world.access_token("c", &[("scope", "scim:write")]);
    refused(
        &get(&world, &token),
        403,
        "Bearer realm=\"scim\", error=\"insufficient_scope\"",
    );
    let headers = [("authorization", &*basic_of("c"))];
    revoke(&world.ctx, &headers, &[("token", &token)]);
    refused(&get(&world, &token), 401, INVALID);
}

#[test]
fn me_is_the_person_behind_the_token() {
    let world = world();
    let person = world.person("ada");
    let draft = Opaque {
        scope: "scim:me:read",
        ..Opaque::default()
    };
    let token = world.opaque("c", Some(&person), &draft);
    let me = ask(
        &world,
        ("GET", "/scim/v2/Me"),
        "Bearer",
        &token,
        &Json::Null,
    );
    assert_eq!((me.status, &me.json["userName"]), (200, &json!("ada")));
    assert_eq!(
        me.json["meta"]["location"],
        format!("{BASE}/scim/v2/Users/{person}")
    );
    refused(
        &get(&world, &token),
        403,
        "Bearer realm=\"scim\", error=\"insufficient_scope\"",
    );
    world.deactivate(&person);
    let dead = ask(
        &world,
        ("GET", "/scim/v2/Me"),
        "Bearer",
        &token,
        &Json::Null,
    );
    refused(&dead, 401, INVALID);
    let own = world.access_token("c", &[]);
    let nobody = ask(&world, ("GET", "/scim/v2/Me"), "Bearer", &own, &Json::Null);
    assert_eq!(nobody.status, 501);
}

/// A key, and a token that is bound to it.
pub struct Bound {
    key: ClientKey,
    pub token: String,
    nonce: String,
}

impl Bound {
    pub fn new(world: &World) -> Self {
        let key = ClientKey::new(5);
        let form = [("grant_type", "client_credentials")];
        let authorization = basic_of("c");
        let send =
            |proof: &str| world.token(&[("authorization", &authorization), ("dpop", proof)], &form);
        let asked = send(&key.proof(world.now_secs(), &json!({"jti": "a"})));
        let nonce = asked.header("dpop-nonce").unwrap().to_owned();
        let issued = send(&key.proof(world.now_secs(), &json!({"jti": "b", "nonce": nonce})));
        let token = issued.json["access_token"].as_str().unwrap().to_owned();
        Self { key, token, nonce }
    }

    pub fn proof(&self, world: &World, claims: &[(&str, Json)]) -> String {
        self.proof_by(&self.key, world, claims)
    }

    fn proof_by(&self, key: &ClientKey, world: &World, claims: &[(&str, Json)]) -> String {
        let mut all = json!({
            "jti": "r", "htm": "GET", "htu": format!("{BASE}/scim/v2/Users"), "nonce": self.nonce,
            "ath": URL_SAFE_NO_PAD.encode(Sha256::digest(&self.token)),
        });
        for (name, value) in claims {
            all[*name] = value.clone();
        }
        key.proof(world.now_secs(), &all)
    }

    fn send(&self, world: &World, scheme: &str, proofs: &[&str]) -> Answer {
        let authorization = format!("{scheme} {}", self.token);
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
        scim_request(&world.ctx, USERS, &headers, &Json::Null)
    }
}

/// Attack case 23.
#[test]
fn a_bound_token_needs_its_proof() {
    let world = world();
    let bound = Bound::new(&world);
    let proof = bound.proof(&world, &[]);
    let ok = bound.send(&world, "DPoP", &[&proof]);
    assert_eq!(ok.status, 200, "{ok:?}");
    assert!(ok.header("dpop-nonce").is_some());
    let invalid = "DPoP realm=\"scim\", error=\"invalid_dpop_proof\"";
    // A replay.
    refused(&bound.send(&world, "DPoP", &[&proof]), 401, invalid);
    refused(&bound.send(&world, "DPoP", &[]), 401, invalid);
    for bad in [
        [("jti", json!("1")), ("htm", json!("POST"))],
        [
            ("jti", json!("2")),
            ("htu", json!("https://id.example/scim/v2/Groups")),
        ],
        [("jti", json!("3")), ("ath", json!("AAAA"))],
        [("jti", json!("4")), ("iat", json!(world.now_secs() - 600))],
        [("jti", json!("5")), ("iat", json!(world.now_secs() + 60))],
    ] {
        let proof = bound.proof(&world, &bad);
        refused(&bound.send(&world, "DPoP", &[&proof]), 401, invalid);
    }
    let first = bound.proof(&world, &[("jti", json!("6"))]);
    let second = bound.proof(&world, &[("jti", json!("7"))]);
    refused(
        &bound.send(&world, "DPoP", &[&first, &second]),
        401,
        invalid,
    );
    let bare = bound.proof(&world, &[("jti", json!("8")), ("nonce", Json::Null)]);
    let asked = bound.send(&world, "DPoP", &[&bare]);
    refused(&asked, 401, "DPoP realm=\"scim\", error=\"use_dpop_nonce\"");
    assert!(asked.header("dpop-nonce").is_some());
    let other = bound.proof_by(&ClientKey::new(6), &world, &[("jti", json!("9"))]);
    let invalid_token = "DPoP realm=\"scim\", error=\"invalid_token\"";
    refused(&bound.send(&world, "DPoP", &[&other]), 401, invalid_token);
    // As a bearer token, with and without a proof, remembered or not.
    refused(&bound.send(&world, "Bearer", &[]), 401, INVALID);
    let proof = bound.proof(&world, &[("jti", json!("10"))]);
    refused(&bound.send(&world, "Bearer", &[&proof]), 401, INVALID);
    let free = world.access_token("c", &[]);
    refused(
        &ask(&world, USERS, "DPoP", &free, &Json::Null),
        401,
        "DPoP realm=\"scim\", error=",
    );
}

/// Where nothing can be verified, nobody gets in.
#[test]
fn err_without_a_master_key_no_jwt_is_good() {
    let world = world();
    let token = world.access_token("c", &[]);
    let off = world.instance(crate::world::config(None));
    let headers = [("authorization", &*format!("Bearer {token}"))];
    refused(
        &scim_request(&off, USERS, &headers, &Json::Null),
        401,
        INVALID,
    );
}
