//! The contract on rusqlite.

use pollster::block_on;
use rollcall_store::rusqlite::File;
use rollcall_store::{Durability, Store, StoreError};

#[test]
fn every_case_holds() {
    let dir = tempfile::tempdir().unwrap();
    let database = File(dir.path().join("contract.db"));
    let store = block_on(Store::open(&database, Durability::Full)).unwrap();
    let failed: Vec<String> = block_on(rollcall_contract::run(&store))
        .into_iter()
        .filter_map(|outcome| Some(format!("{}: {}", outcome.name, outcome.failure?)))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    // Nothing in the store tells a password, so the port can't show that one was restored.
    let native = rusqlite::Connection::open(&database.0).unwrap();
    let restored = "SELECT password FROM credential JOIN resource ON seq = credential.resource \
        WHERE id = 'a-restored-person-is-as-before/anna'";
    let password: String = native.query_row(restored, (), |row| row.get(0)).unwrap();
    assert_eq!(password, "hash");
}

#[test]
fn ten_instances_may_start_at_once() {
    for _ in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("contract.db");
        let open = |_| {
            let path = path.clone();
            std::thread::spawn(move || -> Result<(), StoreError> {
                block_on(async {
                    Store::open(&File(path), Durability::Normal)
                        .await?
                        .ping()
                        .await
                })
            })
        };
        let instances: Vec<_> = (0..10).map(open).collect();
        for instance in instances {
            instance.join().unwrap().unwrap();
        }
        let native = rusqlite::Connection::open(&path).unwrap();
        let read = |sql: &str| {
            native
                .query_row(sql, (), |row| row.get::<_, rusqlite::types::Value>(0))
                .unwrap()
        };
        assert_eq!(read("PRAGMA journal_mode"), "wal".to_owned().into());
        assert_eq!(read("SELECT count(*) FROM tenant"), 1.into());
    }
}
