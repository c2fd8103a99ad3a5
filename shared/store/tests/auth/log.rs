//! The change log: what is written nowhere else, and never a secret.

use pollster::block_on;
use rollcall_store::auth::{Actor, Entry};
use rollcall_store::sql::Value;

use crate::world::{World, hash};

#[test]
fn what_is_written_nowhere_else_is_recorded() {
    let w = World::new();
    let entry = |actor, resource| Entry {
        at: w.now(),
        actor,
        operation: "issue",
        resource_type: "AccessToken",
        resource,
    };
    let entries = [entry(Actor::Client("app"), "1"), entry(Actor::Service, "2")];
    block_on(w.store.record(&w.tenant, &entries)).unwrap();
    w.last_is("service", "issue", "AccessToken", "2");
    let log = w.log();
    let first = &log[log.len() - 2];
    assert_eq!(
        (first.actor.as_str(), first.resource.as_str()),
        ("client:app", "1")
    );
    assert_eq!((first.at, first.version), (w.now(), 0));
    let count = log.len();
    block_on(w.store.record(&w.tenant, &[])).unwrap();
    assert_eq!(w.log().len(), count);
}

#[test]
fn no_secret_and_no_hash_of_one_is_in_the_log() {
    let w = World::new();
    w.add_client("app");
    w.add_opaque("opaque", "app", None, None);
    w.add_grant("grant", "app", None, "refresh");
    w.rotate("app", "refresh", "next");
    let now = w.tick();
    block_on(
        w.store
            .revoke_opaque(&w.tenant, "app", &hash("opaque"), now),
    )
    .unwrap();
    block_on(w.store.revoke_refresh(&w.tenant, "app", &hash("next"), now)).unwrap();
    let log = format!("{:?}", w.log());
    for secret in ["app-secret", "refresh", "next", "opaque"] {
        let Value::Blob(bytes) = Value::from(&hash(secret)) else {
            unreachable!("a hash is bytes")
        };
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!log.to_lowercase().contains(&hex), "{secret}");
    }
    assert!(!log.contains("app-secret") && !log.contains("\"next\""));
}
