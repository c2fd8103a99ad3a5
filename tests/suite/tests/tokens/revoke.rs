//! Revocation (RFC 7009): attack case 25.

use rollcall_suite::Client;
use serde_json::json;

use crate::refresh::{grant, refreshing};
use crate::signer::Key;
use crate::world::{UNKNOWN, World, at_once, basic, claims, issued, part};

#[test]
fn ok_access_tokens_end_at_once_whatever_the_hint_says() {
    let world = World::new();
    let (client, opaque, rs) = (world.machine(), world.opaque(), world.machine());
    for (client, hint) in [
        (&client, "refresh_token"),
        (&client, "pigeon"),
        (&opaque, "access_token"),
        (&opaque, "pigeon"),
    ] {
        let (token, other) = (
            world.access_token(client, &[]),
            world.access_token(client, &[]),
        );
        // What an instance remembers of a token does not keep it alive.
        for _ in 0..3 {
            world.users(&token).expect(200);
        }
        assert!(world.is_active(&rs, &token));
        world.give_back(client, &token, &[("token_type_hint", hint)]);
        assert!(!world.is_active(&rs, &token));
        world.users(&token).expect(401);
        assert!(world.is_active(&rs, &other));
        world.users(&other).expect(200);
        // A second time is no error.
        world.give_back(client, &token, &[]);
    }
}

#[test]
fn what_is_unknown_or_another_clients_is_passed_over() {
    let world = World::new();
    let (client, opaque, thief) = (world.machine(), world.opaque(), world.machine());
    let (jwt, token) = (
        world.access_token(&client, &[]),
        world.access_token(&opaque, &[]),
    );
    let forged = Key::new(9).sign(&part(&jwt, 0), &claims(&jwt));
    let provisioning = world.scim.token.clone().unwrap();
    for bad in [
        "x",
        "a.b.c",
        "' OR 1=1 --",
        UNKNOWN[0],
        UNKNOWN[1],
        &forged,
        &provisioning,
        &jwt,
        &token,
    ] {
        world.give_back(&thief, bad, &[]);
    }
    assert!(world.is_active(&thief, &jwt));
    assert!(world.is_active(&thief, &token));
    world.scim.get("/Users").expect(200);
    // A forged one of its own ends nothing either: its `jti` is another's to revoke.
    world.give_back(&client, &forged, &[]);
    assert!(world.is_active(&client, &jwt));
    // Another tenant's client, even of the same token.
    let other = World::new();
    let foreign = other.machine();
    other.give_back(&foreign, &jwt, &[]);
    assert!(world.is_active(&client, &jwt));
}

#[test]
fn err_strangers_and_what_has_another_end() {
    let world = World::new();
    let client = world.machine();
    let token = world.access_token(&client, &[]);
    let wrong = basic(&client.id, "wrong");
    for headers in [&[][..], &[("authorization", &*wrong)]] {
        let answer = world.revoke(headers, &[("token", &token)]);
        world.refused(answer, 401, "invalid_client");
    }
    let authorization = client.basic();
    let headers = [("authorization", &*authorization)];
    world.refused(world.revoke(&headers, &[]), 400, "invalid_request");
    for secret in [UNKNOWN[2], &client.secret] {
        let answer = world.revoke(&headers, &[("token", secret)]);
        world.refused(answer, 400, "unsupported_token_type");
    }
    assert!(world.is_active(&client, &token));
}

#[test]
fn a_refresh_token_takes_its_access_tokens_along() {
    let world = World::own(&[]);
    let (client, rs) = (refreshing(&world), world.machine());
    let person = world.person("ada");
    let first = grant(&world, &client, Some(&person), None);
    let form = [("grant_type", "refresh_token"), ("refresh_token", &*first)];
    let answer = world.token_as(&client, &form);
    let access = issued(&answer);
    let next = answer.json()["refresh_token"].as_str().unwrap().to_owned();
    let thief = refreshing(&world);
    world.give_back(&thief, &next, &[]);
    assert!(world.is_active(&rs, &access));
    world.users(&access).expect(200);
    // The used one names the family as well as the new one.
    world.give_back(&client, &first, &[]);
    assert!(!world.is_active(&rs, &access));
    assert!(!world.is_active(&client, &next));
    world.users(&access).expect(401);
    let form = [("grant_type", "refresh_token"), ("refresh_token", &*next)];
    let answer = world.token_as(&client, &form);
    world.refused(answer, 400, "invalid_grant");
}

#[test]
fn of_many_at_once_all_are_told_that_it_is_done() {
    let world = World::new();
    let client = world.machine();
    let token = world.access_token(&client, &[]);
    at_once(8, |_| world.give_back(&client, &token, &[]));
    assert!(!world.is_active(&client, &token));
}

/// The operator ends all of a client's tokens, or all of a person's, and neither is shut out.
#[test]
fn all_of_a_client_end_and_it_goes_on() {
    let world = World::new();
    let (client, opaque) = (world.machine(), world.opaque());
    for client in [&client, &opaque] {
        let old: Vec<String> = (0..3).map(|_| world.access_token(client, &[])).collect();
        let path = format!("{}/revoke", client.path());
        world.admin.post(&path, &json!({})).expect(204);
        for token in &old {
            assert!(!world.is_active(client, token));
            world.users(token).expect(401);
        }
        let new = world.access_token(client, &[]);
        assert!(world.is_active(client, &new));
        world.users(&new).expect(200);
        assert!(!world.is_active(client, &old[0]));
    }
}

/// Neither does a client that comes back bring its tokens back, nor one that is gone leave any.
#[test]
fn a_client_that_is_disabled_or_deleted_has_no_live_token() {
    let world = World::new();
    let rs = world.machine();
    for client in [world.machine(), world.opaque()] {
        let token = world.access_token(&client, &[]);
        let post = |switch: &str| {
            let path = format!("{}/{switch}", client.path());
            world.admin.post(&path, &json!({})).expect(200);
        };
        post("disable");
        assert!(!world.is_active(&rs, &token));
        world.users(&token).expect(401);
        post("enable");
        assert!(!world.is_active(&rs, &token));
        let again = world.access_token(&client, &[]);
        assert!(world.is_active(&rs, &again));
        world.admin.delete(&client.path()).expect(204);
        assert!(!world.is_active(&rs, &again));
        world.users(&again).expect(401);
    }
}

/// What registered itself ends itself, too (RFC 7592 §2.3).
#[test]
fn a_client_that_unregisters_has_no_live_token() {
    let world = World::new();
    let rs = world.machine();
    let initial = world
        .admin
        .post("/initial-access-tokens", &json!({"name": "test"}))
        .expect(201)
        .json();
    let register = world.server.with_token(initial["token"].as_str());
    let json = [("content-type", "application/json")];
    let body = json!({"grant_types": ["client_credentials"], "scope": "app"});
    let method = ureq::http::Method::POST;
    let created = register.send_json(&method, "/oauth/register", &json, &body);
    let created = created.expect(201).json();
    let text = |name: &str| created[name].as_str().unwrap().to_owned();
    let client = crate::world::Machine {
        id: text("client_id"),
        secret: text("client_secret"),
    };
    let token = world.access_token(&client, &[]);
    assert!(world.is_active(&rs, &token));
    let itself = Client::new(
        text("registration_client_uri"),
        created["registration_access_token"]
            .as_str()
            .map(str::to_owned),
    );
    itself.delete("").expect(204);
    assert!(!world.is_active(&rs, &token));
}
