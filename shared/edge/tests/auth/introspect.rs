//! Introspection: attack cases 17, 19 and 24.

use http_body_util::BodyExt;
use pollster::block_on;
use rollcall_store::auth::TokenFormat;
use serde_json::json;

use crate::calls::{Opaque, introspect, introspect_raw};
use crate::refresh::grant;
use crate::world::{BASE, ClientKey, World, basic, basic_of, claims, machine, part, with};

fn world() -> World {
    let world = World::new();
    world.machine("c");
    world.machine("rs");
    world
}

#[test]
fn ok_a_jwt_with_its_claims() {
    let world = world();
    let token = world.access_token("c", &[("scope", "scim:read")]);
    let said = claims(&token);
    assert_eq!(
        world.known(&token),
        json!({
            "active": true, "scope": "scim:read", "client_id": "c", "sub": "c", "token_type": "Bearer",
            "iss": BASE, "aud": BASE, "exp": said["exp"], "iat": said["iat"], "jti": said["jti"],
        })
    );
}

#[test]
fn ok_an_opaque_token_with_its_person() {
    let world = world();
    let person = world.person("ada");
    let token = world.opaque("c", Some(&person), &Opaque::default());
    let now = world.now_secs();
    assert_eq!(
        world.known(&token),
        json!({
            "active": true, "scope": "scim:read scim:write", "client_id": "c", "sub": person, "username": "ada",
            "token_type": "Bearer", "iss": BASE, "aud": BASE, "exp": now + 600, "iat": now, "jti": "opaque-11",
        })
    );
}

/// Nobody but its client should ever see a refresh token.
#[test]
fn a_refresh_token_is_known_to_its_client_alone() {
    let world = world();
    let token = grant(&world, "c", None, None);
    let known = world.known_to("c", &token);
    assert_eq!(known["active"], true);
    assert_eq!(known["client_id"], "c");
    assert_eq!(known.get("token_type"), None);
    assert!(!world.is_active(&token));
    let form = [("grant_type", "refresh_token"), ("refresh_token", &*token)];
    assert_eq!(world.token_as("c", &form).status, 200);
    assert_eq!(world.known_to("c", &token), json!({"active": false}));
}

/// Attack case 24.
#[test]
fn err_who_does_not_prove_who_it_is() {
    let world = world();
    let public = with(machine(), "token_endpoint_auth_method", json!("none"));
    let public = with(public, "grant_types", json!(["refresh_token"]));
    world.client_of("public", &public, TokenFormat::Jwt);
    let token = world.access_token("c", &[]);
    let ask = |authorization: Option<String>, more: &[(&str, &str)]| {
        let headers: Vec<_> = authorization
            .iter()
            .map(|value| ("authorization", value.as_str()))
            .collect();
        introspect(
            &world.ctx,
            &headers,
            &[&[("token", &*token)], more].concat(),
        )
    };
    ask(Some(basic("rs", "wrong")), &[]).refused(401, "invalid_client");
    ask(Some(basic("nobody", "secret")), &[]).refused(401, "invalid_client");
    ask(None, &[("client_id", "rs")]).refused(401, "invalid_client");
    ask(None, &[("client_id", "public")]).refused(401, "invalid_client");
    assert_eq!(ask(None, &[]).status, 401);
    let headers = [("authorization", &*basic_of("rs"))];
    introspect(&world.ctx, &headers, &[]).refused(400, "invalid_request");
}

/// Attack cases 19 and 24.
#[test]
fn of_what_is_not_active_nothing_is_said() {
    let world = world();
    let token = world.access_token("c", &[]);
    let stranger = ClientKey::new(9);
    let forged = stranger.sign(&part(&token, 0), &claims(&token));
    let none = with(part(&token, 0), "alg", json!("none"));
    let other_kid = with(part(&token, 0), "kid", json!("../../etc/passwd"));
    let id_token = with(part(&token, 0), "typ", json!("JWT"));
    for bad in [
        "",
        "x",
        "a.b.c",
        "rc_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "rc_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "rc_cs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &forged,
        &stranger.sign(&none, &claims(&token)),
        &stranger.sign(&other_kid, &claims(&token)),
        &stranger.sign(&id_token, &claims(&token)),
    ]
    .into_iter()
    .filter(|bad| !bad.is_empty())
    {
        assert!(!world.is_active(bad), "{bad}");
    }
    assert!(world.is_active(&token));
    world.pass(86_401);
    assert!(!world.is_active(&token));
}

/// RFC 9701 §5.
#[test]
fn ok_an_answer_that_is_signed_for_who_asked() {
    let world = world();
    let token = world.access_token("c", &[]);
    for (token, active) in [(token.as_str(), true), ("x", false)] {
        let headers = [
            ("authorization", &*basic_of("rs")),
            ("accept", "application/token-introspection+jwt"),
        ];
        let response = introspect_raw(&world.ctx, &headers, &[("token", token)]);
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(
            header("content-type"),
            "application/token-introspection+jwt"
        );
        assert_eq!(header("cache-control"), "no-store");
        let body = block_on(response.into_body().collect()).unwrap().to_bytes();
        let jwt = String::from_utf8(body.to_vec()).unwrap();
        assert_eq!(part(&jwt, 0)["typ"], "token-introspection+jwt");
        let said = claims(&jwt);
        assert_eq!(said["iss"], BASE);
        assert_eq!(said["aud"], "rs");
        assert_eq!(said["token_introspection"]["active"], active);
        if !active {
            assert_eq!(said["token_introspection"], json!({"active": false}));
        }
    }
}

/// RFC 9701 §5.
#[test]
fn a_signed_answer_is_about_tokens_for_who_asked_alone() {
    let world = world();
    let serves = |resource: &str| with(machine(), "protected_resources", json!([resource]));
    world.client("api", &serves("https://api.example/"));
    world.client("other", &serves("https://other.example/"));
    let token = world.access_token("c", &[("resource", "https://api.example/")]);
    for (client, active) in [("api", true), ("other", false), ("rs", true)] {
        let headers = [
            ("authorization", &*basic_of(client)),
            ("accept", "application/token-introspection+jwt"),
        ];
        let response = introspect_raw(&world.ctx, &headers, &[("token", &token)]);
        let body = block_on(response.into_body().collect()).unwrap().to_bytes();
        let said = claims(std::str::from_utf8(&body).unwrap());
        assert_eq!(said["token_introspection"]["active"], active, "{client}");
        assert_eq!(world.known_to(client, &token)["active"], true, "{client}");
    }
}
