//! What has expired is forgotten, in batches.

use pollster::block_on;
use rollcall_store::auth::{Actor, InitialTokenDraft, SecretDraft};

use crate::world::{World, hash, later};

fn count(w: &World, table: &str) -> i64 {
    let native = rusqlite::Connection::open(w.path()).unwrap();
    let count = format!("SELECT count(*) FROM {table}");
    native.query_row(&count, (), |row| row.get(0)).unwrap()
}

#[test]
fn what_has_expired_goes_and_the_rest_stays() {
    let w = World::new();
    w.add_client("app");
    let fill = |name: &str| {
        let now = w.now();
        let end = later(now, 30 * 86400);
        w.add_opaque(name, "app", None, None);
        w.add_grant(name, "app", None, name);
        block_on(w.store.use_once(&w.tenant, &hash(name), end, now)).unwrap();
        block_on(
            w.store
                .revoke_jwt(&w.tenant, Actor::Service, (name, end), now),
        )
        .unwrap();
        let secret = SecretDraft {
            id: name,
            hash: &hash(name),
            expires: Some(end),
        };
        w.add_client(&format!("client-{name}"));
        block_on(
            w.store
                .add_secret(&w.tenant, &format!("client-{name}"), &secret, None, now),
        )
        .unwrap();
        let initial = InitialTokenDraft {
            id: name,
            name,
            hash: &hash(name),
            expires: Some(end),
            uses: None,
        };
        block_on(w.store.create_initial_token(&w.tenant, &initial, now)).unwrap();
    };
    let counts = || {
        [
            "access_token",
            "refresh_token",
            "auth_grant",
            "used_token",
            "revoked_token",
            "client_secret",
            "initial_access_token",
        ]
        .map(|table| count(&w, table))
    };
    fill("old");
    w.pass(30 * 86400 + 10);
    fill("new");
    assert_eq!(counts(), [2, 2, 2, 2, 2, 5, 2]);
    assert_eq!(block_on(w.store.sweep(w.now())), Ok(true));
    assert_eq!(counts(), [1, 1, 1, 1, 1, 4, 1]);
    assert_eq!(block_on(w.store.sweep(w.now())), Ok(false));
    assert!(w.is_live_opaque("new") && w.is_live_refresh("new"));
}

#[test]
fn a_sweep_is_bounded() {
    let w = World::new();
    let native = rusqlite::Connection::open(w.path()).unwrap();
    native
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
            INSERT INTO used_token (tenant, hash, expires) SELECT 1, CAST(i AS BLOB), 1 FROM n",
        )
        .unwrap();
    for left in [700, 200, 0] {
        assert_eq!(block_on(w.store.sweep(w.now())), Ok(true));
        assert_eq!(count(&w, "used_token"), left);
    }
    assert_eq!(block_on(w.store.sweep(w.now())), Ok(false));
}

#[test]
fn a_used_refresh_token_is_remembered_until_it_would_have_expired() {
    let w = World::new();
    w.add_client("app");
    w.add_grant("grant", "app", None, "r1");
    w.rotate("app", "r1", "r2");
    w.pass(86000);
    block_on(w.store.sweep(w.now())).unwrap();
    assert!(w.refresh("r1").unwrap().used.is_some());
    let replayed = rollcall_store::auth::Rotation::Replayed;
    assert_eq!(w.rotate("app", "r1", "r3"), replayed);
}
