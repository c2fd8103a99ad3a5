//! The keys of clients that publish them.

use std::cell::Cell;

use pollster::block_on;
use rollcall_oauth::Form;
use rollcall_oauth::client::Presented;
use rollcall_oauth::jose::{Algorithm, JwkSet, SigningKey};
use rollcall_service::auth::{self, client_keys};
use rollcall_service::{FetchError, Fetched, admin};
use serde_json::json;

use crate::world::{Net, World, object};

const ADDRESS: &str = "https://app.example.com/jwks";

fn set(number: u8) -> JwkSet {
    let key = SigningKey::generate(Algorithm::EdDsa, &[number; 32]).unwrap();
    JwkSet::from(vec![key.jwk()])
}

fn answer(number: u8) -> Net {
    Net::Answers(Fetched {
        status: 200,
        content_type: Some("application/jwk-set+json".into()),
        cache_control: Some("max-age=600".into()),
        body: set(number).to_json().to_string().into_bytes(),
    })
}

#[test]
fn they_are_remembered_and_fetched_anew_for_a_key_that_is_not_among_them() {
    let w = World::new();
    let keys = |anew| block_on(client_keys(&w.ctx, ADDRESS, anew));
    w.expect([answer(1), answer(2), answer(3)]);
    assert_eq!(keys(false), Ok(set(1)));
    // Just now.
    assert_eq!(keys(true), Ok(set(1)));
    w.pass(60);
    assert_eq!(keys(false), Ok(set(1)));
    assert_eq!(keys(true), Ok(set(2)));
    w.pass(600);
    assert_eq!(keys(false), Ok(set(3)));
    assert_eq!(w.asked(), 3);
}

#[test]
fn what_fails_is_left_alone_for_a_while() {
    let w = World::new();
    let keys = || block_on(client_keys(&w.ctx, ADDRESS, false));
    w.expect([Net::Fails(FetchError::TooLarge), answer(1)]);
    for _ in 0..3 {
        assert_eq!(keys().unwrap_err().code.as_str(), "invalid_client");
    }
    assert_eq!(w.asked(), 1);
    w.pass(30);
    assert_eq!(keys(), Ok(set(1)));
    // For a day they serve, whether they can be had or not.
    w.pass(24 * 3600 - 1);
    w.expect([(); 6].map(|()| Net::Hangs));
    assert_eq!(keys(), Ok(set(1)));
    w.pass(30);
    assert!(keys().is_err());
    // Three times each.
    assert_eq!(w.asked(), 6);
}

/// Attack case 20.
#[test]
fn no_private_address_is_asked() {
    let w = World::new();
    for address in ["https://10.0.0.1/jwks", "http://app.example.com/jwks"] {
        assert!(block_on(client_keys(&w.ctx, address, false)).is_err());
    }
    assert_eq!(w.asked(), 0);
}

/// A client authenticates with a key that it publishes, and goes on when it has another one.
#[test]
fn an_assertion_is_verified_with_what_the_client_publishes() {
    let w = World::new();
    let body = json!({
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": ADDRESS,
    });
    let body = object(&body);
    let created = block_on(admin::create_client(&w.ctx, "default", &body, None));
    let id = created.unwrap().client.id;
    let uses = Cell::new(0);
    let authenticate = |number: u8| {
        uses.set(uses.get() + 1);
        let claims = json!({
            "iss": id, "sub": id, "aud": w.issuer.url, "exp": w.now() + 60, "iat": w.now(),
            "jti": uses.get().to_string(),
        });
        let key = SigningKey::generate(Algorithm::EdDsa, &[number; 32]).unwrap();
        let assertion = key.encode("JWT", &claims).unwrap();
        let form = format!(
            "client_assertion_type={}&client_assertion={assertion}",
            "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        );
        let form = Form::parse(form.as_bytes()).unwrap();
        let presented = Presented::parse(None, &form).unwrap();
        let authenticated = auth::authenticate(&w.ctx, &w.issuer, "/oauth/token", &presented);
        block_on(authenticated).map(|(client, _)| client.client.id)
    };
    w.expect([answer(1), answer(2)]);
    assert_eq!(authenticate(1).unwrap(), id);
    // They were fetched just now.
    assert_eq!(authenticate(2).unwrap_err().code.as_str(), "invalid_client");
    assert_eq!(w.asked(), 1);
    w.pass(60);
    assert_eq!(authenticate(2).unwrap(), id);
    assert!(authenticate(1).is_err());
    assert_eq!(w.asked(), 2);
}
