//! Tenants share no clients, keys or tokens.

use pollster::block_on;
use rollcall_store::auth::{Actor, IssuerDraft, KeyDraft, Rotation, SigningAlgorithm};
use rollcall_store::{Administrator, Credential, StoreError};

use crate::world::{World, hash, later};

#[test]
fn what_belongs_to_one_tenant_is_not_there_in_another() {
    let w = World::new();
    w.add_client("app");
    w.add_person("anna");
    w.add_opaque("opaque", "app", Some("anna"), None);
    w.add_grant("grant", "app", Some("anna"), "r1");
    let jwt = w.jwt("1", "app", Some("anna"));
    let key = KeyDraft {
        kid: "k1",
        algorithm: SigningAlgorithm::Es256,
        public: "{}",
        sealed: b"",
        active_from: w.now(),
    };
    block_on(
        w.store
            .add_key(&w.tenant, Actor::Admin, &key, None, w.now()),
    )
    .unwrap();
    let n = w.neighbour();
    assert!(!n.is_live(&jwt) && !n.is_live_opaque("opaque") && !n.is_live_refresh("r1"));
    assert!(!n.opens(&Credential::Provisioning(hash("default"))));
    assert_eq!(n.rotate("app", "r1", "r2"), Rotation::Unknown);
    assert_eq!(block_on(n.store.client(&n.tenant, "app")), Ok(None));
    assert_eq!(block_on(n.store.clients(&n.tenant, ("", 10))), Ok(vec![]));
    assert_eq!(block_on(n.store.keys(&n.tenant)), Ok(vec![]));
    assert_eq!(block_on(n.store.person(&n.tenant, "anna")), Ok(None));
    // Nor does its own client of that id reach anything.
    n.add_client("app");
    let now = n.tick();
    let token = hash("opaque");
    block_on(n.store.revoke_opaque(&n.tenant, "app", &token, now)).unwrap();
    block_on(n.store.revoke_refresh(&n.tenant, "app", &hash("r1"), now)).unwrap();
    let jti = ("1", later(now, 3600));
    block_on(
        n.store
            .revoke_jwt(&n.tenant, Actor::Client("app"), jti, now),
    )
    .unwrap();
    let person = n
        .store
        .revoke_all_of_person(Administrator::Operator(&n.tenant), "anna", now);
    assert_eq!(block_on(person), Err(StoreError::NotFound));
    n.disable("app", true);
    w.pass(10);
    assert!(w.is_live(&jwt) && w.is_live_opaque("opaque") && w.is_live_refresh("r1"));
}

#[test]
fn a_deleted_tenant_leaves_nothing() {
    let w = World::new();
    let n = w.neighbour();
    n.add_client("app");
    n.add_person("anna");
    n.add_opaque("opaque", "app", Some("anna"), None);
    n.add_grant("grant", "app", Some("anna"), "r1");
    let issuer = IssuerDraft {
        issuer: "https://other.example",
        jwks_uri: "https://other.example/jwks",
        audience: "here",
        mapping: "{}",
    };
    block_on(n.store.trust_issuer(&n.tenant, &issuer, n.tick())).unwrap();
    let end = later(n.now(), 60);
    block_on(n.store.use_once(&n.tenant, &hash("a"), end, n.now())).unwrap();
    block_on(
        n.store
            .revoke_jwt(&n.tenant, Actor::Service, ("1", end), n.now()),
    )
    .unwrap();
    block_on(n.store.delete_tenant(&n.tenant)).unwrap();
    let native = rusqlite::Connection::open(w.path()).unwrap();
    let tables = "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
        WHERE m.type = 'table' AND c.name = 'tenant'";
    let mut tables = native.prepare(tables).unwrap();
    let tables = tables.query_map((), |row| row.get(0)).unwrap();
    let tables: Vec<String> = tables.collect::<Result<_, _>>().unwrap();
    assert!(tables.len() > 15, "{tables:?}");
    for table in tables {
        let count =
            format!("SELECT count(*) FROM {table} WHERE tenant NOT IN (SELECT id FROM tenant)");
        let left: i64 = native.query_row(&count, (), |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
}
