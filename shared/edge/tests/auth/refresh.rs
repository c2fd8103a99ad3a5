//! Refresh tokens: attack case 12. Nothing gives them out yet, so the grants are made in the store.

use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_oauth::token::{OpaqueKind, mint};
use rollcall_service::TokenHash;
use rollcall_store::auth::GrantDraft;
use serde_json::json;

use crate::world::{Answer, ClientKey, World, claims, machine, with};

/// A grant that ends in a day, and its first refresh token.
pub fn grant(world: &World, client: &str, person: Option<&str>, jkt: Option<&str>) -> String {
    numbered_grant(world, 1, client, person, jkt)
}

/// One of several.
pub fn numbered_grant(
    world: &World,
    number: u8,
    client: &str,
    person: Option<&str>,
    jkt: Option<&str>,
) -> String {
    let token = mint(OpaqueKind::RefreshToken, &[3 + number; 32]);
    let epoch = block_on(world.store.client(&world.tenant, client));
    let epoch = epoch.unwrap().unwrap().epoch;
    let person_epoch = |id: &str| {
        let person = block_on(world.store.person(&world.tenant, id)).unwrap();
        person.unwrap().epoch
    };
    let in_secs = |secs| Timestamp::from_secs(world.now_secs() + secs);
    let draft = GrantDraft {
        id: &format!("grant-{number}"),
        client: (client, epoch),
        person: person.map(|id| (id, person_epoch(id))),
        scope: "scim:read openid",
        resources: r#"["https://api.example/"]"#,
        jkt,
        expires: in_secs(86_400),
    };
    let hash = TokenHash::of(&token);
    let refresh = Some((&hash, in_secs(3600)));
    block_on(
        world
            .store
            .create_grant(&world.tenant, &draft, refresh, world.now()),
    )
    .unwrap();
    token
}

fn refresh(world: &World, client: &str, token: &str, more: &[(&str, &str)]) -> Answer {
    let form = [
        &[("grant_type", "refresh_token"), ("refresh_token", token)],
        more,
    ]
    .concat();
    world.token_as(client, &form)
}

fn next(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json["refresh_token"].as_str().unwrap().to_owned()
}

#[test]
fn ok_a_token_for_the_person_and_a_new_refresh_token() {
    let world = World::new();
    world.machine("c");
    let person = world.person("ada");
    let token = grant(&world, "c", Some(&person), None);
    let answer = refresh(&world, "c", &token, &[]);
    answer.is_not_kept();
    let claims = answer.claims();
    assert_eq!(claims["sub"], person);
    assert_eq!(claims["client_id"], "c");
    assert_eq!(claims["aud"], "https://api.example/");
    assert_eq!(claims["scope"], "scim:read openid");
    let second = next(&answer);
    assert_ne!(second, token);
    let narrow = refresh(&world, "c", &second, &[("scope", "openid")]);
    assert_eq!(narrow.claims()["scope"], "openid");
    // The family keeps its scope.
    let wide = refresh(&world, "c", &next(&narrow), &[]);
    assert_eq!(wide.claims()["scope"], "scim:read openid");
}

#[test]
fn two_requests_within_the_grace_get_the_same_successor() {
    let world = World::new();
    world.machine("c");
    let token = grant(&world, "c", None, None);
    let first = next(&refresh(&world, "c", &token, &[]));
    world.pass(10);
    assert_eq!(next(&refresh(&world, "c", &token, &[])), first);
    assert_eq!(refresh(&world, "c", &first, &[]).status, 200);
}

#[test]
fn err_a_replay_ends_the_family() {
    let world = World::new();
    world.machine("c");
    let token = grant(&world, "c", None, None);
    let answer = refresh(&world, "c", &token, &[]);
    let second = next(&answer);
    world.pass(11);
    // Whatever else is wrong with it.
    let replay = refresh(&world, "c", &token, &[("scope", "admin")]);
    replay.refused(400, "invalid_grant");
    refresh(&world, "c", &second, &[]).refused(400, "invalid_grant");
    let access = answer.json["access_token"].as_str().unwrap();
    crate::exchange::narrow(&world, "c", access, &[]).refused(400, "invalid_request");
}

#[test]
fn err_a_wrong_request_uses_nothing_up() {
    let world = World::new();
    world.machine("c");
    world.machine("d");
    let token = grant(&world, "c", None, None);
    refresh(&world, "d", &token, &[]).refused(400, "invalid_grant");
    refresh(&world, "c", &token, &[("scope", "admin")]).refused(400, "invalid_scope");
    let other = [("resource", "https://other.example/")];
    refresh(&world, "c", &token, &other).refused(400, "invalid_target");
    refresh(&world, "c", "x", &[]).refused(400, "invalid_grant");
    let unknown = mint(OpaqueKind::RefreshToken, &[9; 32]);
    refresh(&world, "c", &unknown, &[]).refused(400, "invalid_grant");
    world
        .token_as("c", &[("grant_type", "refresh_token")])
        .refused(400, "invalid_request");
    assert_eq!(refresh(&world, "c", &token, &[]).status, 200);
}

#[test]
fn err_a_token_that_has_expired_and_a_grant_that_has() {
    let world = World::new();
    world.machine("c");
    let mut token = grant(&world, "c", None, None);
    for _ in 0..24 {
        world.pass(3599);
        let answer = refresh(&world, "c", &token, &[]);
        token = next(&answer);
    }
    // 24 seconds of the day are left, and of the access token, too.
    let answer = refresh(&world, "c", &token, &[]);
    let issued = claims(answer.json["access_token"].as_str().unwrap());
    assert_eq!(issued["exp"].as_i64().unwrap(), world.now_secs() + 24);
    token = next(&answer);
    world.pass(24);
    refresh(&world, "c", &token, &[]).refused(400, "invalid_grant");
}

#[test]
fn err_a_person_who_was_deactivated() {
    let world = World::new();
    world.machine("c");
    let person = world.person("ada");
    let token = grant(&world, "c", Some(&person), None);
    world.deactivate(&person);
    refresh(&world, "c", &token, &[]).refused(400, "invalid_grant");
}

#[test]
fn err_a_client_that_may_not() {
    let world = World::new();
    world.client(
        "c",
        &with(machine(), "grant_types", json!(["client_credentials"])),
    );
    let token = grant(&world, "c", None, None);
    refresh(&world, "c", &token, &[]).refused(400, "unauthorized_client");
}

#[test]
fn a_public_client_refreshes_with_its_name_and_a_bound_token_needs_its_key() {
    let world = World::new();
    let public = with(machine(), "token_endpoint_auth_method", json!("none"));
    world.client("p", &public);
    let token = grant(&world, "p", None, Some("another-key"));
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*token),
        ("client_id", "p"),
    ];
    world.token(&[], &form).refused(400, "invalid_dpop_proof");
    let key = ClientKey::new(5);
    let bare = key.proof(world.now_secs(), &json!({}));
    let asked = world.token(&[("dpop", &bare)], &form);
    let nonce = asked.header("dpop-nonce").unwrap();
    let proof = key.proof(world.now_secs(), &json!({"nonce": nonce}));
    let answer = world.token(&[("dpop", &proof)], &form);
    answer.refused(400, "invalid_dpop_proof");
}
