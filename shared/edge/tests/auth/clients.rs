//! Client authentication at the token endpoint: attack cases 14 and 15.

use pollster::block_on;
use rollcall_service::TokenHash;
use rollcall_store::auth::SecretDraft;
use serde_json::{Value as Json, json};

use crate::world::{Answer, BASE, ClientKey, World, basic, machine, with};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const TYPE: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);

fn with_basic(world: &World, authorization: &str) -> Answer {
    world.token(&[("authorization", authorization)], &[GRANT])
}

#[test]
fn ok_a_secret_in_the_header_percent_encoded_and_the_scheme_in_any_case() {
    let world = World::new();
    world.machine("a b:c");
    for authorization in [
        basic("a+b%3Ac", "a+b%3Ac-secret"),
        basic("a%20b%3ac", "a%20b%3Ac%2Dsecret").replace("Basic", "bAsIC"),
    ] {
        assert_eq!(with_basic(&world, &authorization).status, 200);
    }
}

#[test]
fn ok_a_secret_in_the_form_for_who_has_registered_that() {
    let world = World::new();
    let method = json!("client_secret_post");
    world.client("c", &with(machine(), "token_endpoint_auth_method", method));
    let form = [GRANT, ("client_id", "c"), ("client_secret", "c-secret")];
    assert_eq!(world.token(&[], &form).status, 200);
    // Attack case 14: another method than the one that is registered.
    world.token_as("c", &[GRANT]).refused(401, "invalid_client");
    world.machine("d");
    let form = [GRANT, ("client_id", "d"), ("client_secret", "d-secret")];
    world.token(&[], &form).refused(401, "invalid_client");
    let form = [GRANT, ("client_id", "d")];
    world.token(&[], &form).refused(401, "invalid_client");
}

/// Attack case 14.
#[test]
fn err_a_wrong_secret_an_unknown_client_and_what_is_malformed() {
    let world = World::new();
    world.machine("c");
    for authorization in [
        basic("c", "wrong"),
        basic("c", ""),
        basic("unknown", "c-secret"),
        basic("", "c-secret"),
        "Basic".to_owned(),
        "Basic !".to_owned(),
        "Basic YQ==".to_owned(),
        "Basic /w==".to_owned(),
        basic("c%", "c-secret"),
        "Bearer c-secret".to_owned(),
        basic(&"c".repeat(300), "x"),
    ] {
        with_basic(&world, &authorization).refused(401, "invalid_client");
    }
    world.token(&[], &[GRANT]).refused(401, "invalid_client");
}

/// Attack case 14.
#[test]
fn err_two_methods_at_once() {
    let world = World::new();
    world.machine("c");
    let form = [GRANT, ("client_id", "c"), ("client_secret", "c-secret")];
    world.token_as("c", &form).refused(400, "invalid_request");
    let form = [GRANT, ("client_id", "other")];
    world.token_as("c", &form).refused(400, "invalid_request");
    let header = basic("c", "c-secret");
    let twice = [("authorization", &*header), ("authorization", &*header)];
    world
        .token(&twice, &[GRANT])
        .refused(400, "invalid_request");
}

#[test]
fn two_secrets_are_valid_at_a_time_and_an_expired_one_is_not() {
    let world = World::new();
    world.machine("c");
    let hash = TokenHash::of("second");
    let secret = SecretDraft {
        id: "2",
        hash: &hash,
        expires: None,
    };
    let ends = rollcall_core::Timestamp::from_secs(world.now_secs() + 60);
    let added = world
        .store
        .add_secret(&world.tenant, "c", &secret, Some(ends), world.now());
    block_on(added).unwrap();
    assert_eq!(with_basic(&world, &basic("c", "c-secret")).status, 200);
    assert_eq!(with_basic(&world, &basic("c", "second")).status, 200);
    world.pass(60);
    with_basic(&world, &basic("c", "c-secret")).refused(401, "invalid_client");
    assert_eq!(with_basic(&world, &basic("c", "second")).status, 200);
}

#[test]
fn err_a_disabled_client_a_suspended_tenant_and_a_public_client() {
    let world = World::new();
    world.machine("c");
    let switch = |disabled| {
        let switched = world
            .store
            .set_client_disabled(&world.tenant, "c", disabled, world.now());
        block_on(switched).unwrap();
    };
    switch(true);
    world.token_as("c", &[GRANT]).refused(401, "invalid_client");
    switch(false);
    assert_eq!(world.token_as("c", &[GRANT]).status, 200);
    let suspend = |suspended| {
        block_on(
            world
                .store
                .set_suspended(&world.tenant, suspended, world.now()),
        )
        .unwrap();
    };
    let stranger = || with_basic(&world, &basic("c", "x")).json;
    let before = stranger();
    suspend(true);
    world.token_as("c", &[GRANT]).refused(401, "invalid_client");
    // Who has not proved who it is learns nothing of it.
    assert_eq!(stranger(), before);
    suspend(false);
    assert_eq!(world.token_as("c", &[GRANT]).status, 200);

    let public = with(machine(), "token_endpoint_auth_method", json!("none"));
    world.client("p", &public);
    let form = [GRANT, ("client_id", "p")];
    world.token(&[], &form).refused(400, "unauthorized_client");
    let form = [GRANT, ("client_id", "p"), ("client_secret", "p-secret")];
    world.token(&[], &form).refused(401, "invalid_client");
}

fn assertion(world: &World, jti: &str) -> Json {
    json!({"iss": "c", "sub": "c", "aud": BASE, "exp": world.now_secs() + 60, "jti": jti})
}

fn asserted(world: &World, assertion: &str) -> Answer {
    world.token(&[], &[GRANT, TYPE, ("client_assertion", assertion)])
}

#[test]
fn ok_an_assertion_for_the_issuer_or_the_endpoint_once() {
    let world = World::new();
    let key = ClientKey::new(3);
    world.client("c", &key.metadata());
    let header = json!({"alg": "EdDSA"});
    let first = key.sign(&header, &assertion(&world, "1"));
    assert_eq!(asserted(&world, &first).status, 200);
    // Attack case 15: replay, also on another instance.
    asserted(&world, &first).refused(401, "invalid_client");
    let endpoint = json!(format!("{BASE}/oauth/token"));
    let second = key.sign(&header, &with(assertion(&world, "2"), "aud", endpoint));
    assert_eq!(asserted(&world, &second).status, 200);
    // It names the server, also at its other endpoints.
    let endpoint = json!([BASE, format!("{BASE}/oauth/token")]);
    let third = key.sign(&header, &with(assertion(&world, "3"), "aud", endpoint));
    let form = [TYPE, ("client_assertion", &*third), ("token", "x")];
    let answer = crate::calls::introspect(&world.ctx, &[], &form);
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Attack case 15.
#[test]
fn err_assertions_that_prove_nothing() {
    let world = World::new();
    let key = ClientKey::new(3);
    world.client("c", &key.metadata());
    let good = json!({"alg": "EdDSA"});
    let claims = assertion(&world, "1");
    let exp = json!(world.now_secs() + 7200);
    let cases = [
        (json!({"alg": "none"}), claims.clone()),
        (json!({"alg": "HS256"}), claims.clone()),
        (good.clone(), with(claims.clone(), "iss", json!("d"))),
        (good.clone(), with(claims.clone(), "exp", exp)),
        (
            good.clone(),
            with(claims.clone(), "exp", json!(world.now_secs())),
        ),
        (
            good.clone(),
            with(claims.clone(), "aud", json!("https://other.example")),
        ),
        (
            good.clone(),
            with(claims.clone(), "iat", json!(world.now_secs() + 60)),
        ),
        (good.clone(), with(claims.clone(), "jti", Json::Null)),
    ];
    for (header, claims) in cases {
        let assertion = key.sign(&header, &claims);
        asserted(&world, &assertion).refused(401, "invalid_client");
    }
    let stranger = ClientKey::new(4).sign(&good, &claims);
    asserted(&world, &stranger).refused(401, "invalid_client");
    asserted(&world, "x").refused(401, "invalid_client");
    // None of them has used up the `jti`.
    assert_eq!(asserted(&world, &key.sign(&good, &claims)).status, 200);
}

#[test]
fn err_only_jwks_uri_says_what_to_do() {
    let world = World::new();
    let key = ClientKey::new(3);
    let mut metadata = with(key.metadata(), "jwks_uri", json!("https://c.example/jwks"));
    metadata.as_object_mut().unwrap().remove("jwks");
    world.client("c", &metadata);
    let signed = key.sign(&json!({"alg": "EdDSA"}), &assertion(&world, "1"));
    let answer = asserted(&world, &signed);
    answer.refused(401, "invalid_client");
    let description = answer.json["error_description"].as_str().unwrap();
    assert!(description.contains("`jwks_uri`"), "{description}");
}
