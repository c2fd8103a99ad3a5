//! Tokens of trusted issuers, whose keys are fetched within bounds.

use pollster::block_on;
use rollcall_oauth::OAuthError;
use rollcall_oauth::jose::{Algorithm, JwkSet, SigningKey};
use rollcall_service::admin::{self, AdminError, Trust};
use rollcall_service::auth::{TrustedSubject, verify_trusted};
use rollcall_service::{Config, FetchError, Fetched, Outbound};
use serde_json::{Value as Json, json};

use crate::world::{Net, World};

const ISSUER: &str = "https://login.example.com/tenant";
const JWKS_URI: &str = "https://login.example.com/keys";
const AUDIENCE: &str = "api://rollcall";

fn key(number: u8) -> SigningKey {
    SigningKey::generate(Algorithm::Es256, &[number; 32]).unwrap()
}

fn set(numbers: &[u8]) -> String {
    let keys: Vec<_> = numbers.iter().map(|number| key(*number).jwk()).collect();
    JwkSet::from(keys).to_json().to_string()
}

fn answer(body: &str) -> Fetched {
    Fetched {
        status: 200,
        content_type: Some("application/json; charset=utf-8".into()),
        cache_control: None,
        body: body.as_bytes().to_vec(),
    }
}

/// The net answers with these keys.
fn keys(numbers: &[u8]) -> Net {
    Net::Answers(answer(&set(numbers)))
}

fn status(status: u16) -> Net {
    Net::Answers(Fetched {
        status,
        ..answer(&set(&[1]))
    })
}

fn unreachable() -> Net {
    Net::Fails(FetchError::Unreachable("connection refused".into()))
}

fn trust(w: &World) {
    let trust = Trust {
        jwks_uri: JWKS_URI,
        audience: AUDIENCE,
        person: None,
    };
    block_on(admin::trust(&w.ctx, "default", ISSUER, &trust)).unwrap();
}

/// A world with one person, whom the issuer calls `x-1`.
fn world() -> World {
    let w = World::new();
    w.person(&json!({"userName": "ada", "externalId": "x-1"}));
    trust(&w);
    w
}

fn claims(w: &World) -> Json {
    json!({"iss": ISSUER, "aud": AUDIENCE, "exp": w.now() + 600, "iat": w.now(), "sub": "x-1"})
}

fn token(w: &World, number: u8) -> String {
    key(number).encode("at+jwt", &claims(w)).unwrap()
}

fn verify(w: &World, token: &str) -> Result<TrustedSubject, OAuthError> {
    let found = block_on(verify_trusted(&w.ctx, &w.issuer, token))?;
    Ok(found.expect("a token of an issuer that is trusted"))
}

/// Whether a token is of nobody who is trusted.
fn is_strange(w: &World, token: &str) -> bool {
    let found = block_on(verify_trusted(&w.ctx, &w.issuer, token));
    found == Ok(None)
}

#[track_caller]
fn refused(w: &World, token: &str, reason: &str) {
    let error = verify(w, token).unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.status),
        ("invalid_request", 400)
    );
    let expected = format!("the token is not accepted: {reason}");
    assert_eq!(error.description, expected);
}

#[track_caller]
fn unavailable(w: &World) {
    let error = verify(w, &token(w, 1)).unwrap_err();
    let found = (error.code.as_str(), error.status);
    assert_eq!(found, ("temporarily_unavailable", 503));
}

#[test]
fn a_token_leads_to_the_person_and_the_keys_are_fetched_once_for_all_instances() {
    let w = world();
    w.expect([keys(&[1])]);
    let subject = verify(&w, &token(&w, 1)).unwrap();
    assert_eq!(subject.person.user_name.as_deref(), Some("ada"));
    assert_eq!(subject.token.sub, subject.person.id);
    assert_eq!(subject.token.exp, w.now() + 600);
    assert!(subject.token.is_person && subject.token.client_id.is_none());
    assert_eq!(*w.net.asked.borrow(), [JWKS_URI]);
    w.pass(3599);
    verify(&w, &token(&w, 1)).unwrap();
    let other = w.instance();
    block_on(verify_trusted(&other, &w.issuer, &token(&w, 1))).unwrap();
    assert_eq!(w.asked(), 1);
    // An hour is over.
    w.pass(1);
    w.expect([keys(&[1])]);
    verify(&w, &token(&w, 1)).unwrap();
    assert_eq!(w.asked(), 1);
}

#[test]
fn what_does_not_hold_is_refused() {
    let w = world();
    w.expect([keys(&[1])]);
    verify(&w, &token(&w, 1)).unwrap();
    let with = |member: &str, value: Json| {
        let mut claims = claims(&w);
        claims[member] = value;
        key(1).encode("at+jwt", &claims).unwrap()
    };
    let stranger = with("iss", json!("https://evil.example.com"));
    assert!(is_strange(&w, &stranger));
    assert!(is_strange(&w, "rc_at_x"));
    refused(
        &w,
        &with("aud", json!("api://other")),
        "its `aud` is someone else",
    );
    refused(&w, &with("exp", json!(w.now())), "it has expired");
    let nobody = "it is about nobody who is active here";
    refused(&w, &with("sub", json!("x-2")), nobody);
    refused(&w, &with("sub", json!("ada")), nobody);
    refused(
        &w,
        &with("sub", json!(1)),
        "it does not say whom it is about",
    );
    refused(&w, &with("act", json!(1)), "its `act` cannot be read");
    let inactive = json!({"userName": "eve", "externalId": "x-3", "active": false});
    w.person(&inactive);
    refused(&w, &with("sub", json!("x-3")), nobody);
    let bound = verify(&w, &with("cnf", json!({"jkt": "thumbprint"}))).unwrap();
    assert_eq!(bound.token.jkt.as_deref(), Some("thumbprint"));
    let bound = verify(&w, &with("cnf", json!({"x5t#S256": "x"}))).unwrap();
    assert_eq!(bound.token.jkt.as_deref(), Some(""));
    let forged = SigningKey::from_secret(Algorithm::Es256, key(1).kid(), &[9; 32]).unwrap();
    let forged = forged.encode("at+jwt", &claims(&w)).unwrap();
    refused(&w, &forged, "its signature is not its issuer's");
    block_on(admin::distrust(&w.ctx, "default", ISSUER)).unwrap();
    assert!(is_strange(&w, &token(&w, 1)));
    assert_eq!(w.asked(), 1);
}

/// A token of ours that was revoked would be good again.
#[test]
fn our_own_tokens_are_never_external() {
    let w = world();
    let trust = Trust {
        jwks_uri: "https://id.example.com/oauth/jwks",
        audience: AUDIENCE,
        person: None,
    };
    block_on(admin::trust(&w.ctx, "default", &w.issuer.url, &trust)).unwrap();
    w.expect([keys(&[1])]);
    let mut claims = claims(&w);
    claims["iss"] = json!(w.issuer.url);
    assert!(is_strange(&w, &key(1).encode("at+jwt", &claims).unwrap()));
    assert_eq!(w.asked(), 0);
}

#[test]
fn the_mapping_says_who_is_meant() {
    let w = world();
    let person = json!({"claim": "preferred_username", "attribute": "userName"});
    let trust = Trust {
        jwks_uri: JWKS_URI,
        audience: AUDIENCE,
        person: Some(&person),
    };
    block_on(admin::trust(&w.ctx, "default", ISSUER, &trust)).unwrap();
    w.expect([keys(&[1])]);
    let mut claims = claims(&w);
    claims["preferred_username"] = json!("ADA");
    let token = key(1).encode("JWT", &claims).unwrap();
    let subject = verify(&w, &token).unwrap();
    assert_eq!(subject.person.user_name.as_deref(), Some("ada"));
}

/// Attack case 20.
#[test]
fn answers_that_are_no_keys_are_rejected_and_not_asked_for_again_at_once() {
    let html = Fetched {
        content_type: Some("text/html".into()),
        ..answer(&set(&[1]))
    };
    let untyped = Fetched {
        content_type: None,
        ..answer(&set(&[1]))
    };
    let large = format!("{}{}", set(&[1]), " ".repeat(64 * 1024));
    let cases = [
        ("a redirect", status(302)),
        ("another redirect", status(308)),
        ("not found", status(404)),
        ("too large", Net::Fails(FetchError::TooLarge)),
        ("too large after all", Net::Answers(answer(&large))),
        ("HTML", Net::Answers(html)),
        ("no type", Net::Answers(untyped)),
        ("no JSON", Net::Answers(answer("{"))),
        ("no JWK set", Net::Answers(answer("[]"))),
        ("no key", Net::Answers(answer("{\"keys\": []}"))),
        (
            "no key of use",
            Net::Answers(answer("{\"keys\": [{\"kty\": \"oct\", \"k\": \"AA\"}]}")),
        ),
    ];
    for (what, net) in cases {
        let w = world();
        w.expect([net, keys(&[1])]);
        unavailable(&w);
        assert_eq!(w.asked(), 1, "{what}");
    }
}

#[test]
fn silence_is_not_waited_for_longer_each_time() {
    let w = world();
    w.expect([Net::Hangs, Net::Hangs, Net::Hangs, keys(&[1])]);
    unavailable(&w);
    assert_eq!(*w.net.paused.borrow(), [3000, 200, 3000, 800, 3000]);
    let w = world();
    w.expect([Net::Hangs, keys(&[1])]);
    verify(&w, &token(&w, 1)).unwrap();
}

#[test]
fn what_may_pass_is_tried_twice_more_with_pauses() {
    let w = world();
    w.expect([unreachable(), status(503), keys(&[1])]);
    verify(&w, &token(&w, 1)).unwrap();
    assert_eq!(w.asked(), 3);
    assert_eq!(*w.net.paused.borrow(), [200, 800]);
    let w = world();
    w.expect([status(500), status(502), status(500), keys(&[1])]);
    unavailable(&w);
    assert_eq!(w.asked(), 3);
}

/// Attack case 20.
#[test]
fn no_private_address_is_trusted_or_fetched() {
    let w = world();
    for jwks_uri in [
        "http://login.example.com/keys",
        "https://127.0.0.1/keys",
        "https://169.254.169.254/latest",
        "https://[::1]/keys",
        "https://localhost/keys",
        "http://127.0.0.1:3000/keys",
        "https://db.internal/keys",
        "https://user@login.example.com/keys",
        "https://login.example.com:6379/keys",
    ] {
        let trust = Trust {
            jwks_uri,
            audience: AUDIENCE,
            person: None,
        };
        let refused = block_on(admin::trust(&w.ctx, "default", ISSUER, &trust)).unwrap_err();
        assert!(matches!(refused, AdminError::Invalid(_)), "{jwks_uri}");
    }
    // One that was allowed once is not fetched when it no longer is.
    let lenient = World::with(Config {
        outbound: Outbound {
            allows_loopback: true,
            ..Outbound::default()
        },
        ..Config::default()
    });
    lenient.person(&json!({"userName": "ada", "externalId": "x-1"}));
    let trust = Trust {
        jwks_uri: "http://127.0.0.1:3000/keys",
        audience: AUDIENCE,
        person: None,
    };
    block_on(admin::trust(&lenient.ctx, "default", ISSUER, &trust)).unwrap();
    lenient.expect([keys(&[1])]);
    let strict = lenient.instance();
    let token = token(&lenient, 1);
    let refused = block_on(verify_trusted(&strict, &lenient.issuer, &token)).unwrap_err();
    assert_eq!(refused.status, 503);
    assert_eq!(lenient.asked(), 0);
    verify(&lenient, &token).unwrap();
    assert_eq!(lenient.asked(), 1);
}

#[test]
fn an_unknown_key_makes_one_fetch_and_not_one_for_each_token() {
    let w = world();
    w.expect([keys(&[1])]);
    verify(&w, &token(&w, 1)).unwrap();
    let unknown = "the token's key is not one of its issuer's";
    // They were fetched just now.
    refused(&w, &token(&w, 2), unknown);
    assert_eq!(w.asked(), 1);
    w.pass(60);
    w.expect([keys(&[1, 2])]);
    verify(&w, &token(&w, 2)).unwrap();
    verify(&w, &token(&w, 1)).unwrap();
    assert_eq!(w.asked(), 1);
    for _ in 0..10 {
        refused(&w, &token(&w, 3), unknown);
    }
    assert_eq!(w.asked(), 1);
    w.pass(60);
    w.expect([keys(&[1, 2])]);
    for _ in 0..10 {
        refused(&w, &token(&w, 3), unknown);
    }
    assert_eq!(w.asked(), 1);
}

#[test]
fn the_circuit_breaker_opens_for_all_instances_and_closes() {
    let w = world();
    let fails = || Net::Fails(FetchError::TooLarge);
    w.expect([fails(), fails(), fails(), keys(&[1])]);
    for _ in 0..3 {
        unavailable(&w);
    }
    assert_eq!(w.asked(), 3);
    unavailable(&w);
    let other = w.instance();
    let there = block_on(verify_trusted(&other, &w.issuer, &token(&w, 1)));
    assert_eq!(there.unwrap_err().status, 503);
    assert_eq!(w.asked(), 3);
    let shown = block_on(admin::trusted_issuer(&w.ctx, "default", ISSUER)).unwrap();
    assert_eq!(shown.breaker.failures, 3);
    // One tries for all, and opens it again.
    w.pass(60);
    w.expect([fails(), keys(&[1])]);
    unavailable(&w);
    unavailable(&w);
    assert_eq!(w.asked(), 1);
    w.pass(60);
    verify(&w, &token(&w, 1)).unwrap();
    assert_eq!(w.asked(), 2);
    let shown = block_on(admin::trusted_issuer(&w.ctx, "default", ISSUER)).unwrap();
    assert_eq!(shown.breaker.failures, 0);
}

#[test]
fn known_keys_serve_for_a_day_while_their_owner_does_not_answer() {
    let w = world();
    w.expect([keys(&[1])]);
    verify(&w, &token(&w, 1)).unwrap();
    w.pass(24 * 3600 - 1);
    let silence = || [Net::Hangs, Net::Hangs, Net::Hangs];
    w.expect(silence());
    verify(&w, &token(&w, 1)).unwrap();
    assert_eq!(w.asked(), 3);
    w.pass(1);
    w.expect(silence());
    unavailable(&w);
}
