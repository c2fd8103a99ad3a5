//! The JWKS as it is published to key-value.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::ready;
use std::rc::Rc;

use http::Request;
use pollster::block_on;
use rollcall_edge::auth;
use rollcall_service::auth::rotate;
use rollcall_service::{Answer as Later, Ctx, Documents};
use rollcall_store::TenantName;
use rollcall_store::auth::{Actor, TokenSettings};
use rollcall_store::rusqlite::File;
use serde_json::{Value as Json, json};

use crate::world::{Answer, MASTER, World, config, read};

const NAME: &str = "rollcall/jwks/default";

type Values = BTreeMap<String, Vec<u8>>;

/// A key-value store that all instances share, until it fails.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Option<Values>>>);

impl Shared {
    fn new() -> Self {
        Self(Rc::new(RefCell::new(Some(BTreeMap::new()))))
    }

    fn fail(&self) {
        *self.0.borrow_mut() = None;
    }

    fn document(&self) -> Json {
        let stored = self.0.borrow();
        serde_json::from_slice(&stored.as_ref().unwrap()[NAME]).unwrap()
    }

    fn plant(&self, document: &Json) {
        let mut stored = self.0.borrow_mut();
        let document = document.to_string().into_bytes();
        stored.as_mut().unwrap().insert(NAME.to_owned(), document);
    }
}

impl Documents for Shared {
    fn get<'a>(&'a self, name: &'a str) -> Later<'a, Result<Option<Vec<u8>>, String>> {
        let stored = self.0.borrow();
        let stored = stored.as_ref().ok_or("it is down".to_owned());
        Box::pin(ready(stored.map(|stored| stored.get(name).cloned())))
    }

    fn put<'a>(&'a self, name: &'a str, document: &'a [u8]) -> Later<'a, Result<(), String>> {
        let mut stored = self.0.borrow_mut();
        let stored = stored.as_mut().ok_or("it is down".to_owned());
        Box::pin(ready(stored.map(|stored| {
            stored.insert(name.to_owned(), document.to_vec());
        })))
    }
}

fn world() -> (World, Shared, Ctx<File>) {
    let (world, shared) = (World::new(), Shared::new());
    let ctx = world.instance(config(Some(MASTER)));
    let ctx = ctx.with_documents(shared.clone());
    (world, shared, ctx)
}

fn jwks(ctx: &Ctx<File>) -> Answer {
    let request = Request::get("/oauth/jwks").body(()).unwrap();
    let answer = read(block_on(auth::jwks(ctx, request)));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

fn key_count(answer: &Answer) -> usize {
    answer.json["keys"].as_array().unwrap().len()
}

#[test]
fn a_set_is_read_from_key_value_and_kept_no_longer_than_one_from_the_store() {
    let (world, shared, ctx) = world();
    let first = jwks(&ctx);
    assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
    let mut document = shared.document();
    assert_eq!(document["jwks"], first.json);
    assert_eq!(document["until"], world.now_secs() + 300);

    // Another one than the store has, to see where the answer is from.
    document["jwks"] = json!({"keys": []});
    shared.plant(&document);
    world.pass(200);
    let second = jwks(&ctx);
    assert_eq!(second.json, json!({"keys": []}));
    assert_eq!(second.header("cache-control"), Some("public, max-age=100"));

    // Less than a minute is left.
    world.pass(41);
    let third = jwks(&ctx);
    assert_eq!(third.json, first.json);
    assert_eq!(third.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(shared.document()["jwks"], first.json);
}

#[test]
fn a_rotation_is_published_at_once() {
    let (world, shared, ctx) = world();
    assert_eq!(key_count(&jwks(&ctx)), 1);
    let other = world.instance(config(Some(MASTER)));
    let other = other.with_documents(shared.clone());
    let tenant = TenantName::parse("default").unwrap();
    let settings = TokenSettings::default();
    block_on(rotate(&other, &tenant, Actor::Admin, &settings)).unwrap();
    assert_eq!(key_count(&jwks(&ctx)), 2);
}

#[test]
fn a_set_of_a_clock_that_is_far_ahead_does_not_count() {
    let (world, shared, ctx) = world();
    let until = world.now_secs() + 10_000;
    shared.plant(&json!({"jwks": {"keys": []}, "until": until}));
    assert_eq!(key_count(&jwks(&ctx)), 1);
}

#[test]
fn what_is_no_set_is_replaced() {
    let (_world, shared, ctx) = world();
    shared.plant(&json!("nonsense"));
    let answer = jwks(&ctx);
    assert_eq!(key_count(&answer), 1);
    assert_eq!(shared.document()["jwks"], answer.json);
}

#[test]
fn without_key_value_the_store_answers() {
    let (_world, shared, ctx) = world();
    shared.fail();
    assert_eq!(key_count(&jwks(&ctx)), 1);
}
