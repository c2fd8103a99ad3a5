//! Access tokens of ours that are none: attack cases 19 and 22, where a token is exchanged.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_oauth::jose::{Algorithm, SigningKey};
use serde_json::{Value as Json, json};

use crate::world::{Answer, ClientKey, World, claims, part, with};

fn exchange(world: &World, token: &str) -> Answer {
    let form = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", token),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
    ];
    world.token_as("c", &form)
}

fn encode(header: &Json, claims: &Json, signature: &[u8]) -> String {
    let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{}.{}", input.join("."), URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn err_whatever_a_token_says_of_its_own_verification() {
    let world = World::new();
    world.machine("c");
    let good = world.access_token("c", &[]);
    assert_eq!(exchange(&world, &good).status, 200);
    let (header, claims) = (part(&good, 0), claims(&good));
    let signature = URL_SAFE_NO_PAD
        .decode(good.rsplit('.').next().unwrap())
        .unwrap();
    let stranger = ClientKey::new(9);
    let signed = |header: &Json| stranger.sign(header, &claims);
    let kid = |kid: &str| signed(&with(header.clone(), "kid", json!(kid)));
    let bad = [
        encode(&with(header.clone(), "alg", json!("none")), &claims, b""),
        encode(&header, &claims, b""),
        encode(
            &header,
            &with(claims.clone(), "scope", json!("admin")),
            &signature,
        ),
        encode(
            &with(header.clone(), "alg", json!("HS256")),
            &claims,
            &[0; 32],
        ),
        encode(
            &with(header.clone(), "alg", json!("ES256")),
            &claims,
            &signature,
        ),
        encode(
            &with(header.clone(), "typ", json!("JWT")),
            &claims,
            &signature,
        ),
        encode(
            &with(header.clone(), "crit", json!(["exp"])),
            &claims,
            &signature,
        ),
        signed(&header),
        signed(&with(header.clone(), "jwk", stranger.jwk())),
        signed(&with(
            header.clone(),
            "jku",
            json!("https://evil.example/jwks"),
        )),
        signed(&with(
            header.clone(),
            "x5u",
            json!("https://evil.example/x"),
        )),
        kid("unknown"),
        kid("../../../../dev/null"),
        kid("' OR 1=1 --"),
        kid("https://evil.example/key"),
        good.replace('.', ""),
        format!("{good}."),
        good[..good.len() - 4].to_owned(),
    ];
    for token in bad {
        exchange(&world, &token).refused(400, "invalid_request");
    }
    // The key of another tenant, or of nobody, under the name of ours.
    let name = header["kid"].as_str().unwrap();
    let other = SigningKey::from_secret(Algorithm::EdDsa, name, &[8; 32]).unwrap();
    let forged = other.encode("at+jwt", &claims).unwrap();
    exchange(&world, &forged).refused(400, "invalid_request");
}

#[test]
fn err_a_token_that_has_expired_or_whose_client_was_disabled() {
    let world = World::new();
    world.machine("c");
    let token = world.access_token("c", &[]);
    world.pass(599);
    assert_eq!(exchange(&world, &token).status, 200);
    world.pass(1);
    exchange(&world, &token).refused(400, "invalid_request");
    let token = world.access_token("c", &[]);
    for disabled in [true, false] {
        let switched = world
            .store
            .set_client_disabled(&world.tenant, "c", disabled, world.now());
        pollster::block_on(switched).unwrap();
    }
    // Enabled again, and the token of before stays dead.
    exchange(&world, &token).refused(400, "invalid_request");
    let token = world.access_token("c", &[]);
    assert_eq!(exchange(&world, &token).status, 200);
}
