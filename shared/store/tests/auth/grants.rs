//! Grants and the rotation of refresh tokens.

use pollster::block_on;
use rollcall_store::TokenHash;
use rollcall_store::auth::{Rotation, Successor};

use crate::world::{World, at_once, hash, later};

fn world() -> World {
    let w = World::new();
    w.add_client("app");
    w.add_client("other");
    w.add_person("anna");
    w.add_grant("grant", "app", Some("anna"), "r1");
    w
}

#[test]
fn a_refresh_token_says_what_it_is_for() {
    let w = world();
    let given = w.now();
    let token = w.refresh("r1").unwrap();
    assert_eq!((token.created, token.used), (given, None));
    assert_eq!(token.expires, later(given, 86400));
    let grant = token.grant;
    assert_eq!((grant.id.as_str(), grant.client.as_str()), ("grant", "app"));
    assert_eq!(grant.client_epoch, w.client_epoch("app"));
    let epoch = w.person_epoch("anna");
    assert_eq!(grant.person, Some(("anna".to_owned(), epoch)));
    assert_eq!(grant.scope, "scim:read offline_access");
    assert_eq!(
        (grant.resources.as_str(), grant.jkt.as_deref()),
        ("[]", Some("thumb"))
    );
    assert_eq!(
        (grant.created, grant.expires),
        (given, later(given, 30 * 86400))
    );
    w.last_is("client:app", "grant", "Grant", "grant");
    assert_eq!(w.refresh("r2"), None);
}

#[test]
fn a_refresh_token_is_used_once() {
    let w = world();
    w.pass(100);
    let used = w.now();
    assert_eq!(w.rotate("app", "r1", "r2"), Rotation::Done);
    w.last_is("client:app", "refresh", "Grant", "grant");
    assert_eq!(w.refresh("r1").unwrap().used, Some(used));
    assert!(!w.is_live_refresh("r1") && w.is_live_refresh("r2"));
    assert_eq!(w.refresh("r2").unwrap().expires, later(used, 86400));
    assert_eq!(w.rotate("app", "r2", "r3"), Rotation::Done);
    assert!(w.is_live_refresh("r3"));
}

#[test]
fn a_second_request_a_moment_later_gets_the_same_successor() {
    let w = world();
    assert_eq!(w.rotate("app", "r1", "r2"), Rotation::Done);
    w.pass(10);
    let again = Rotation::Again("r2".to_owned());
    assert_eq!(w.rotate("app", "r1", "lost"), again);
    assert!(w.is_live_refresh("r2") && !w.is_live_refresh("lost"));
}

#[test]
fn a_replay_ends_the_family() {
    let w = world();
    let mut jwt = w.jwt("jwt", "app", Some("anna"));
    jwt.grant = Some("grant".into());
    w.add_opaque("opaque", "app", Some("anna"), Some("grant"));
    w.add_grant("another", "app", Some("anna"), "another");
    assert_eq!(w.rotate("app", "r1", "r2"), Rotation::Done);
    assert!(w.is_live(&jwt) && w.is_live_opaque("opaque"));
    w.pass(11);
    assert_eq!(w.rotate("app", "r1", "r3"), Rotation::Replayed);
    w.last_is("client:app", "revoke", "Grant", "grant");
    assert!(!w.is_live_refresh("r2") && !w.is_live_refresh("r3"));
    assert!(!w.is_live(&jwt) && !w.is_live_opaque("opaque"));
    assert_eq!(w.rotate("app", "r2", "r4"), Rotation::Unknown);
    assert!(w.is_live_refresh("another"));
}

#[test]
fn a_second_request_after_the_successor_was_used_is_a_replay() {
    let w = world();
    assert_eq!(w.rotate("app", "r1", "r2"), Rotation::Done);
    assert_eq!(w.rotate("app", "r2", "r3"), Rotation::Done);
    assert_eq!(w.rotate("app", "r1", "r4"), Rotation::Replayed);
    assert!(!w.is_live_refresh("r3"));
}

#[test]
fn another_clients_token_is_unknown_and_unharmed() {
    let w = world();
    assert_eq!(w.rotate("other", "r1", "stolen"), Rotation::Unknown);
    assert!(w.is_live_refresh("r1"));
    assert_eq!(w.rotate("app", "r1", "r2"), Rotation::Done);
    w.pass(100);
    // Nor does it end another one's family.
    assert_eq!(w.rotate("other", "r1", "stolen"), Rotation::Unknown);
    assert!(w.is_live_refresh("r2"));
}

#[test]
fn a_dead_grants_token_is_not_rotated() {
    let w = world();
    w.set_active("anna", false);
    assert_eq!(w.rotate("app", "r1", "r2"), Rotation::Unknown);
    w.set_active("anna", true);
    assert_eq!(w.rotate("app", "r1", "r2"), Rotation::Unknown);
    w.add_grant("new", "app", Some("anna"), "n1");
    assert_eq!(w.rotate("app", "n1", "n2"), Rotation::Done);
    w.disable("app", true);
    // Not even for the moment's grace.
    assert_eq!(w.rotate("app", "n1", "n3"), Rotation::Unknown);
}

#[test]
fn a_token_that_has_expired_is_not_rotated() {
    let w = world();
    w.pass(86400);
    assert_eq!(w.rotate("app", "r1", "r2"), Rotation::Unknown);
}

#[test]
fn rotation_does_not_prolong_the_grant() {
    let w = world();
    let end = w.refresh("r1").unwrap().grant.expires;
    let mut old = "r1".to_owned();
    for number in 2.. {
        w.pass(86000);
        let new = format!("r{number}");
        if w.rotate("app", &old, &new) != Rotation::Done {
            break;
        }
        let token = w.refresh(&new).unwrap();
        assert!(token.expires <= end && token.grant.expires == end);
        old = new;
    }
    assert!(later(w.now(), -86400) < end && w.now() >= end);
}

#[test]
fn a_grant_may_come_without_a_refresh_token() {
    let w = world();
    let grant = rollcall_store::auth::GrantDraft {
        id: "bare",
        client: ("app", w.client_epoch("app")),
        person: None,
        scope: "scim:read",
        resources: "[]",
        jkt: None,
        expires: later(w.now(), 100),
    };
    block_on(w.store.create_grant(&w.tenant, &grant, None, w.tick())).unwrap();
    let mut jwt = w.jwt("1", "app", None);
    jwt.grant = Some("bare".into());
    assert!(w.is_live(&jwt));
}

#[test]
fn of_many_at_once_all_get_the_one_successor() {
    let w = world();
    let (tenant, now) = (w.tenant.clone(), w.tick());
    let rotated = at_once(&w, 8, move |number, store| {
        let new = format!("new{number}");
        let (old, hash) = (hash("r1"), TokenHash::of(&new));
        let successor = Successor {
            hash: &hash,
            sealed: &new,
        };
        let rotation = block_on(store.rotate(&tenant, ("app", &old), &successor, 10, now));
        match rotation.unwrap() {
            Rotation::Done => (true, new),
            Rotation::Again(sealed) => (false, sealed),
            other => (false, format!("{other:?}")),
        }
    });
    let (done, winner) = rotated.iter().find(|(done, _)| *done).unwrap();
    assert!(done);
    assert_eq!(rotated.iter().filter(|(done, _)| *done).count(), 1);
    assert!(rotated.iter().all(|(_, new)| new == winner), "{rotated:?}");
    assert!(w.is_live_refresh(winner));
}
