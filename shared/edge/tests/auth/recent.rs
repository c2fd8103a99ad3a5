//! Answers to introspections that may be told again for a while.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::ready;
use std::rc::Rc;

use http::Request;
use http_body_util::Full;
use pollster::block_on;
use rollcall_edge::auth;
use rollcall_service::{Answer as Later, Cache, CacheError, Config, Ctx};
use rollcall_store::rusqlite::File;
use serde_json::json;

use crate::world::{MASTER, World, basic, basic_of, claims, config, encode, read};

/// Values, and for how many milliseconds they are to be remembered.
type Values = BTreeMap<String, (Vec<u8>, u64)>;

/// A cache that all instances share, and that forgets nothing by itself.
#[derive(Clone, Default)]
struct Shared {
    values: Rc<RefCell<Values>>,
    is_down: Rc<Cell<bool>>,
    asked: Rc<Cell<u32>>,
}

impl Shared {
    fn answer<T>(&self, answer: T) -> Result<T, CacheError> {
        self.asked.set(self.asked.get() + 1);
        if self.is_down.get() {
            return Err(CacheError("it is down".to_owned()));
        }
        Ok(answer)
    }
}

impl Cache for Shared {
    fn get<'a>(&'a self, name: &'a str) -> Later<'a, Result<Option<Vec<u8>>, CacheError>> {
        let value = self.values.borrow().get(name).cloned();
        Box::pin(ready(self.answer(value.map(|(value, _)| value))))
    }

    fn put<'a>(
        &'a self,
        name: &'a str,
        value: &'a [u8],
        millis: u64,
    ) -> Later<'a, Result<(), CacheError>> {
        let value = (value.to_vec(), millis);
        self.values.borrow_mut().insert(name.to_owned(), value);
        Box::pin(ready(self.answer(())))
    }
}

struct Told {
    world: World,
    token: String,
    shared: Shared,
}

impl Told {
    /// A tenant with a token, whose answers may be that old.
    fn new() -> Self {
        let world = World::new();
        world.machine("c");
        world.machine("api");
        let token = world.access_token("c", &[]);
        let shared = Shared::default();
        Self {
            world,
            token,
            shared,
        }
    }

    fn instance(&self, max_age_secs: u32) -> Ctx<File> {
        let config = Config {
            introspection_max_age_secs: max_age_secs,
            ..config(Some(MASTER))
        };
        self.world.instance(config).with_cache(self.shared.clone())
    }

    fn is_active(&self, ctx: &Ctx<File>) -> bool {
        let answer = self.ask(ctx, &basic_of("api"));
        assert_eq!(answer.0, 200);
        answer.1
    }

    fn ask(&self, ctx: &Ctx<File>, authorization: &str) -> (u16, bool) {
        let request = Request::post("/oauth/introspect")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", authorization)
            .body(Full::from(encode(&[("token", &*self.token)])));
        let answer = read(block_on(auth::introspect(ctx, request.unwrap())));
        (answer.status, answer.json["active"] == json!(true))
    }

    /// Ends the token.
    fn disable(&self) {
        let world = &self.world;
        let (store, now) = (&world.store, world.now());
        block_on(store.set_client_disabled(&world.tenant, "c", true, now)).unwrap();
    }
}

#[test]
fn an_answer_is_told_again_until_its_time_is_over() {
    let told = Told::new();
    let (one, other) = (told.instance(2), told.instance(2));
    assert!(told.is_active(&one));
    told.disable();
    assert!(told.is_active(&one), "by the instance");
    assert!(told.is_active(&other), "by the shared cache");
    told.world.pass(1);
    assert!(
        told.is_active(&other),
        "not for longer, by having been told again"
    );
    told.world.pass(1);
    assert!(!told.is_active(&one));
    assert!(!told.is_active(&other));
    let values = told.shared.values.borrow();
    let millis: Vec<_> = values.values().map(|(_, millis)| *millis).collect();
    assert_eq!(millis, [2000]);
}

#[test]
fn a_clock_that_is_set_back_makes_no_answer_count_for_longer() {
    let told = Told::new();
    let ctx = told.instance(60);
    assert!(told.is_active(&ctx));
    told.disable();
    told.world.pass(-1);
    assert!(!told.is_active(&ctx));
}

#[test]
fn by_default_nothing_is_remembered() {
    let told = Told::new();
    let ctx = told.instance(0);
    assert!(told.is_active(&ctx));
    told.disable();
    assert!(!told.is_active(&ctx));
    assert_eq!(told.shared.asked.get(), 0);
}

/// What one client was told is for nobody who does not prove to be that client.
#[test]
fn an_answer_is_for_who_asked() {
    let told = Told::new();
    let ctx = told.instance(60);
    assert!(told.is_active(&ctx));
    assert_eq!(told.ask(&ctx, &basic("api", "wrong")).0, 401);
    assert_eq!(told.ask(&ctx, &basic("c", "wrong")).0, 401);
    assert_eq!(told.ask(&ctx, "Basic ").0, 401);
    told.disable();
    assert_eq!(told.ask(&ctx, &basic_of("c")).0, 401);
}

#[test]
fn an_inactive_token_is_not_remembered() {
    let told = Told::new();
    let ctx = told.instance(60);
    told.disable();
    assert!(!told.is_active(&ctx));
    assert!(told.shared.values.borrow().is_empty());
}

#[test]
fn no_answer_outlives_its_token() {
    let told = Told::new();
    let ctx = told.instance(60);
    let expires = claims(&told.token)["exp"].as_i64().unwrap();
    told.world.pass(expires - told.world.now_secs() - 10);
    assert!(told.is_active(&ctx));
    let millis = told.shared.values.borrow().values().next().unwrap().1;
    assert_eq!(millis, 10_000);
    told.world.pass(10);
    assert!(!told.is_active(&ctx));
}

#[test]
fn a_value_that_is_none_of_ours_or_counts_for_too_long_is_passed_over() {
    let told = Told::new();
    assert!(told.is_active(&told.instance(60)));
    told.disable();
    // Another setting: the answer of a minute counts for too long here.
    assert!(!told.is_active(&told.instance(1)));
    for (value, _) in told.shared.values.borrow_mut().values_mut() {
        value.truncate(5);
    }
    assert!(!told.is_active(&told.instance(60)));
}

#[test]
fn a_cache_that_is_down_is_left_alone_for_a_while() {
    let told = Told::new();
    told.shared.is_down.set(true);
    told.disable();
    let ctx = told.instance(1);
    for _ in 0..10 {
        assert!(!told.is_active(&ctx));
    }
    assert_eq!(told.shared.asked.get(), 3);
}
