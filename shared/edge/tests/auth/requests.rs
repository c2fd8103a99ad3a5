//! Requests to the token endpoint: attack cases 13, 16 and 17.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use pollster::block_on;
use rollcall_edge::auth;
use rollcall_store::auth::TokenFormat;
use serde_json::json;

use crate::world::{Answer, BASE, World, basic_of, config, machine, part, read, token, with};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// RFC 9068 §2.
#[test]
fn ok_a_jwt_with_all_that_rfc_9068_wants() {
    let world = World::new();
    world.machine("c");
    let answer = world.token_as("c", &[GRANT]);
    answer.is_not_kept();
    let claims = answer.claims();
    let jwt = answer.json["access_token"].as_str().unwrap();
    let header = part(jwt, 0);
    assert_eq!(
        (&header["typ"], &header["alg"]),
        (&json!("at+jwt"), &json!("EdDSA"))
    );
    assert!(header["kid"].is_string());
    let now = world.now_secs();
    for (name, value) in [
        ("iss", json!(BASE)),
        ("sub", json!("c")),
        ("client_id", json!("c")),
        ("aud", json!(BASE)),
        ("scope", json!("scim:read scim:write")),
        ("iat", json!(now)),
        ("exp", json!(now + 600)),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    let other = world.token_as("c", &[GRANT]).claims();
    assert_ne!(claims["jti"], other["jti"]);
    let mut rest = answer.json.clone();
    rest.as_object_mut().unwrap().remove("access_token");
    assert_eq!(
        rest,
        json!({"token_type": "Bearer", "expires_in": 600, "scope": "scim:read scim:write"})
    );
}

#[test]
fn ok_an_opaque_token_for_who_has_registered_that() {
    let world = World::new();
    world.client_of("c", &machine(), TokenFormat::Opaque);
    let token = world.access_token("c", &[("scope", "scim:read")]);
    assert!(token.starts_with("rc_at_"), "{token}");
    let hash = rollcall_service::TokenHash::of(&token);
    let found = world.store.opaque_token(&world.tenant, &hash, world.now());
    let found = block_on(found).unwrap().unwrap();
    assert_eq!(found.scope, "scim:read");
    assert_eq!(found.audience, json!([BASE]).to_string());
}

/// RFC 8707.
#[test]
fn the_audience_is_what_the_request_names() {
    let world = World::new();
    world.machine("c");
    let aud = |form: &[(&str, &str)]| {
        let form = [&[GRANT], form].concat();
        world.token_as("c", &form).claims()["aud"].clone()
    };
    let api = ("resource", "https://api.example/");
    assert_eq!(aud(&[api]), "https://api.example/");
    let scim = format!("{BASE}/scim/v2");
    let both = aud(&[api, ("resource", &scim)]);
    assert_eq!(both, json!(["https://api.example/", scim]));
    // > The authorization server MUST ignore unrecognized request parameters.
    assert_eq!(aud(&[("audience", "https://api.example/")]), BASE);
}

/// Attack case 13.
#[test]
fn err_a_scope_or_a_resource_that_is_not_allowed() {
    let world = World::new();
    world.machine("c");
    let ask = |name, value| world.token_as("c", &[GRANT, (name, value)]);
    ask("scope", "scim:read admin").refused(400, "invalid_scope");
    ask("scope", "scim:read  scim:write").refused(400, "invalid_scope");
    ask("scope", "\"").refused(400, "invalid_scope");
    ask("resource", "https://other.example/").refused(400, "invalid_target");
    ask("resource", "https://api.example/#x").refused(400, "invalid_target");
    ask("resource", "api").refused(400, "invalid_target");
}

fn sent(world: &World, request: Request<Full<Bytes>>) -> Answer {
    read(block_on(auth::token(&world.ctx, request)))
}

/// Attack case 16.
#[test]
fn err_what_is_no_form_that_was_sent_with_post() {
    let world = World::new();
    world.machine("c");
    let body = || Full::new(Bytes::from("grant_type=client_credentials"));
    let request = |content_type: Option<&str>| {
        let request = Request::post("/oauth/token").header("authorization", basic_of("c"));
        match content_type {
            Some(value) => request.header("content-type", value),
            None => request,
        }
    };
    for content_type in [None, Some("application/json"), Some("text/plain")] {
        let request = request(content_type).body(body()).unwrap();
        sent(&world, request).refused(400, "invalid_request");
    }
    let charset = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
    let ok = request(Some(charset)).body(body()).unwrap();
    assert_eq!(sent(&world, ok).status, 200);
    for method in [
        Method::GET,
        Method::HEAD,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
    ] {
        let request = Request::builder()
            .method(method)
            .uri("/oauth/token")
            .body(body())
            .unwrap();
        let answer = sent(&world, request);
        answer.refused(405, "invalid_request");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
}

/// Attack case 16.
#[test]
fn err_parameters_in_the_address() {
    let world = World::new();
    world.machine("c");
    let headers = [("authorization", &*basic_of("c"))];
    for query in [
        "client_secret=c-secret",
        "grant_type=client_credentials",
        "x",
    ] {
        let path = format!("/oauth/token?{query}");
        token(&world.ctx, &path, &headers, &[GRANT]).refused(400, "invalid_request");
    }
}

/// Attack case 16.
#[test]
fn err_grants_that_are_unknown_or_not_allowed() {
    let world = World::new();
    world.machine("c");
    world.token_as("c", &[]).refused(400, "invalid_request");
    for grant in [
        "password",
        "implicit",
        "CLIENT_CREDENTIALS",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ] {
        let answer = world.token_as("c", &[("grant_type", grant)]);
        answer.refused(400, "unsupported_grant_type");
    }
    world
        .token_as("c", &[GRANT, GRANT])
        .refused(400, "invalid_request");
    world.client(
        "d",
        &with(machine(), "grant_types", json!(["refresh_token"])),
    );
    world
        .token_as("d", &[GRANT])
        .refused(400, "unauthorized_client");
    let code = [("grant_type", "authorization_code"), ("code", "x")];
    world
        .token_as("d", &code)
        .refused(400, "unauthorized_client");
    // Nothing gives out codes, so every one is unknown.
    world.client(
        "e",
        &with(machine(), "grant_types", json!(["authorization_code"])),
    );
    world.token_as("e", &code).refused(400, "invalid_grant");
}

#[test]
fn err_a_form_that_is_too_large() {
    let world = World::new();
    let long = "x".repeat(70_000);
    let answer = world.token(&[], &[("x", &long)]);
    answer.refused(413, "invalid_request");
}

#[test]
fn err_an_issuer_that_is_not_there() {
    let world = World::new();
    world.machine("c");
    let headers = [("authorization", &*basic_of("c"))];
    token(&world.ctx, "/t/other/oauth/token", &headers, &[GRANT]).refused(404, "invalid_request");
    token(&world.ctx, "/t/other/x", &headers, &[GRANT]).refused(404, "invalid_request");
}

#[test]
fn err_without_a_master_key_the_server_is_off() {
    let world = World::new();
    world.machine("c");
    let ctx = world.instance(config(None));
    let headers = [("authorization", &*basic_of("c"))];
    let answer = token(&ctx, "/oauth/token", &headers, &[GRANT]);
    answer.refused(503, "temporarily_unavailable");
    let description = answer.json["error_description"].as_str().unwrap();
    assert!(description.contains("`master_key`"));
    assert_eq!(answer.header("retry-after"), Some("1"));
}

/// No header names the issuer where the operator has.
#[test]
fn the_issuer_is_the_configured_one() {
    let world = World::new();
    world.machine("c");
    let headers = [
        ("authorization", &*basic_of("c")),
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("spin-full-url", "https://evil.example/oauth/token"),
    ];
    let answer = world.token(&headers, &[GRANT]);
    assert_eq!(answer.claims()["iss"], BASE);
}
