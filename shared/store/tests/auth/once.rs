//! Single use of assertions and proofs.

use pollster::block_on;
use rollcall_store::TenantName;

use crate::world::{World, at_once, hash, later};

#[test]
fn what_was_used_is_refused_until_it_has_expired() {
    let w = World::new();
    let end = later(w.now(), 60);
    let first =
        |what: &str| block_on(w.store.use_once(&w.tenant, &hash(what), end, w.now())).unwrap();
    assert!(first("a") && first("b"));
    assert!(!first("a"));
    w.pass(59);
    assert!(!first("a"));
    w.pass(1);
    assert!(first("a"));
}

#[test]
fn tenants_do_not_share_what_was_used() {
    let w = World::new();
    let neighbour = w.neighbour();
    let (now, end) = (w.now(), later(w.now(), 60));
    let first = |tenant| block_on(w.store.use_once(tenant, &hash("a"), end, now)).unwrap();
    assert!(first(&w.tenant) && first(&neighbour.tenant));
    // Whoever is nobody's has used everything.
    assert!(!first(&TenantName::parse("nowhere").unwrap()));
}

#[test]
fn of_many_at_once_one_is_the_first() {
    let w = World::new();
    let (tenant, now) = (w.tenant.clone(), w.now());
    let firsts = at_once(&w, 8, move |_, store| {
        let uses = (0..20).map(|number: i32| {
            let hash = hash(&number.to_string());
            block_on(store.use_once(&tenant, &hash, later(now, 60), now)).unwrap()
        });
        uses.collect::<Vec<_>>()
    });
    for number in 0..20 {
        let first = firsts.iter().filter(|uses| uses[number]).count();
        assert_eq!(first, 1);
    }
}

#[test]
fn what_cannot_be_looked_up_is_an_error() {
    let w = World::new();
    let native = rusqlite::Connection::open(w.path()).unwrap();
    native.execute_batch("DROP TABLE used_token").unwrap();
    let (now, end) = (w.now(), later(w.now(), 60));
    block_on(w.store.use_once(&w.tenant, &hash("a"), end, now)).unwrap_err();
}
