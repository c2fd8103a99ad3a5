//! Revocation: attack case 25.

use serde_json::Value as Json;

use crate::calls::{Opaque, revoke};
use crate::refresh::grant;
use crate::world::{World, basic, basic_of};

fn world() -> World {
    let world = World::new();
    world.machine("c");
    world.machine("rs");
    world
}

fn give_back(world: &World, client: &str, token: &str, more: &[(&str, &str)]) {
    let headers = [("authorization", &*basic_of(client))];
    let answer = revoke(&world.ctx, &headers, &[&[("token", token)], more].concat());
    assert_eq!((answer.status, &answer.json), (200, &Json::Null));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn ok_access_tokens_end_whatever_the_hint_says() {
    let world = world();
    let jwt = world.access_token("c", &[]);
    let other = world.access_token("c", &[]);
    let opaque = world.opaque("c", None, &Opaque::default());
    assert!(world.is_active(&jwt) && world.is_active(&opaque));
    give_back(&world, "c", &jwt, &[("token_type_hint", "refresh_token")]);
    give_back(&world, "c", &opaque, &[("token_type_hint", "pigeon")]);
    assert!(!world.is_active(&jwt) && !world.is_active(&opaque));
    assert!(world.is_active(&other));
    give_back(&world, "c", &jwt, &[]);
}

#[test]
fn what_is_unknown_or_another_clients_is_passed_over() {
    let world = world();
    let jwt = world.access_token("c", &[]);
    let opaque = world.opaque("c", None, &Opaque::default());
    let refresh = grant(&world, "c", None, None);
    for token in ["x", "a.b.c", &jwt, &opaque, &refresh] {
        give_back(&world, "rs", token, &[]);
    }
    assert!(world.is_active(&jwt) && world.is_active(&opaque));
    assert_eq!(world.known_to("c", &refresh)["active"], true);
}

#[test]
fn a_refresh_token_takes_its_access_tokens_along() {
    let world = world();
    let person = world.person("ada");
    let refresh = grant(&world, "c", Some(&person), None);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*refresh),
    ];
    let answer = world.token_as("c", &form);
    let access = answer.json["access_token"].as_str().unwrap();
    let next = answer.json["refresh_token"].as_str().unwrap();
    assert!(world.is_active(access));
    give_back(&world, "c", next, &[]);
    assert!(!world.is_active(access));
    assert_eq!(world.known_to("c", next)["active"], false);
}

#[test]
fn err_strangers_and_what_has_another_end() {
    let world = world();
    let token = world.access_token("c", &[]);
    let wrong = [("authorization", &*basic("c", "wrong"))];
    revoke(&world.ctx, &wrong, &[("token", &token)]).refused(401, "invalid_client");
    let right = [("authorization", &*basic_of("c"))];
    revoke(&world.ctx, &right, &[]).refused(400, "invalid_request");
    let secret = "rc_cs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    revoke(&world.ctx, &right, &[("token", secret)]).refused(400, "unsupported_token_type");
    assert!(world.is_active(&token));
}
