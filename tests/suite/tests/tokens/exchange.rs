//! Token exchange (RFC 8693): attack case 13 where a token is turned into another one.

use rollcall_suite::Answer;
use serde_json::json;

use crate::signer::Key;
use crate::trusted::Trusting;
use crate::world::{
    ACCESS_TOKEN, API, EXCHANGE, Machine, UNKNOWN, World, claims, issued, machine, with,
};

/// Exchanges a token.
pub fn exchange(world: &World, client: &Machine, token: &str, more: &[(&str, &str)]) -> Answer {
    let form = [
        &[
            ("grant_type", EXCHANGE),
            ("subject_token", token),
            ("subject_token_type", ACCESS_TOKEN),
        ],
        more,
    ]
    .concat();
    world.token_as(client, &form)
}

#[test]
fn ok_less_scope_and_less_audience_never_longer() {
    let world = World::new();
    for client in [world.machine(), world.opaque()] {
        let wide = [("resource", API), ("resource", &*world.issuer)];
        let token = world.access_token(&client, &wide);
        let less = [("scope", "scim:read"), ("resource", API)];
        let answer = exchange(&world, &client, &token, &less);
        let narrowed = issued(&answer);
        let told = answer.json();
        assert_eq!(told["scope"], "scim:read");
        assert_eq!(told["issued_token_type"], ACCESS_TOKEN);
        assert_eq!(told["token_type"], "Bearer");
        assert!(told["expires_in"].as_i64().unwrap() <= 600);
        let known = world.known_to(&client, &narrowed);
        assert_eq!(
            (&known["aud"], &known["scope"]),
            (&json!(API), &told["scope"])
        );
        let whole = world.known_to(&client, &token);
        assert!(known["exp"].as_i64() <= whole["exp"].as_i64());
        // And no way back.
        let back = exchange(&world, &client, &narrowed, &[("scope", "scim:write")]);
        world.refused(back, 400, "invalid_scope");
        let back = exchange(&world, &client, &narrowed, &[("resource", &world.issuer)]);
        world.refused(back, 400, "invalid_target");
        // The exchange has taken nothing from the token.
        assert_eq!(whole["active"], true);
    }
}

#[test]
fn ok_a_service_acts_for_the_person_and_says_so() {
    let trusting = Trusting::new();
    let world = &trusting.world;
    let app = world.machine();
    let service = with(machine(), "protected_resources", json!([API]));
    let backend = "https://backend.example/";
    let api = world.client(&with(service, "resources", json!([backend])));
    let person = world.person("ada");
    let token = issued(&trusting.exchange(&app, "ada", &[("resource", API)]));
    assert_eq!(claims(&token)["sub"], person);
    let delegated = exchange(world, &api, &token, &[("resource", backend)]);
    let delegated = issued(&delegated);
    let said = claims(&delegated);
    assert_eq!(said["sub"], person);
    assert_eq!(said["client_id"], api.id);
    assert_eq!(said["aud"], backend);
    assert_eq!(said["act"]["sub"], api.id);
    assert_eq!(said["act"]["act"]["sub"], app.id);
    let known = world.known_to(&api, &delegated);
    assert_eq!(known["act"], said["act"]);
    assert_eq!(known["username"], "ada");

    // Who is no receiver of the token may not.
    let stranger = world.machine();
    let answer = exchange(world, &stranger, &token, &[]);
    world.refused(answer, 400, "invalid_request");
    // And it ends with the person.
    world.deactivate(&person);
    for (client, token) in [(&api, &token), (&api, &delegated), (&app, &token)] {
        let answer = exchange(world, client, token, &[]);
        world.refused(answer, 400, "invalid_request");
        assert!(!world.is_active(client, token));
    }
}

#[test]
fn err_a_token_that_is_not_the_clients() {
    let world = World::new();
    let (app, stranger) = (world.machine(), world.machine());
    let api = world.client(&with(machine(), "protected_resources", json!([API])));
    let token = world.access_token(&app, &[]);
    let answer = exchange(&world, &stranger, &token, &[]);
    world.refused(answer, 400, "invalid_request");
    // A client's own rights are not another one's to take.
    let sent = world.access_token(&app, &[("resource", API)]);
    let answer = exchange(&world, &api, &sent, &[]);
    world.refused(answer, 400, "invalid_request");
    // Another tenant's is none.
    let other = World::new();
    let elsewhere = other.machine();
    let foreign = other.access_token(&elsewhere, &[]);
    let answer = exchange(&world, &app, &foreign, &[]);
    world.refused(answer, 400, "invalid_request");
}

#[test]
fn err_requests_that_do_not_fit() {
    let world = World::new();
    let client = world.machine();
    let token = world.access_token(&client, &[]);
    let id_token = "urn:ietf:params:oauth:token-type:id_token";
    for more in [
        ("actor_token", &*token),
        ("actor_token_type", ACCESS_TOKEN),
        (
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:refresh_token",
        ),
        ("requested_token_type", id_token),
    ] {
        let answer = exchange(&world, &client, &token, &[more]);
        world.refused(answer, 400, "invalid_request");
    }
    for form in [
        vec![("subject_token", &*token)],
        vec![("subject_token_type", ACCESS_TOKEN)],
        vec![("subject_token", &*token), ("subject_token_type", id_token)],
    ] {
        let form = [vec![("grant_type", EXCHANGE)], form].concat();
        let answer = world.token_as(&client, &form);
        world.refused(answer, 400, "invalid_request");
    }
    for target in [
        ("audience", "x"),
        ("audience", "https://other.example/"),
        ("resource", "https://other.example/"),
    ] {
        let answer = exchange(&world, &client, &token, &[target]);
        world.refused(answer, 400, "invalid_target");
    }
    for bad in ["x", "a.b.c", UNKNOWN[0], UNKNOWN[1], UNKNOWN[2]] {
        let answer = exchange(&world, &client, bad, &[]);
        world.refused(answer, 400, "invalid_request");
    }
    // As the actor, too.
    let actor = [("actor_token", "x"), ("actor_token_type", ACCESS_TOKEN)];
    let answer = exchange(&world, &client, &token, &actor);
    world.refused(answer, 400, "invalid_request");
}

/// A token that is bound to a key is no client's to unbind.
#[test]
fn err_a_bound_token_without_its_key() {
    let world = World::new();
    let client = world.machine();
    let bound = crate::dpop::Bound::new(&world, &client, Key::new(5));
    let answer = exchange(&world, &client, &bound.token, &[]);
    world.refused(answer, 400, "invalid_dpop_proof");
    let url = format!("{}/oauth/token", world.issuer);
    let form = [
        ("grant_type", EXCHANGE),
        ("subject_token", &*bound.token),
        ("subject_token_type", ACCESS_TOKEN),
    ];
    let send = |key: &Key| {
        let proof = key.proof("POST", &url, &[("nonce", json!(bound.nonce))]);
        world.token(
            &[("authorization", &client.basic()), ("dpop", &proof)],
            &form,
        )
    };
    world.refused(send(&Key::new(6)), 400, "invalid_dpop_proof");
    let narrowed = issued(&send(&bound.key));
    assert_eq!(claims(&narrowed)["cnf"]["jkt"], bound.key.thumbprint());
}
