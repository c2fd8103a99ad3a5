//! Tokens that are bound to a key: attack case 23.

use serde_json::{Value as Json, json};

use crate::world::{Answer, ClientKey, World, basic_of, machine, with};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn with_proofs(world: &World, proofs: &[&str]) -> Answer {
    let authorization = basic_of("c");
    let mut headers = vec![("authorization", &*authorization)];
    headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
    world.token(&headers, &[GRANT])
}

/// The nonce of an answer that asks for one.
fn nonce(world: &World, key: &ClientKey) -> String {
    let bare = key.proof(world.now_secs(), &json!({"jti": "bare"}));
    let answer = with_proofs(world, &[&bare]);
    answer.refused(400, "use_dpop_nonce");
    answer.header("dpop-nonce").unwrap().to_owned()
}

#[test]
fn ok_a_token_that_is_bound_to_the_key_of_the_proof() {
    let world = World::new();
    world.machine("c");
    let key = ClientKey::new(5);
    let nonce = nonce(&world, &key);
    let proof = key.proof(world.now_secs(), &json!({"nonce": nonce}));
    let answer = with_proofs(&world, &[&proof]);
    assert_eq!(answer.json["token_type"], "DPoP");
    assert_eq!(answer.header("dpop-nonce"), Some(&*nonce));
    let jkt = answer.claims()["cnf"]["jkt"].clone();
    // RFC 7638 §3, without the service's own code.
    let x = key.jwk()["x"].clone();
    let thumbprint = {
        use base64::Engine;
        use sha2::{Digest, Sha256};
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":{x}}}"#);
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(members))
    };
    assert_eq!(jkt, thumbprint);
    // A replay.
    with_proofs(&world, &[&proof]).refused(400, "invalid_dpop_proof");
}

#[test]
fn a_nonce_that_is_missing_uses_up_no_assertion() {
    let world = World::new();
    let key = ClientKey::new(3);
    world.client("c", &key.metadata());
    let claims = json!({
        "iss": "c", "sub": "c", "aud": crate::world::BASE, "exp": world.now_secs() + 60, "jti": "1",
    });
    let assertion = key.sign(&json!({"alg": "EdDSA"}), &claims);
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let form = [
        GRANT,
        ("client_assertion_type", kind),
        ("client_assertion", &*assertion),
    ];
    let bare = key.proof(world.now_secs(), &json!({}));
    let answer = world.token(&[("dpop", &bare)], &form);
    answer.refused(400, "use_dpop_nonce");
    let nonce = answer.header("dpop-nonce").unwrap();
    let proof = key.proof(world.now_secs(), &json!({"nonce": nonce}));
    assert_eq!(world.token(&[("dpop", &proof)], &form).status, 200);
}

#[test]
fn all_instances_know_each_others_nonces_for_some_minutes() {
    let world = World::new();
    world.machine("c");
    let key = ClientKey::new(5);
    let nonce = nonce(&world, &key);
    world.pass(140);
    let proof = key.proof(world.now_secs(), &json!({"nonce": nonce}));
    let other = world.instance(crate::world::config(Some(crate::world::MASTER)));
    let headers = [("authorization", &*basic_of("c")), ("dpop", &*proof)];
    assert_eq!(
        crate::world::token(&other, "/oauth/token", &headers, &[GRANT]).status,
        200
    );
    world.pass(300);
    let late = key.proof(world.now_secs(), &json!({"nonce": nonce, "jti": "2"}));
    with_proofs(&world, &[&late]).refused(400, "use_dpop_nonce");
}

#[test]
fn err_proofs_that_prove_nothing() {
    let world = World::new();
    world.machine("c");
    let key = ClientKey::new(5);
    let nonce = nonce(&world, &key);
    let now = world.now_secs();
    let proof = |claims: Json| key.proof(now, &with(claims, "nonce", json!(nonce)));
    let sign = |header: Json| {
        let claims = json!({
            "jti": "1", "htm": "POST", "htu": "https://id.example/oauth/token", "iat": now, "nonce": nonce,
        });
        key.sign(&header, &claims)
    };
    let private = with(key.jwk(), "d", json!("AAAA"));
    for bad in [
        proof(json!({"htm": "GET"})),
        proof(json!({"htu": "https://id.example/oauth/introspect"})),
        proof(json!({"htu": "https://evil.example/oauth/token"})),
        proof(json!({"htu": "https://id.example/t/acme/oauth/token"})),
        proof(json!({"iat": now + 60})),
        proof(json!({"iat": now - 600})),
        proof(json!({"jti": ""})),
        sign(json!({"typ": "JWT", "alg": "EdDSA", "jwk": key.jwk()})),
        sign(json!({"typ": "dpop+jwt", "alg": "none", "jwk": key.jwk()})),
        sign(json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": key.jwk()})),
        sign(json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": private})),
        sign(json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": ClientKey::new(6).jwk()})),
        "x".to_owned(),
        String::new(),
    ] {
        with_proofs(&world, &[&bad]).refused(400, "invalid_dpop_proof");
    }
    let good = proof(json!({}));
    with_proofs(&world, &[&good, &good]).refused(400, "invalid_dpop_proof");
    // Attack case 22: clocks differ by seconds.
    let ahead = proof(json!({"iat": now + 10}));
    assert_eq!(with_proofs(&world, &[&ahead]).status, 200);
}

/// RFC 9449 §5.2.
#[test]
fn err_no_proof_where_the_client_has_registered_that_it_sends_one() {
    let world = World::new();
    let bound = with(machine(), "dpop_bound_access_tokens", json!(true));
    world.client("c", &bound);
    with_proofs(&world, &[]).refused(400, "invalid_dpop_proof");
    let key = ClientKey::new(5);
    let nonce = nonce(&world, &key);
    let proof = key.proof(world.now_secs(), &json!({"nonce": nonce}));
    assert_eq!(with_proofs(&world, &[&proof]).status, 200);
}
