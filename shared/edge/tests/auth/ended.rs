//! After the answer that ends a person's access, no instance calls a token of theirs active: attack case 25.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use pollster::block_on;
use rollcall_service::{Ctx, admin};
use rollcall_store::auth::Actor;
use rollcall_store::rusqlite::File;
use serde_json::{Value as Json, json};

use crate::calls::{Opaque, introspect, scim_request};
use crate::refresh::grant;
use crate::world::{MASTER, START, World, basic_of, config, context};

/// How many clients ask at the same time, and how often each does before and after the end.
const CLIENTS: usize = 10;
const BEFORE: usize = 3;
const AFTER: usize = 5;

fn instance(path: &Path) -> Ctx<File> {
    let clock = Rc::new(Cell::new(START * 1000));
    context(path, &clock, &Rc::new(Cell::new(0)), config(Some(MASTER)))
}

/// Asks for the tokens all the time, while `end` ends them. An answer to a question that was asked after `end` returned
/// must not be `active: true`.
fn while_asked(world: &World, tokens: &[String], end: impl FnOnce()) {
    let (ready, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    let path = world.path();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let ctx = instance(&path);
                let (mut before, mut after) = (0, 0);
                while after < AFTER {
                    let is_ended = ended.load(Ordering::SeqCst);
                    for token in tokens {
                        let headers = [("authorization", &*basic_of("rs"))];
                        let answer = introspect(&ctx, &headers, &[("token", token)]);
                        let is_active = answer.json["active"] == true;
                        if is_ended {
                            assert!(!is_active, "{answer:?}");
                        } else if before < BEFORE {
                            assert!(is_active, "{answer:?}");
                        }
                    }
                    if is_ended {
                        after += 1;
                    } else {
                        before += 1;
                        if before == BEFORE {
                            ready.fetch_add(1, Ordering::SeqCst);
                        }
                    }
                }
            });
        }
        while ready.load(Ordering::SeqCst) < CLIENTS {
            thread::yield_now();
        }
        end();
        ended.store(true, Ordering::SeqCst);
    });
}

/// A JWT and an opaque token of the person's.
fn tokens(world: &World, person: &str) -> Vec<String> {
    let refresh = grant(world, "c", Some(person), None);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*refresh),
    ];
    let answer = world.token_as("c", &form);
    let jwt = answer.json["access_token"].as_str().unwrap().to_owned();
    vec![jwt, world.opaque("c", Some(person), &Opaque::default())]
}

fn world() -> (World, String, Vec<String>) {
    let world = World::new();
    world.machine("c");
    world.machine("rs");
    let person = world.person("ada");
    let tokens = tokens(&world, &person);
    (world, person, tokens)
}

/// Ends it with a SCIM request.
fn scim(method: &str, path: impl Fn(&str) -> String, body: impl Fn(&str) -> Json) {
    let (world, person, tokens) = world();
    let issued = block_on(admin::create_token(&world.ctx, "default", "idp", None)).unwrap();
    let authorization = format!("Bearer {}", issued.secret);
    while_asked(&world, &tokens, || {
        let headers = [("authorization", &*authorization)];
        let what = (method, &*path(&person));
        let answer = scim_request(&world.ctx, what, &headers, &body(&person));
        assert!(answer.status < 300, "{answer:?}");
    });
}

fn user(id: &str) -> String {
    format!("/scim/v2/Users/{id}")
}

fn deactivate() -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": false}],
    })
}

#[test]
fn deactivated_by_patch() {
    scim("PATCH", user, |_| deactivate());
}

#[test]
fn deactivated_by_put() {
    scim("PUT", user, |_| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "active": false,
        })
    });
}

#[test]
fn deleted() {
    scim("DELETE", user, |_| Json::Null);
}

#[test]
fn deactivated_in_bulk() {
    scim(
        "POST",
        |_| "/scim/v2/Bulk".to_owned(),
        |id| {
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [{"method": "PATCH", "path": format!("/Users/{id}"), "data": deactivate()}],
            })
        },
    );
}

#[test]
fn all_of_the_client_revoked() {
    let (world, _, tokens) = world();
    while_asked(&world, &tokens, || {
        let ended =
            world
                .store
                .revoke_all_of_client(&world.tenant, Actor::Service, "c", world.now());
        block_on(ended).unwrap();
    });
}

#[test]
fn the_client_disabled() {
    let (world, _, tokens) = world();
    while_asked(&world, &tokens, || {
        let switched = world
            .store
            .set_client_disabled(&world.tenant, "c", true, world.now());
        block_on(switched).unwrap();
    });
}

/// Then the client that asks is turned away, too.
#[test]
fn the_tenant_suspended() {
    let (world, _, tokens) = world();
    while_asked(&world, &tokens, || {
        let suspended = world.store.set_suspended(&world.tenant, true, world.now());
        block_on(suspended).unwrap();
    });
}
