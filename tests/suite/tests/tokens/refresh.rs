//! Refresh tokens: attack case 12. Nothing gives them out yet, so the grants are made in the store.

use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_oauth::token::{OpaqueKind, mint};
use rollcall_store::TokenHash;
use rollcall_store::auth::GrantDraft;
use rollcall_suite::Answer;
use serde_json::{Value as Json, json};

use crate::signer::{Key, random};
use crate::world::{
    API, Machine, UNKNOWN, World, at_once, claims, count, issued, machine, now_secs, with,
};

/// A client that may refresh, and whose resources these are.
pub fn refreshing(world: &World) -> Machine {
    world.client(&metadata())
}

fn metadata() -> Json {
    let grants = json!(["client_credentials", "refresh_token"]);
    with(machine(), "grant_types", grants)
}

/// A grant that ends in a day, and its first refresh token.
pub fn grant(world: &World, client: &Machine, person: Option<&str>, jkt: Option<&str>) -> String {
    let (store, tenant) = (world.store(), world.tenant_name());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(random().as_bytes());
    let token = mint(OpaqueKind::RefreshToken, &bytes);
    let epoch = block_on(store.client(&tenant, &client.id));
    let epoch = epoch.unwrap().unwrap().epoch;
    let person_epoch = |id: &str| {
        let person = block_on(store.person(&tenant, id)).unwrap();
        person.unwrap().epoch
    };
    let in_secs = |secs| Timestamp::from_secs(now_secs() + secs);
    let draft = GrantDraft {
        id: &random(),
        client: (&client.id, epoch),
        person: person.map(|id| (id, person_epoch(id))),
        scope: "scim:read scim:write",
        resources: &json!([world.issuer]).to_string(),
        jkt,
        expires: in_secs(86_400),
    };
    let hash = TokenHash::of(&token);
    let refresh = Some((&hash, in_secs(3600)));
    let given = store.create_grant(&tenant, &draft, refresh, in_secs(0));
    block_on(given).unwrap();
    token
}

fn refresh(world: &World, client: &Machine, token: &str, more: &[(&str, &str)]) -> Answer {
    let form = [
        &[("grant_type", "refresh_token"), ("refresh_token", token)],
        more,
    ]
    .concat();
    world.token_as(client, &form)
}

/// The access token and the next refresh token.
#[track_caller]
fn both(answer: &Answer) -> (String, String) {
    let access = issued(answer);
    let next = answer.json()["refresh_token"].as_str().unwrap().to_owned();
    (access, next)
}

/// Lets this many seconds pass since tokens were used. They are put in anew, for to use one makes another.
fn pass(world: &World, secs: i64) {
    world.sql(&format!(
        "INSERT OR REPLACE INTO refresh_token (tenant, hash, auth_grant, created, expires, used, successor, sealed) \
         SELECT tenant, hash, auth_grant, created, expires, used - {secs}000000, successor, sealed FROM refresh_token \
         WHERE used IS NOT NULL AND tenant = (SELECT id FROM tenant WHERE name = ?1)"
    ));
}

#[test]
fn ok_a_token_for_the_person_and_a_new_refresh_token() {
    let world = World::own(&[]);
    let (client, rs) = (refreshing(&world), world.machine());
    let person = world.person("ada");
    let token = grant(&world, &client, Some(&person), None);
    let (access, second) = both(&refresh(&world, &client, &token, &[]));
    assert_ne!(second, token);
    let said = claims(&access);
    assert_eq!(said["sub"], person);
    assert_eq!(said["client_id"], client.id);
    assert_eq!(said["aud"], world.issuer);
    let known = world.known_to(&rs, &access);
    assert_eq!(
        (&known["active"], &known["username"]),
        (&json!(true), &json!("ada"))
    );
    let me = world.scim.with_token(Some(&access)).get("/Me").expect(200);
    assert_eq!(me.id(), person);
    let narrow = refresh(&world, &client, &second, &[("scope", "scim:read")]);
    assert_eq!(claims(&both(&narrow).0)["scope"], "scim:read");
    let wide = refresh(&world, &client, &both(&narrow).1, &[]);
    assert_eq!(claims(&both(&wide).0)["scope"], "scim:read scim:write");
}

#[test]
fn of_many_at_once_all_get_the_same_successor() {
    let world = World::own(&[]);
    let client = refreshing(&world);
    let token = grant(&world, &client, None, None);
    let answers = at_once(6, |_| refresh(&world, &client, &token, &[]));
    assert_eq!(count(&answers, 200), 6, "{answers:?}");
    let next = both(&answers[0]).1;
    for answer in &answers {
        assert_eq!(both(answer).1, next);
    }
    both(&refresh(&world, &client, &next, &[]));
    // Its successor was used, so that whoever has this one has stolen it.
    let replay = refresh(&world, &client, &token, &[]);
    world.refused(replay, 400, "invalid_grant");
}

#[test]
fn err_a_replay_ends_the_family() {
    let world = World::own(&[]);
    let (client, rs) = (refreshing(&world), world.machine());
    let token = grant(&world, &client, None, None);
    let spared = grant(&world, &client, None, None);
    let (access, second) = both(&refresh(&world, &client, &token, &[]));
    assert!(world.is_active(&rs, &access));
    pass(&world, 11);
    // Whatever else is wrong with it.
    let replay = refresh(&world, &client, &token, &[("scope", "admin")]);
    world.refused(replay, 400, "invalid_grant");
    let after = refresh(&world, &client, &second, &[]);
    world.refused(after, 400, "invalid_grant");
    assert!(!world.is_active(&rs, &access));
    world.users(&access).expect(401);
    both(&refresh(&world, &client, &spared, &[]));
}

#[test]
fn err_a_wrong_request_uses_nothing_up() {
    let world = World::own(&[]);
    let (client, other) = (refreshing(&world), refreshing(&world));
    let token = grant(&world, &client, None, None);
    let stolen = refresh(&world, &other, &token, &[]);
    world.refused(stolen, 400, "invalid_grant");
    for (more, code) in [
        (("scope", "admin"), "invalid_scope"),
        (("resource", "https://other.example/"), "invalid_target"),
        (("resource", API), "invalid_target"),
    ] {
        let answer = refresh(&world, &client, &token, &[more]);
        world.refused(answer, 400, code);
    }
    for unknown in ["x", UNKNOWN[0], UNKNOWN[1], &token[..token.len() - 1]] {
        let answer = refresh(&world, &client, unknown, &[]);
        world.refused(answer, 400, "invalid_grant");
    }
    let answer = world.token_as(&client, &[("grant_type", "refresh_token")]);
    world.refused(answer, 400, "invalid_request");
    let may_not = world.machine();
    let answer = refresh(&world, &may_not, &token, &[]);
    world.refused(answer, 400, "unauthorized_client");
    both(&refresh(&world, &client, &token, &[]));
}

/// The absolute life of the grant holds, for its access tokens, too.
#[test]
fn no_token_outlives_the_grant() {
    let world = World::own(&[]);
    let client = refreshing(&world);
    let token = grant(&world, &client, None, None);
    let ends_in = |secs: i64| {
        let at = now_secs() + secs;
        world.sql(&format!(
            "UPDATE auth_grant SET expires = {at}000000 WHERE tenant = (SELECT id FROM tenant WHERE name = ?1)"
        ));
        at
    };
    let at = ends_in(60);
    let (access, next) = both(&refresh(&world, &client, &token, &[]));
    assert_eq!(claims(&access)["exp"], at);
    ends_in(-1);
    let answer = refresh(&world, &client, &next, &[]);
    world.refused(answer, 400, "invalid_grant");
}

#[test]
fn err_a_person_who_was_deactivated() {
    let world = World::own(&[]);
    let client = refreshing(&world);
    let person = world.person("ada");
    let token = grant(&world, &client, Some(&person), None);
    world.deactivate(&person);
    let answer = refresh(&world, &client, &token, &[]);
    world.refused(answer, 400, "invalid_grant");
}

/// RFC 9449 §5: a public client's refresh token is for who has the key.
#[test]
fn a_bound_refresh_token_needs_its_key() {
    let world = World::own(&[]);
    let client = world.public();
    let (key, thief) = (Key::new(5), Key::new(6));
    let token = grant(&world, &client, None, Some(&key.thumbprint()));
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*token),
        ("client_id", &client.id),
    ];
    let answer = world.token(&[], &form);
    world.refused(answer, 400, "invalid_dpop_proof");
    let url = format!("{}/oauth/token", world.issuer);
    let asked = world.token(&[("dpop", &thief.proof("POST", &url, &[]))], &form);
    let asked = world.refused(asked, 400, "use_dpop_nonce");
    let nonce = [("nonce", json!(asked.header("dpop-nonce")))];
    let stolen = world.token(&[("dpop", &thief.proof("POST", &url, &nonce))], &form);
    world.refused(stolen, 400, "invalid_dpop_proof");
    let mine = world.token(&[("dpop", &key.proof("POST", &url, &nonce))], &form);
    let (access, _) = both(&mine);
    assert_eq!(claims(&access)["cnf"]["jkt"], key.thumbprint());
}
