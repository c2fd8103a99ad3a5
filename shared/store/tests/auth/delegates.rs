//! Whoever administers people with a token: it is checked, with the settings, by the statement that does the work.

use pollster::block_on;
use rollcall_store::{
    Access, Administrator, Change, Credential, Settings, StoreError, TenantChange,
};

use crate::world::{World, hash};

/// A tenant that keeps its deleted people: Anna and Ben were deleted, Ann was not.
fn world() -> World {
    let w = World::new();
    configure(&w, 30);
    w.add_client("app");
    for id in ["ann", "anna", "ben"] {
        w.add_person(id);
    }
    w.delete_person("anna");
    w.delete_person("ben");
    w
}

fn configure(w: &World, days: u32) {
    let change = TenantChange {
        retention_days: Some(days),
        ..TenantChange::default()
    };
    block_on(w.store.update_tenant(&w.tenant, &change, w.tick())).unwrap();
}

fn restore(w: &World, by: Administrator<'_>, id: &str) -> Result<(), StoreError> {
    let (now, settings) = (w.tick(), w.settings());
    let operator = Administrator::Operator(&w.tenant);
    let (deleted, attributes) = block_on(w.store.deleted_one(operator, id, now))?.unwrap();
    let resource = rollcall_core::Resource {
        id: deleted.id,
        version: deleted.version + 1,
        created: deleted.created,
        modified: now,
        attributes,
    };
    block_on(w.store.restore(by, &settings, &w.users, &resource))
}

fn entries(w: &World, from: usize) -> Vec<(String, String, String)> {
    let show = |change: Change| (change.actor, change.operation, change.resource);
    w.log().into_iter().skip(from).map(show).collect()
}

/// The three writes by a credential, and what the change log says of them.
#[track_caller]
fn check(token: impl FnOnce(&World) -> Credential, actor: &str) {
    let w = world();
    let access = w.access(token(&w));
    let settings = w.settings();
    let by = Administrator::Delegate(&access, &settings);
    let before = w.log().len();
    let kept = block_on(w.store.deleted(by, ("", 10), w.now())).unwrap();
    let kept: Vec<_> = kept.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(kept, ["anna", "ben"]);
    block_on(w.store.revoke_all_of_person(by, "ann", w.tick())).unwrap();
    restore(&w, by, "anna").unwrap();
    block_on(w.store.purge(by, "ben", w.tick())).unwrap();
    let entry = |operation: &str, id: &str| (actor.to_owned(), operation.into(), id.into());
    let expected = [
        entry("revoke", "ann"),
        entry("restore", "anna"),
        entry("purge", "ben"),
    ];
    assert_eq!(entries(&w, before), expected);
}

#[test]
fn the_change_log_names_the_person_behind_a_token_or_else_its_client() {
    let jwt = |w: &World, person| Credential::Jwt(Box::new(w.jwt("1", "app", person)));
    let opaque = |w: &World, person| {
        w.add_opaque("secret", "app", person, None);
        Credential::Opaque(hash("secret"))
    };
    check(|w| jwt(w, None), "client:app");
    check(|w| opaque(w, None), "client:app");
    check(|w| w.provisioning().token, "token:default-1");
    // Ann's own access ends with what she does first.
    for token in [jwt, opaque] {
        let w = world();
        let access = w.access(token(&w, Some("ann")));
        let settings = w.settings();
        let by = Administrator::Delegate(&access, &settings);
        block_on(w.store.purge(by, "ben", w.tick())).unwrap();
        w.last_is("user:ann", "purge", "User", "ben");
        block_on(w.store.revoke_all_of_person(by, "ann", w.tick())).unwrap();
        w.last_is("user:ann", "revoke", "User", "ann");
        refused(&w, &access, &settings, &StoreError::Unauthenticated);
    }
}

/// Demands that everything is refused for this reason, and nothing is done.
#[track_caller]
fn refused(w: &World, access: &Access, settings: &Settings, why: &StoreError) {
    let by = Administrator::Delegate(access, settings);
    let before = w.log().len();
    let answers = [
        block_on(w.store.deleted(by, ("", 10), w.now())).map(drop),
        block_on(w.store.deleted_one(by, "anna", w.now())).map(drop),
        block_on(w.store.purge(by, "anna", w.tick())),
        block_on(w.store.revoke_all_of_person(by, "ann", w.tick())),
    ];
    for answer in answers {
        assert_eq!(answer.as_ref(), Err(why));
    }
    assert_eq!(entries(w, before), []);
}

#[test]
fn err_a_dead_token_does_nothing() {
    let w = world();
    let jwt = Credential::Jwt(Box::new(w.jwt("1", "app", Some("ann"))));
    w.add_opaque("secret", "app", Some("ann"), None);
    w.set_active("ann", false);
    let tokens = [
        jwt,
        Credential::Opaque(hash("secret")),
        hash("nothing").into(),
    ];
    for token in tokens {
        let access = w.access(token);
        refused(&w, &access, &w.settings(), &StoreError::Unauthenticated);
        let by = Administrator::Delegate(&access, &w.settings());
        assert_eq!(restore(&w, by, "anna"), Err(StoreError::Unauthenticated));
    }
}

#[test]
fn err_a_token_of_another_tenant_does_nothing() {
    let w = world();
    let n = w.neighbour();
    n.add_client("app");
    n.add_opaque("secret", "app", None, None);
    let access = w.access(Credential::Opaque(hash("secret")));
    refused(&w, &access, &w.settings(), &StoreError::Unauthenticated);
}

#[test]
fn err_settings_that_no_longer_hold_permit_nothing() {
    let w = world();
    let access = w.access(Credential::Jwt(Box::new(w.jwt("1", "app", None))));
    let settings = w.settings();
    configure(&w, 31);
    refused(&w, &access, &settings, &StoreError::Reconfigured);
}
