//! The keys of a tenant, as the operator sees them.

use pollster::block_on;
use rollcall_service::admin::{self, AdminError, KeyInfo};

use crate::world::World;

fn states(keys: &[KeyInfo]) -> Vec<&'static str> {
    keys.iter().map(KeyInfo::state_name).collect()
}

/// Attack case 21.
#[test]
fn a_key_is_next_then_active_then_retired_and_two_rotations_make_one() {
    let w = World::new();
    let keys = || block_on(admin::keys(&w.ctx, "default")).unwrap();
    let rotate = || block_on(admin::rotate_keys(&w.ctx, "default")).unwrap();
    assert!(keys().is_empty());
    let first = rotate();
    assert_eq!(states(&first), ["active"]);
    w.last_is("admin", "create", "Key", &first[0].key.kid);
    w.pass(10);
    let two = rotate();
    assert_eq!(states(&two), ["active", "next"]);
    w.last_is("admin", "rotate", "Key", &two[1].key.kid);
    let entries = w.log().len();
    assert_eq!(rotate(), two);
    assert_eq!(keys(), two);
    assert_eq!(w.log().len(), entries);
    w.pass(300);
    assert_eq!(states(&keys()), ["retired", "active"]);
    // The longest life of a token.
    w.pass(86_400);
    assert_eq!(states(&keys()), ["active"]);
}

#[test]
fn without_a_tenant_there_is_nothing_to_rotate() {
    let w = World::new();
    let gone = block_on(admin::rotate_keys(&w.ctx, "nobody")).unwrap_err();
    assert!(matches!(gone, AdminError::NotFound(_)));
}
