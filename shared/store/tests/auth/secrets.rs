//! The secrets of clients: two at a time.

use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_store::StoreError;
use rollcall_store::auth::{MAX_SECRETS, SecretDraft};

use crate::world::{World, at_once, hash, later};

fn add(
    w: &World,
    id: &str,
    expires: Option<Timestamp>,
    others_end: Option<Timestamp>,
) -> Result<(), StoreError> {
    let hash = hash(id);
    let secret = SecretDraft {
        id,
        hash: &hash,
        expires,
    };
    block_on(
        w.store
            .add_secret(&w.tenant, "app", &secret, others_end, w.tick()),
    )
}

fn valid(w: &World) -> usize {
    let found = block_on(w.store.authenticate_client(&w.tenant, "app", w.now())).unwrap();
    found.client.unwrap().secrets.len()
}

#[test]
fn a_third_secret_is_refused() {
    let w = World::new();
    w.add_client("app");
    add(&w, "second", None, None).unwrap();
    w.last_is("admin", "issue", "ClientSecret", "second");
    assert_eq!(valid(&w), 2);
    let entries = w.log().len();
    assert_eq!(add(&w, "third", None, None), Err(StoreError::TooMany));
    assert_eq!((valid(&w), w.log().len()), (2, entries));
    block_on(w.store.delete_secret(&w.tenant, "app", "first", w.tick())).unwrap();
    w.last_is("admin", "revoke", "ClientSecret", "first");
    assert_eq!(valid(&w), 1);
    add(&w, "third", None, None).unwrap();
    let secrets = block_on(w.store.secrets(&w.tenant, "app")).unwrap();
    let ids: Vec<_> = secrets.iter().map(|secret| secret.id.as_str()).collect();
    assert_eq!(ids, ["second", "third"]);
    let gone = block_on(w.store.delete_secret(&w.tenant, "app", "first", w.tick()));
    assert_eq!(gone, Err(StoreError::NotFound));
}

#[test]
fn one_that_has_expired_does_not_count() {
    let w = World::new();
    w.add_client("app");
    add(&w, "second", Some(later(w.now(), 60)), None).unwrap();
    assert_eq!(add(&w, "third", None, None), Err(StoreError::TooMany));
    w.pass(60);
    assert_eq!(valid(&w), 1);
    add(&w, "third", None, None).unwrap();
    assert_eq!(valid(&w), 2);
}

#[test]
fn a_rotation_says_how_long_the_old_one_goes_on() {
    let w = World::new();
    w.add_client("app");
    add(&w, "second", None, Some(later(w.now(), 100))).unwrap();
    assert_eq!(valid(&w), 2);
    w.pass(100);
    assert_eq!(valid(&w), 1);
}

#[test]
fn a_rotation_at_once_leaves_the_new_one_alone() {
    let w = World::new();
    w.add_client("app");
    add(&w, "second", None, None).unwrap();
    let at_once = later(w.now(), 1);
    add(&w, "third", None, Some(at_once)).unwrap();
    assert_eq!(valid(&w), 1);
}

#[test]
fn a_rotation_prolongs_nothing() {
    let w = World::new();
    w.add_client("app");
    add(&w, "second", Some(later(w.now(), 10)), None).unwrap();
    block_on(w.store.delete_secret(&w.tenant, "app", "first", w.tick())).unwrap();
    add(&w, "third", None, Some(later(w.now(), 1000))).unwrap();
    assert_eq!(valid(&w), 2);
    w.pass(10);
    assert_eq!(valid(&w), 1);
}

#[test]
fn a_client_that_is_not_there_gets_none() {
    let w = World::new();
    assert_eq!(add(&w, "first", None, None), Err(StoreError::NotFound));
}

#[test]
fn of_many_at_once_one_is_kept() {
    let w = World::new();
    w.add_client("app");
    let (tenant, now) = (w.tenant.clone(), w.tick());
    let added = at_once(&w, 8, move |number, store| {
        let id = format!("s{number}");
        let hash = hash(&id);
        let secret = SecretDraft {
            id: &id,
            hash: &hash,
            expires: None,
        };
        block_on(store.add_secret(&tenant, "app", &secret, None, now))
    });
    let kept = added.iter().filter(|added| added.is_ok()).count();
    let refused = Err(StoreError::TooMany);
    let full = added.iter().filter(|added| **added == refused).count();
    assert_eq!((kept, full), (1, 7), "{added:?}");
    assert_eq!(valid(&w), MAX_SECRETS);
}
