//! Requests are limited; a limiter that fails stops nobody; failures of clients to say who they are are limited all the
//! same.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

#[path = "../fakes/mod.rs"]
mod fakes;
mod made_up;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::ready;
use std::rc::Rc;

use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_limits::{Ask, Batch, Buckets, Micros, Taken};
use rollcall_service::limits::{self, Admission, Caller, Client, LimitSettings, Rate};
use rollcall_service::{Answer, Clock, Config, Ctx, Limiter, LimiterError, TenantName};
use rollcall_store::rusqlite::File;

use fakes::{Counting, NoPasswords};

#[derive(Clone, Default)]
struct Time(Rc<Cell<i64>>);

impl Clock for Time {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_900_000_000_000_000 + self.0.get())
    }
}

/// A limiter that others share, which can be told to fail.
#[derive(Clone, Default)]
struct Shared {
    buckets: Rc<RefCell<Buckets>>,
    is_down: Rc<Cell<bool>>,
    calls: Rc<Cell<u32>>,
    keys: Rc<RefCell<BTreeSet<String>>>,
}

impl Limiter for Shared {
    fn shards(&self) -> u32 {
        8
    }

    fn take<'a>(
        &'a self,
        asks: &'a [Ask],
        batch: Batch,
        now: Micros,
    ) -> Answer<'a, Result<Taken, LimiterError>> {
        self.calls.set(self.calls.get() + 1);
        let keys = asks.iter().map(|ask| ask.key.clone());
        self.keys.borrow_mut().extend(keys);
        Box::pin(ready(if self.is_down.get() {
            Err(LimiterError("it is down".to_owned()))
        } else {
            Ok(self.buckets.borrow_mut().take(asks, batch, now))
        }))
    }
}

fn rate(text: &str) -> Option<Rate> {
    Rate::parse(text).unwrap()
}

fn settings() -> LimitSettings {
    LimitSettings {
        tenant: rate("8/1m"),
        client: rate("4/1m"),
        address: rate("6/1m"),
        failures: rate("3/1m"),
    }
}

fn ctx(settings: LimitSettings) -> (Ctx<File>, Time) {
    over(File("/nonexistent/unused.db".into()), settings)
}

fn over(file: File, settings: LimitSettings) -> (Ctx<File>, Time) {
    let time = Time::default();
    let config = Config {
        limits: settings,
        ..Config::default()
    };
    let random = Counting::after(0);
    let ctx = Ctx::new(file, time.clone(), random, NoPasswords, config);
    (ctx, time)
}

fn caller<'c>(tenant: &'c TenantName, client: &'c str, address: &str) -> Caller<'c> {
    let address: std::net::IpAddr = address.parse().unwrap();
    let secret = "a secret";
    Caller {
        endpoint: "token",
        tenant,
        client: Some(Client::Secret { id: client, secret }),
        address: Some(address.into()),
    }
}

/// How many of so many requests are let in.
fn let_in(ctx: &Ctx<File>, caller: &Caller<'_>, requests: usize) -> usize {
    let admissions = (0..requests).map(|_| block_on(limits::admit(ctx, caller)));
    admissions.filter(Admission::is_allowed).count()
}

#[test]
fn each_limit_holds_and_a_refusal_costs_the_others_nothing() {
    let tenant = TenantName::default_tenant();
    let (ctx, time) = ctx(settings());
    // Of the client first …
    assert_eq!(let_in(&ctx, &caller(&tenant, "a", "192.0.2.1"), 10), 4);
    // … of its address …
    assert_eq!(let_in(&ctx, &caller(&tenant, "b", "192.0.2.1"), 10), 2);
    // … and of the tenant.
    assert_eq!(let_in(&ctx, &caller(&tenant, "c", "192.0.2.2"), 10), 2);
    let other = TenantName::parse("other").unwrap();
    assert_eq!(let_in(&ctx, &caller(&other, "a", "192.0.2.1"), 10), 4);
    time.0.set(60_000_000);
    assert_eq!(let_in(&ctx, &caller(&tenant, "a", "192.0.2.1"), 10), 4);
}

#[test]
fn without_limits_the_limiter_is_not_even_asked() {
    let tenant = TenantName::default_tenant();
    let shared = Shared::default();
    let (ctx, _) = ctx(LimitSettings::default());
    let ctx = ctx.with_limiter(shared.clone());
    let caller = caller(&tenant, "a", "192.0.2.1");
    assert_eq!(let_in(&ctx, &caller, 100), 100);
    block_on(limits::failed(&ctx, &caller));
    assert_eq!(shared.calls.get(), 0);
    assert_eq!(limits::unlimited(&ctx), 0);
}

#[test]
fn instances_that_share_a_limiter_share_the_limits() {
    let tenant = TenantName::default_tenant();
    let shared = Shared::default();
    let instances = [ctx(settings()).0, ctx(settings()).0].map(|c| c.with_limiter(shared.clone()));
    let caller = caller(&tenant, "a", "192.0.2.1");
    let mut passed = 0;
    for _ in 0..5 {
        passed += let_in(&instances[0], &caller, 1) + let_in(&instances[1], &caller, 1);
    }
    assert_eq!(passed, 4);
}

#[test]
fn failures_are_counted_for_all_instances() {
    let tenant = TenantName::default_tenant();
    let shared = Shared::default();
    let only = LimitSettings {
        failures: rate("3/1m"),
        ..LimitSettings::default()
    };
    let instances = [ctx(only).0, ctx(only).0].map(|c| c.with_limiter(shared.clone()));
    let caller = caller(&tenant, "a", "192.0.2.1");
    for _ in 0..3 {
        assert_eq!(let_in(&instances[1], &caller, 1), 1);
        block_on(limits::failed(&instances[0], &caller));
    }
    assert_eq!(let_in(&instances[1], &caller, 1), 0);
    let elsewhere = self::caller(&tenant, "a", "192.0.2.2");
    assert_eq!(let_in(&instances[1], &elsewhere, 1), 1);
}

#[test]
fn a_limiter_that_is_down_stops_nobody_but_those_who_fail_to_say_who_they_are() {
    let tenant = TenantName::default_tenant();
    let shared = Shared::default();
    shared.is_down.set(true);
    let (ctx, time) = ctx(settings());
    let ctx = ctx.with_limiter(shared.clone());
    let honest = caller(&tenant, "a", "192.0.2.1");
    assert_eq!(let_in(&ctx, &honest, 50), 50);
    assert_eq!(limits::unlimited(&ctx), 50);
    // It was left alone after three failures.
    assert_eq!(shared.calls.get(), 3);

    let guessing = caller(&tenant, "b", "192.0.2.1");
    for _ in 0..3 {
        assert_eq!(let_in(&ctx, &guessing, 1), 1);
        block_on(limits::failed(&ctx, &guessing));
    }
    let refused = block_on(limits::admit(&ctx, &guessing));
    assert_eq!(refused.refusing(), Some(limits::Policy::Failures));
    assert_eq!(refused.retry_after_secs(), Some(20));
    assert_eq!(let_in(&ctx, &honest, 1), 1);

    // When it is back, it is asked again.
    shared.is_down.set(false);
    time.0.set(6_000_000);
    assert_eq!(let_in(&ctx, &honest, 10), 4);
}

#[test]
fn the_limit_of_a_large_tenant_is_spread_evenly() {
    let tenant = TenantName::default_tenant();
    let shared = Shared::default();
    let (ctx, _) = ctx(LimitSettings {
        tenant: rate("1000/1h"),
        ..LimitSettings::default()
    });
    let ctx = ctx.with_limiter(shared.clone());
    let passed = let_in(&ctx, &caller(&tenant, "a", "192.0.2.1"), 1100);
    // A part that is full counts places that are held as though they were spent a second later, which costs one of them.
    assert_eq!(passed, 1000 - 8);
    assert_eq!(shared.keys.borrow().len(), 8);
}

#[test]
fn large_limits_cost_few_calls_and_small_ones_one_each() {
    let tenant = TenantName::default_tenant();
    for (client, calls) in [("100000/1s", 2), ("600/1m", 17), ("199/1m", 100)] {
        let shared = Shared::default();
        let (ctx, time) = ctx(LimitSettings {
            tenant: rate("100000/1s"),
            client: rate(client),
            address: rate("100000/1s"),
            ..LimitSettings::default()
        });
        let ctx = ctx.with_limiter(shared.clone());
        let caller = caller(&tenant, "a", "192.0.2.1");
        for request in 0..100 {
            time.0.set(request * 500);
            let admission = block_on(limits::admit(&ctx, &caller));
            assert!(admission.is_allowed());
            assert!(admission.fields().is_some());
        }
        assert_eq!(shared.calls.get(), calls, "{client}");
    }
}

#[test]
fn each_client_spends_places_of_its_own_and_another_instance_none_of_them() {
    let tenant = TenantName::default_tenant();
    let shared = Shared::default();
    let only = LimitSettings {
        client: rate("1000/1m"),
        ..LimitSettings::default()
    };
    let instances = [ctx(only).0, ctx(only).0].map(|c| c.with_limiter(shared.clone()));
    let [a, b] = ["a", "b"].map(|client| caller(&tenant, client, "192.0.2.1"));
    assert_eq!(let_in(&instances[0], &a, 2), 2);
    // 8, of which 6 are held.
    assert_eq!(shared.calls.get(), 1);
    assert_eq!(let_in(&instances[0], &b, 1), 1);
    assert_eq!(let_in(&instances[1], &a, 1), 1);
    assert_eq!(shared.calls.get(), 3);
    assert_eq!(let_in(&instances[0], &a, 4), 4);
    assert_eq!(shared.calls.get(), 3);
}

#[test]
fn while_failures_are_counted_each_request_asks() {
    let tenant = TenantName::default_tenant();
    let shared = Shared::default();
    let (ctx, _) = ctx(LimitSettings {
        client: rate("100000/1s"),
        failures: rate("1000/1s"),
        ..LimitSettings::default()
    });
    let ctx = ctx.with_limiter(shared.clone());
    assert_eq!(let_in(&ctx, &caller(&tenant, "a", "192.0.2.1"), 50), 50);
    assert_eq!(shared.calls.get(), 50);
}

#[test]
fn what_is_held_is_spent_while_the_limiter_is_down() {
    let tenant = TenantName::default_tenant();
    let shared = Shared::default();
    let (ctx, _) = ctx(LimitSettings {
        client: rate("1000/1m"),
        ..LimitSettings::default()
    });
    let ctx = ctx.with_limiter(shared.clone());
    let caller = caller(&tenant, "a", "192.0.2.1");
    assert_eq!(let_in(&ctx, &caller, 2), 2);
    shared.is_down.set(true);
    assert_eq!(let_in(&ctx, &caller, 6), 6);
    assert_eq!(limits::unlimited(&ctx), 0);
    assert_eq!(let_in(&ctx, &caller, 1), 1);
    assert_eq!(limits::unlimited(&ctx), 1);
}
