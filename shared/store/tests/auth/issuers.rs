//! Trusted issuers, their keys, and the circuit breaker that all instances share.

use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_store::auth::{Breaker, Issuer, IssuerDraft, Jwks};
use rollcall_store::{StoreError, TenantName};

use crate::world::{World, at_once, later};

const ISSUER: &str = "https://other.example";
const URI: &str = "https://other.example/jwks";

fn draft<'d>(issuer: &'d str, jwks_uri: &'d str) -> IssuerDraft<'d> {
    IssuerDraft {
        issuer,
        jwks_uri,
        audience: "here",
        mapping: "{\"sub\":\"externalId\"}",
    }
}

fn world() -> World {
    let w = World::new();
    block_on(
        w.store
            .trust_issuer(&w.tenant, &draft(ISSUER, URI), w.tick()),
    )
    .unwrap();
    w
}

fn find(w: &World) -> Issuer {
    let issuer = block_on(w.store.trusted_issuer(&w.tenant, ISSUER));
    issuer.unwrap().unwrap()
}

fn jwks(document: &str, fetched: Timestamp) -> Jwks {
    Jwks {
        document: document.into(),
        fetched,
        expires: later(fetched, 300),
    }
}

fn keep(w: &World, uri: &str, jwks: &Jwks) -> Option<String> {
    block_on(w.store.keep_jwks(&w.tenant, (ISSUER, uri), jwks)).unwrap();
    find(w).jwks.map(|jwks| jwks.document)
}

#[test]
fn an_issuer_is_trusted_until_it_is_not() {
    let w = world();
    w.last_is("admin", "trust", "Issuer", ISSUER);
    let expected = Issuer {
        issuer: ISSUER.into(),
        jwks_uri: URI.into(),
        audience: "here".into(),
        mapping: "{\"sub\":\"externalId\"}".into(),
        created: w.now(),
        jwks: None,
        breaker: Breaker {
            failures: 0,
            open_until: Timestamp::from_micros(0),
        },
    };
    assert_eq!(find(&w), expected);
    let second = draft("https://second.example", URI);
    block_on(w.store.trust_issuer(&w.tenant, &second, w.tick())).unwrap();
    let names = |after: &str, limit| {
        let issuers = block_on(w.store.trusted_issuers(&w.tenant, (after, limit))).unwrap();
        issuers
            .into_iter()
            .map(|issuer| issuer.issuer)
            .collect::<Vec<_>>()
    };
    assert_eq!(names("", 10), [ISSUER, "https://second.example"]);
    assert_eq!(names("", 1), [ISSUER]);
    assert_eq!(names(ISSUER, 1), ["https://second.example"]);
    let unknown = block_on(w.store.trusted_issuer(&w.tenant, "https://third.example"));
    assert_eq!(unknown, Ok(None));
    block_on(w.store.distrust_issuer(&w.tenant, ISSUER, w.tick())).unwrap();
    w.last_is("admin", "distrust", "Issuer", ISSUER);
    assert_eq!(names("", 10), ["https://second.example"]);
    let again = block_on(w.store.distrust_issuer(&w.tenant, ISSUER, w.tick()));
    assert_eq!(again, Err(StoreError::NotFound));
    let nowhere = TenantName::parse("nowhere").unwrap();
    let lost = block_on(w.store.trust_issuer(&nowhere, &second, w.tick()));
    assert_eq!(lost, Err(StoreError::NotFound));
}

#[test]
fn the_newest_keys_from_the_right_place_are_kept() {
    let w = world();
    let (first, second) = (w.tick(), w.tick());
    assert_eq!(keep(&w, URI, &jwks("b", second)).as_deref(), Some("b"));
    assert_eq!(find(&w).jwks, Some(jwks("b", second)));
    assert_eq!(keep(&w, URI, &jwks("a", first)).as_deref(), Some("b"));
    let elsewhere = "https://other.example/elsewhere";
    let late = jwks("c", w.tick());
    assert_eq!(keep(&w, elsewhere, &late).as_deref(), Some("b"));
    // They stay where only the rest changes, and are forgotten with their place.
    let mut changed = draft(ISSUER, URI);
    changed.audience = "there";
    block_on(w.store.trust_issuer(&w.tenant, &changed, w.tick())).unwrap();
    let issuer = find(&w);
    assert!(issuer.audience == "there" && issuer.jwks.is_some());
    let moved = draft(ISSUER, elsewhere);
    block_on(w.store.trust_issuer(&w.tenant, &moved, w.tick())).unwrap();
    assert_eq!(find(&w).jwks, None);
    assert_eq!(keep(&w, URI, &jwks("d", w.tick())), None);
}

#[test]
fn one_instance_fetches_for_all() {
    let w = world();
    let (tenant, now) = (w.tenant.clone(), w.now());
    let leased = at_once(&w, 8, move |_, store| {
        block_on(store.lease_jwks(&tenant, (ISSUER, None), later(now, 10), now)).unwrap()
    });
    assert_eq!(leased.iter().filter(|leased| **leased).count(), 1);
    let lease = |w: &World, known| {
        let until = later(w.now(), 10);
        block_on(
            w.store
                .lease_jwks(&w.tenant, (ISSUER, known), until, w.now()),
        )
        .unwrap()
    };
    w.pass(9);
    assert!(!lease(&w, None));
    // One that never came back doesn't stop the others for good.
    w.pass(1);
    assert!(lease(&w, None));
    let fetched = w.now();
    keep(&w, URI, &jwks("a", fetched));
    // Who looked before that finds what was fetched.
    assert!(!lease(&w, None));
    assert!(lease(&w, Some(fetched)));
}

#[test]
fn the_circuit_breaker_opens_half_opens_and_closes() {
    let w = world();
    let lease = || {
        let until = later(w.now(), 10);
        let issuer = block_on(w.store.trusted_issuer(&w.tenant, ISSUER)).unwrap();
        let known = issuer
            .and_then(|issuer| issuer.jwks)
            .map(|jwks| jwks.fetched);
        block_on(
            w.store
                .lease_jwks(&w.tenant, (ISSUER, known), until, w.now()),
        )
        .unwrap()
    };
    let fail = || {
        let open_until = later(w.now(), 60);
        let breaker = block_on(w.store.fail_jwks(&w.tenant, ISSUER, (3, open_until)));
        breaker.unwrap().unwrap()
    };
    for failures in 1..3 {
        assert!(lease());
        assert_eq!(fail().failures, failures);
    }
    assert!(lease());
    let opened = fail();
    assert_eq!(
        (opened.failures, opened.open_until),
        (3, later(w.now(), 60))
    );
    assert_eq!(find(&w).breaker, opened);
    w.pass(59);
    assert!(!lease());
    w.pass(1);
    // One tries, and fails.
    assert!(lease() && !lease());
    assert_eq!(fail().open_until, later(w.now(), 60));
    assert!(!lease());
    w.pass(60);
    assert!(lease());
    keep(&w, URI, &jwks("a", w.now()));
    assert_eq!(find(&w).breaker.failures, 0);
    assert!(lease());
    block_on(w.store.distrust_issuer(&w.tenant, ISSUER, w.tick())).unwrap();
    let none = block_on(w.store.fail_jwks(&w.tenant, ISSUER, (3, w.now())));
    assert_eq!(none, Ok(None));
    assert!(!lease());
}
