//! Exchanges of tokens of external issuers (RFC 8693).

use std::future::ready;

use pollster::block_on;
use rollcall_oauth::jose::{Algorithm, JwkSet, SigningKey};
use rollcall_service::admin::{self, Trust};
use rollcall_service::{Answer as Later, Fetch, FetchError, Fetched};
use serde_json::{Value as Json, json};

use crate::world::{Answer, MASTER, World, basic_of, config, token};

const ISSUER: &str = "https://login.example.com";

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::EdDsa, &[9; 32]).unwrap()
}

/// A net in which everyone publishes that key.
struct Net;

impl Fetch for Net {
    fn get<'a>(&'a self, _: &'a str, _: usize) -> Later<'a, Result<Fetched, FetchError>> {
        let set = JwkSet::from(vec![key().jwk()]);
        Box::pin(ready(Ok(Fetched {
            status: 200,
            content_type: Some("application/json".to_owned()),
            cache_control: None,
            body: set.to_json().to_string().into_bytes(),
        })))
    }

    fn pause(&self, _: u64) -> Later<'_, ()> {
        Box::pin(ready(()))
    }
}

fn world() -> World {
    let w = World::new();
    w.machine("app");
    let person = json!({"claim": "sub", "attribute": "userName"});
    let trust = Trust {
        jwks_uri: "https://login.example.com/keys",
        audience: "https://id.example",
        person: Some(&person),
    };
    block_on(admin::trust(&w.ctx, "default", ISSUER, &trust)).unwrap();
    w
}

fn exchange(w: &World, claims: &Json) -> Answer {
    let ctx = w.instance(config(Some(MASTER))).with_fetch(Net);
    let presented = key().encode("at+jwt", claims).unwrap();
    let form = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", &presented),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
    ];
    let headers = [("authorization", &*basic_of("app"))];
    token(&ctx, "/oauth/token", &headers, &form)
}

fn claims(w: &World, sub: &str) -> Json {
    json!({"iss": ISSUER, "aud": "https://id.example", "exp": w.now_secs() + 60, "sub": sub})
}

#[test]
fn a_trusted_issuers_token_becomes_one_of_ours_for_the_same_person() {
    let w = world();
    w.person("ada");
    let answer = exchange(&w, &claims(&w, "ada"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.is_not_kept();
    // Never longer than the one that it was exchanged for.
    assert!(answer.json["expires_in"].as_i64().unwrap() <= 60);
}

#[test]
fn err_nobody_or_nobody_who_is_trusted() {
    let w = world();
    let person = w.person("ada");
    exchange(&w, &claims(&w, "eve")).refused(400, "invalid_request");
    let mut strange = claims(&w, "ada");
    strange["iss"] = json!("https://evil.example.com");
    exchange(&w, &strange).refused(400, "invalid_request");
    let mut expired = claims(&w, "ada");
    expired["exp"] = json!(w.now_secs());
    exchange(&w, &expired).refused(400, "invalid_request");
    assert_eq!(exchange(&w, &claims(&w, "ada")).status, 200);
    w.deactivate(&person);
    exchange(&w, &claims(&w, "ada")).refused(400, "invalid_request");
}
