//! Signing keys: made once, by whichever instance comes first.

use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_store::auth::{Actor, KeyDraft, SigningAlgorithm};
use rollcall_store::{StoreError, TenantName};

use crate::world::{World, at_once, later};

fn key(kid: &str, active_from: Timestamp) -> KeyDraft<'_> {
    KeyDraft {
        kid,
        algorithm: SigningAlgorithm::EdDsa,
        public: "{}",
        sealed: b"sealed",
        active_from,
    }
}

fn add(w: &World, kid: &str, active_from: Timestamp, newest: Option<&str>) {
    let key = key(kid, active_from);
    let added = w
        .store
        .add_key(&w.tenant, Actor::Service, &key, newest, w.now());
    block_on(added).unwrap();
}

fn kids(w: &World) -> Vec<String> {
    let keys = block_on(w.store.keys(&w.tenant)).unwrap();
    keys.into_iter().map(|key| key.kid).collect()
}

#[test]
fn the_first_key_is_made_once() {
    let w = World::new();
    assert!(kids(&w).is_empty());
    add(&w, "k1", w.now(), None);
    w.last_is("service", "create", "Key", "k1");
    let entries = w.log().len();
    add(&w, "lost", later(w.now(), 1), None);
    add(&w, "lost", w.now(), None);
    assert_eq!(
        (kids(&w).as_slice(), w.log().len()),
        (["k1".to_owned()].as_slice(), entries)
    );
    let kept = block_on(w.store.keys(&w.tenant)).unwrap().remove(0);
    assert_eq!((kept.created, kept.active_from), (w.now(), w.now()));
    assert_eq!(kept.algorithm, SigningAlgorithm::EdDsa);
    assert_eq!(
        (kept.public.as_str(), kept.sealed.as_slice()),
        ("{}", &b"sealed"[..])
    );
    let nowhere = TenantName::parse("nowhere").unwrap();
    let draft = key("k", w.now());
    let lost = w
        .store
        .add_key(&nowhere, Actor::Admin, &draft, None, w.now());
    assert_eq!(block_on(lost), Err(StoreError::NotFound));
}

#[test]
fn there_is_one_next_key_at_a_time() {
    let w = World::new();
    add(&w, "k1", w.now(), None);
    w.pass(1000);
    let from = later(w.now(), 300);
    add(&w, "k2", from, Some("k1"));
    w.last_is("service", "rotate", "Key", "k2");
    let found = block_on(w.store.authenticate_client(&w.tenant, "", w.now())).unwrap();
    assert_eq!(found.newest_key, Some(from));
    w.pass(299);
    // It doesn't sign yet, whatever the writer knows.
    add(&w, "k3", later(w.now(), 300), Some("k2"));
    add(&w, "k3", later(w.now(), 300), Some("k1"));
    assert_eq!(kids(&w), ["k1", "k2"]);
    w.pass(1);
    // One who has not heard of it may not either.
    add(&w, "k3", later(w.now(), 300), Some("k1"));
    assert_eq!(kids(&w), ["k1", "k2"]);
    add(&w, "k3", later(w.now(), 300), Some("k2"));
    assert_eq!(kids(&w), ["k1", "k2", "k3"]);
}

#[test]
fn of_many_at_once_one_makes_the_key() {
    let w = World::new();
    for newest in [None, Some("first")] {
        let (tenant, now) = (w.tenant.clone(), w.tick());
        let names = at_once(&w, 8, move |number, store| {
            let kid = match newest {
                None => "first".to_owned(),
                Some(_) => format!("k{number}"),
            };
            // The clocks differ a little.
            let number = i64::try_from(number).unwrap();
            let from = match newest {
                None => Timestamp::from_micros(now.as_micros() + number),
                Some(_) => later(now, 300 + number),
            };
            let key = key(&kid, from);
            let at = match newest {
                None => from,
                Some(_) => now,
            };
            block_on(store.add_key(&tenant, Actor::Service, &key, newest, at)).unwrap();
            let keys = block_on(store.keys(&tenant)).unwrap();
            keys.into_iter().map(|key| key.kid).collect::<Vec<_>>()
        });
        let expected = kids(&w);
        assert_eq!(expected.len(), if newest.is_none() { 1 } else { 2 });
        assert!(names.iter().all(|names| *names == expected), "{names:?}");
    }
    let created = w
        .log()
        .into_iter()
        .filter(|entry| entry.resource_type == "Key");
    assert_eq!(created.count(), 2);
}

#[test]
fn a_key_is_sealed_anew_once() {
    let w = World::new();
    add(&w, "k1", w.now(), None);
    let reseal = |old: &[u8], new: &[u8]| {
        block_on(w.store.reseal_key(&w.tenant, "k1", (old, new))).unwrap();
        block_on(w.store.keys(&w.tenant)).unwrap().remove(0).sealed
    };
    assert_eq!(reseal(b"sealed", b"anew"), b"anew");
    assert_eq!(reseal(b"sealed", b"late"), b"anew");
}

#[test]
fn a_key_goes_when_no_token_of_it_can_be_left() {
    let w = World::new();
    add(&w, "k1", w.now(), None);
    w.pass(1000);
    add(&w, "k2", later(w.now(), 300), Some("k1"));
    let drop_keys = || block_on(w.store.drop_keys(&w.tenant, 3600, w.now())).unwrap();
    w.pass(300 + 3599);
    assert!(!drop_keys());
    assert_eq!(kids(&w), ["k1", "k2"]);
    w.pass(1);
    assert!(drop_keys());
    assert_eq!(kids(&w), ["k2"]);
    w.pass(1_000_000);
    assert!(!drop_keys());
}
