//! A token lives as long as its client, its person and its grant stay what they were.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};

use pollster::block_on;
use rollcall_core::Resource;
use rollcall_store::{
    Access, Administrator, Credential, Durability, Store, StoreError, TenantChange,
};
use serde_json::json;

use crate::world::{World, caller, hash, open};

/// Two tokens of each kind, of the client alone and for a person.
fn world() -> (World, impl Fn(&World) -> [bool; 6]) {
    let w = World::new();
    w.add_client("app");
    w.add_person("anna");
    let own = w.jwt("own", "app", None);
    let hers = w.jwt("hers", "app", Some("anna"));
    w.add_opaque("own", "app", None, None);
    w.add_opaque("hers", "app", Some("anna"), None);
    w.add_grant("own", "app", None, "own-refresh");
    w.add_grant("hers", "app", Some("anna"), "her-refresh");
    let live = move |w: &World| {
        [
            w.is_live(&own),
            w.is_live(&hers),
            w.is_live_opaque("own"),
            w.is_live_opaque("hers"),
            w.is_live_refresh("own-refresh"),
            w.is_live_refresh("her-refresh"),
        ]
    };
    assert_eq!(live(&w), [true; 6]);
    (w, live)
}

const OWN_ALONE: [bool; 6] = [true, false, true, false, true, false];

#[test]
fn a_deactivated_persons_tokens_are_dead_at_once_and_stay_so() {
    let (w, live) = world();
    w.set_active("anna", false);
    assert_eq!(live(&w), OWN_ALONE);
    w.set_active("anna", true);
    assert_eq!(live(&w), OWN_ALONE);
    assert!(w.is_live(&w.jwt("new", "app", Some("anna"))));
}

#[test]
fn a_deactivated_persons_tokens_are_dead_whatever_else_the_write_does() {
    let (w, live) = world();
    // `active` was there, then wasn't, which is the same as true.
    w.change_person("anna", &json!({"userName": "renamed"}));
    assert_eq!(live(&w), [true; 6]);
    w.change_person("anna", &json!({"userName": "renamed", "active": true}));
    assert_eq!(live(&w), [true; 6]);
    w.change_person("anna", &json!({"userName": "renamed"}));
    w.change_person("anna", &json!({"userName": "again", "active": false}));
    assert_eq!(live(&w), OWN_ALONE);
}

#[test]
fn an_inactive_person_who_is_changed_keeps_the_epoch() {
    let (w, _) = world();
    w.set_active("anna", false);
    let epoch = w.person_epoch("anna");
    w.change_person("anna", &json!({"userName": "renamed", "active": false}));
    assert_eq!(w.person_epoch("anna"), epoch);
    let person = block_on(w.store.person(&w.tenant, "anna")).unwrap();
    let person = person.unwrap();
    assert!(!person.active);
    assert_eq!(person.user_name.as_deref(), Some("renamed"));
}

#[test]
fn an_epoch_changes_even_where_the_clock_does_not() {
    let (w, _) = world();
    let before = w.person_epoch("anna");
    let old = w.find("anna");
    let new = Resource {
        version: old.version + 1,
        attributes: json!({"userName": "anna", "active": false})
            .as_object()
            .unwrap()
            .clone(),
        ..old.clone()
    };
    let (access, settings) = (w.provisioning(), w.settings());
    let caller = caller(&access, &settings, old.created);
    let operation = rollcall_store::Operation::Replace;
    let nothing = rollcall_store::Besides::default();
    let updated = w
        .store
        .update(&caller, &w.users, operation, (&old, &new), &nothing);
    block_on(updated).unwrap();
    assert_eq!(w.person_epoch("anna"), before + 1);
}

#[test]
fn a_deactivation_in_a_batch_holds_when_the_batch_does() {
    let (w, live) = world();
    let batch = block_on(Store::begin(
        &rollcall_store::rusqlite::File(w.path()),
        Durability::Normal,
    ))
    .unwrap();
    let old = w.find("anna");
    let new = Resource {
        version: old.version + 1,
        modified: w.tick(),
        attributes: json!({"userName": "anna", "active": false})
            .as_object()
            .unwrap()
            .clone(),
        ..old.clone()
    };
    let (access, settings) = (w.provisioning(), w.settings());
    let caller = caller(&access, &settings, new.modified);
    let operation = rollcall_store::Operation::Patch;
    let nothing = rollcall_store::Besides::default();
    block_on(batch.update(&caller, &w.users, operation, (&old, &new), &nothing)).unwrap();
    block_on(batch.commit()).unwrap();
    assert_eq!(live(&w), OWN_ALONE);
}

#[test]
fn a_deleted_persons_tokens_are_dead_at_once_and_stay_so() {
    let (w, live) = world();
    let keep = TenantChange {
        retention_days: Some(30),
        ..TenantChange::default()
    };
    block_on(w.store.update_tenant(&w.tenant, &keep, w.tick())).unwrap();
    let deleted = w.find("anna");
    let epoch = w.person_epoch("anna");
    w.delete_person("anna");
    assert_eq!(live(&w), OWN_ALONE);
    // The clock of the instance that restores may be behind.
    let restored = Resource {
        version: deleted.version + 2,
        modified: deleted.created,
        ..deleted
    };
    block_on(w.store.restore(
        Administrator::Operator(&w.tenant),
        &w.settings(),
        &w.users,
        &restored,
    ))
    .unwrap();
    assert_eq!(w.person_epoch("anna"), epoch + 1);
    assert_eq!(live(&w), OWN_ALONE);
    assert!(w.is_live(&w.jwt("new", "app", Some("anna"))));
}

#[test]
fn someone_new_of_the_same_id_does_not_inherit() {
    let (w, live) = world();
    w.delete_person("anna");
    w.add_person("anna");
    assert_eq!(live(&w), OWN_ALONE);
}

#[test]
fn a_disabled_clients_tokens_are_dead_at_once_and_stay_so() {
    let (w, live) = world();
    w.disable("app", true);
    assert_eq!(live(&w), [false; 6]);
    // Not even one that was issued afterwards.
    assert!(!w.is_live(&w.jwt("late", "app", None)));
    w.add_opaque("late", "app", None, None);
    w.add_grant("late", "app", None, "late-refresh");
    assert!(!w.is_live_opaque("late") && !w.is_live_refresh("late-refresh"));
    w.disable("app", false);
    assert_eq!(live(&w), [false; 6]);
    assert!(w.is_live(&w.jwt("new", "app", Some("anna"))));
}

#[test]
fn a_deleted_clients_tokens_are_dead_at_once_and_stay_so() {
    let (w, live) = world();
    block_on(w.store.delete_client(&w.tenant, "app", None, w.tick())).unwrap();
    assert_eq!(live(&w), [false; 6]);
    w.add_client("app");
    assert_eq!(live(&w), [false; 6]);
}

#[test]
fn tokens_expire() {
    let (w, live) = world();
    w.pass(3590);
    assert_eq!(live(&w), [true; 6]);
    w.pass(20);
    assert_eq!(live(&w), [false, false, false, false, true, true]);
    w.pass(86400);
    assert_eq!(live(&w), [false; 6]);
}

#[test]
fn a_token_of_one_kind_is_none_of_another() {
    let (w, _) = world();
    assert!(w.opens(&Credential::Provisioning(hash("default"))));
    assert!(!w.opens(&Credential::Opaque(hash("default"))));
    assert!(w.opens(&Credential::Opaque(hash("own"))));
    assert!(!w.opens(&Credential::Provisioning(hash("own"))));
    assert!(!w.opens(&Credential::Opaque(hash("own-refresh"))));
    assert!(!w.opens(&Credential::Opaque(hash("app-secret"))));
    assert!(!w.opens(&Credential::Provisioning(hash("app-secret"))));
}

#[test]
fn a_jwt_that_names_what_is_not_there_is_dead() {
    let (w, _) = world();
    let good = w.jwt("good", "app", Some("anna"));
    assert!(w.is_live(&good));
    let mut nobody = good.clone();
    nobody.person = Some(("nobody".into(), 0));
    let mut no_client = good.clone();
    no_client.client = "nobody".into();
    let mut older = good.clone();
    older.client_epoch -= 1;
    let mut newer = good.clone();
    newer.client_epoch += 1;
    let mut no_grant = good.clone();
    no_grant.grant = Some("none".into());
    for claims in [nobody, no_client, older, newer, no_grant] {
        assert!(!w.is_live(&claims), "{claims:?}");
    }
}

/// A JWT and an opaque token that end with what `of` names, and what ends it.
fn ends_with(name: &str, of: impl Fn(&World) -> serde_json::Value, end: impl Fn(&World)) {
    let w = World::new();
    for client in ["app", "other"] {
        w.add_client(client);
    }
    for person in ["anna", "bob"] {
        w.add_person(person);
    }
    w.add_grant("theirs", "other", None, "refresh");
    w.add_opaque("source", "other", Some("bob"), None);
    let links = json!([["person", "bob", w.person_epoch("bob")], of(&w)]).to_string();
    let mut claims = w.jwt("jwt", "app", Some("anna"));
    claims.links = Some(links.clone());
    w.add_linked("opaque", "app", Some("anna"), None, Some(&links));
    assert!(w.is_live(&claims) && w.is_live_opaque("opaque"), "{name}");
    end(&w);
    assert!(!w.is_live(&claims), "{name}");
    assert!(!w.is_live_opaque("opaque"), "{name}");
}

#[test]
fn a_token_that_was_made_from_others_ends_with_what_they_hang_on() {
    let person = |w: &World| json!(["person", "anna", w.person_epoch("anna")]);
    ends_with("deactivated", person, |w| w.set_active("bob", false));
    ends_with("deleted", person, |w| w.delete_person("bob"));
    let client = |w: &World| json!(["client", "other", w.client_epoch("other")]);
    ends_with("disabled", client, |w| w.disable("other", true));
    ends_with("revoked", client, |w| {
        let by = rollcall_store::auth::Actor::Admin;
        block_on(
            w.store
                .revoke_all_of_client(&w.tenant, by, "other", w.tick()),
        )
        .unwrap();
    });
    ends_with(
        "a grant",
        |_| json!(["grant", "theirs", 0]),
        |w| {
            let token = hash("refresh");
            let revoked = w.store.revoke_refresh(&w.tenant, "other", &token, w.tick());
            block_on(revoked).unwrap();
        },
    );
    ends_with(
        "a JWT",
        |_| json!(["token", "source", 0]),
        |w| {
            let by = rollcall_store::auth::Actor::Client("other");
            let what = ("source", crate::world::later(w.now(), 60));
            block_on(w.store.revoke_jwt(&w.tenant, by, what, w.tick())).unwrap();
        },
    );
    ends_with(
        "an opaque token",
        |_| json!(["token", "source-id", 0]),
        |w| {
            let token = hash("source");
            let revoked = w.store.revoke_opaque(&w.tenant, "other", &token, w.tick());
            block_on(revoked).unwrap();
        },
    );
}

#[test]
fn a_token_that_ends_with_what_nobody_knows_is_dead() {
    let (w, _) = world();
    for links in [
        json!([["person", "nobody", 0]]),
        json!([["person", "anna"]]),
        json!([["client", "nobody", 0]]),
        json!([["grant", "none", 0]]),
        json!([["other", "anna", 0]]),
        json!([[]]),
        json!([null]),
    ] {
        let mut claims = w.jwt("jwt", "app", None);
        claims.links = Some(links.to_string());
        assert!(!w.is_live(&claims), "{links}");
    }
}

#[test]
fn a_write_names_who_did_it() {
    let (w, _) = world();
    let settings = w.settings();
    let tokens = [
        (Credential::Provisioning(hash("default")), "token:default-1"),
        (Credential::Opaque(hash("own")), "client:app"),
        (Credential::Opaque(hash("hers")), "user:anna"),
        (
            Credential::Jwt(Box::new(w.jwt("1", "app", None))),
            "client:app",
        ),
        (
            Credential::Jwt(Box::new(w.jwt("2", "app", Some("anna")))),
            "user:anna",
        ),
    ];
    for (number, (token, actor)) in tokens.into_iter().enumerate() {
        let access: Access = w.access(token);
        let now = w.tick();
        let id = format!("person-{number}");
        let person = Resource {
            id: id.clone(),
            version: 1,
            created: now,
            modified: now,
            attributes: json!({"userName": id}).as_object().unwrap().clone(),
        };
        let caller = caller(&access, &settings, now);
        let nothing = rollcall_store::Besides::default();
        block_on(w.store.create(&caller, &w.users, &person, &nothing)).unwrap();
        w.last_is(actor, "create", "User", &id);
        block_on(w.store.delete(&caller, &w.users, &id, None)).unwrap();
        w.last_is(actor, "delete", "User", &id);
    }
}

#[test]
fn a_write_by_a_dead_token_changes_nothing() {
    let (w, _) = world();
    let claims = w.jwt("1", "app", Some("anna"));
    let access = w.access(Credential::Jwt(Box::new(claims)));
    let (settings, entries) = (w.settings(), w.log().len());
    w.set_active("anna", false);
    let caller = caller(&access, &settings, w.tick());
    let deleted = block_on(w.store.delete(&caller, &w.users, "anna", None));
    assert_eq!(deleted, Err(StoreError::Unauthenticated));
    assert_eq!(w.find("anna").id, "anna");
    assert_eq!(w.log().len(), entries + 1);
}

#[test]
fn no_instance_finds_a_token_live_after_the_deactivation_was_answered() {
    let (w, _) = world();
    let claims = w.jwt("1", "app", Some("anna"));
    let (tenant, now) = (w.tenant.clone(), w.now());
    let answered = Arc::new(AtomicBool::new(false));
    // All have seen it live before it ends.
    let gate = Arc::new(Barrier::new(11));
    let instances: Vec<_> = (0..10)
        .map(|_| {
            let store = w.path();
            let (claims, tenant) = (claims.clone(), tenant.clone());
            let (answered, gate) = (answered.clone(), gate.clone());
            std::thread::spawn(move || {
                let store = open(store);
                let live = || {
                    let answer = block_on(store.introspect_jwt(&tenant, "", &claims, now));
                    let opaque = block_on(store.opaque_token(&tenant, &hash("hers"), now));
                    (answer.unwrap().1.is_some(), opaque.unwrap().is_some())
                };
                let before = live();
                gate.wait();
                loop {
                    // Whether it was answered is looked at before the question is asked.
                    let is_answered = answered.load(Ordering::SeqCst);
                    let found = live();
                    if is_answered {
                        return (before, found);
                    }
                }
            })
        })
        .collect();
    gate.wait();
    w.set_active("anna", false);
    answered.store(true, Ordering::SeqCst);
    for instance in instances {
        let (before, after) = instance.join().unwrap();
        assert_eq!((before, after), ((true, true), (false, false)));
    }
}
