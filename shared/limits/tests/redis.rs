//! The script in a real Redis: it takes no more than there is, whoever asks at once, and decides as the code here does.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of the tests ends the test"
)]

#[path = "../../../tests/suite/src/redis.rs"]
#[expect(dead_code, reason = "the suite needs more of it")]
mod server;

use std::cell::{Cell, RefCell};
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use redis::{Connection, Value};
use rollcall_limits::script::{self, SHA1, TEXT};
use rollcall_limits::{Admission, Ask, Batch, Buckets, Held, Policy, Rate, Taken};

use server::Redis;

fn connect(server: &Redis) -> Connection {
    let client = redis::Client::open(server.url()).unwrap();
    client.get_connection().unwrap()
}

fn ask(key: &str, rate: &str) -> Ask {
    Ask {
        policy: Policy::Client,
        rate: Rate::parse(rate).unwrap().unwrap(),
        shards: 1,
        key: key.to_owned(),
        takes: true,
    }
}

fn call(connection: &mut Connection, asks: &[Ask]) -> Admission {
    take(connection, asks, Batch::ONE).admission(asks)
}

fn take(connection: &mut Connection, asks: &[Ask], batch: Batch) -> Taken {
    let mut command = redis::cmd("EVAL");
    command.arg(TEXT);
    for argument in script::arguments(asks, batch) {
        command.arg(argument);
    }
    let answer: Vec<i64> = command.query(connection).unwrap();
    script::taken(asks, batch, &answer).expect("the script and the code agree")
}

#[test]
fn the_hash_is_that_of_the_script() {
    let server = Redis::start();
    let loaded: String = redis::cmd("SCRIPT")
        .arg("LOAD")
        .arg(TEXT)
        .query(&mut connect(&server))
        .unwrap();
    assert_eq!(loaded, SHA1);
}

#[test]
fn parallel_callers_never_get_more_than_the_burst() {
    let server = Redis::start();
    let asks = [ask("{t}:tenant", "1000/1d"), ask("{t}:client", "100/1d")];
    let passed: usize = thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = connect(&server);
                    let admissions = (0..50).map(|_| call(&mut connection, &asks));
                    admissions.filter(Admission::is_allowed).count()
                })
            })
            .collect();
        callers.into_iter().map(|c| c.join().unwrap()).sum()
    });
    assert_eq!(passed, 100);
    // Those who were refused took nothing from the tenant.
    let tenant = call(&mut connect(&server), &[ask("{t}:tenant", "1000/1d")]);
    assert!(tenant.fields().unwrap().1.contains("r=899;"), "{tenant:?}");
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the server of the test goes by a real clock"
)]
fn parallel_instances_that_take_places_ahead_never_spend_more_than_there_are() {
    let server = Redis::start();
    let asks = [ask("{t}:tenant", "20000/1d"), ask("{t}:client", "2000/1d")];
    let begin = Instant::now();
    let counts: Vec<(usize, usize)> = thread::scope(|scope| {
        let instances: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = connect(&server);
                    let mut held = Held::default();
                    let (mut passed, mut calls) = (0, 0);
                    for _ in 0..600 {
                        let now = u64::try_from(begin.elapsed().as_micros()).unwrap();
                        let spent = held.spend(0, now);
                        let mut is_allowed = spent.is_some();
                        if spent.is_none_or(|spent| spent.wants_more) {
                            calls += 1;
                            let batch = held.next(0, &asks, is_allowed, now);
                            let taken = take(&mut connection, &asks, batch);
                            is_allowed |= taken.admission(&asks).is_allowed();
                            held.keep(0, asks.to_vec(), batch, taken, now);
                        }
                        passed += usize::from(is_allowed);
                    }
                    (passed, calls)
                })
            })
            .collect();
        instances.into_iter().map(|i| i.join().unwrap()).collect()
    });
    let passed: usize = counts.iter().map(|(passed, _)| passed).sum();
    let calls: usize = counts.iter().map(|(_, calls)| calls).sum();
    // At most a batch of each instance is lost, and a place for the time that they are held.
    assert!((2000 - 4 * 19 - 1..=2000).contains(&passed), "{counts:?}");
    // The first half costs hardly a call, the rest and what is refused one each.
    assert!((1000..1700).contains(&calls), "{counts:?}");
    let refused = call(&mut connect(&server), &asks);
    assert_eq!(refused.refusing(), Some(Policy::Client));
    assert!((1..=45).contains(&refused.retry_after_secs().unwrap()));
}

#[test]
fn places_come_back_by_the_clock_of_the_server_and_buckets_expire_when_full() {
    let server = Redis::start();
    let mut connection = connect(&server);
    let asks = [ask("a", "2/1s")];
    assert!(call(&mut connection, &asks).is_allowed());
    assert!(call(&mut connection, &asks).is_allowed());
    let refused = call(&mut connection, &asks);
    assert_eq!(refused.retry_after_secs(), Some(1));
    let ttl: i64 = redis::cmd("PTTL").arg("a").query(&mut connection).unwrap();
    assert!((500..=1000).contains(&ttl), "{ttl}");
    thread::sleep(Duration::from_millis(1100));
    let gone: Value = redis::cmd("GET").arg("a").query(&mut connection).unwrap();
    assert_eq!(gone, Value::Nil);
    assert!(call(&mut connection, &asks).is_allowed());
}

#[test]
fn who_only_asks_leaves_no_trace() {
    let server = Redis::start();
    let mut connection = connect(&server);
    let mut peek = ask("a", "1/1d");
    peek.takes = false;
    for _ in 0..3 {
        assert!(call(&mut connection, &[peek.clone()]).is_allowed());
    }
    assert!(call(&mut connection, &[ask("a", "1/1d")]).is_allowed());
    assert!(!call(&mut connection, &[peek]).is_allowed());
}

#[test]
fn an_answer_of_another_form_is_none() {
    let asks = [ask("a", "2/1s")];
    assert!(script::taken(&asks, Batch::ONE, &[1, 0]).is_some());
    for answer in [
        &[][..],
        &[1],
        &[0, 0],
        &[2, 0],
        &[1, 1_000_000],
        &[1, -1],
        &[1, 0, 0],
    ] {
        let taken = script::taken(&asks, Batch::ONE, answer);
        assert_eq!(taken, None, "{answer:?}");
    }
}

/// One request: microseconds since the one before, the buckets that it needs, by number, how many places it takes at once,
/// how many of them it needs itself, and how long it holds the others.
type Step = (u64, Vec<(usize, bool)>, u32, u32, u64);

fn step() -> impl Strategy<Value = Step> {
    let gap = prop_oneof![Just(0), 0_u64..5_000_000, 0_u64..4_000_000_000];
    let asks = prop::collection::btree_map(0_usize..RATES.len(), any::<bool>(), 1..=RATES.len());
    let asks = asks.prop_map(|asks| asks.into_iter().collect());
    let places = prop_oneof![Just(1), 1_u32..5];
    (gap, asks, places, 0_u32..2, 0_u64..3_000_000)
}

/// Of periods so long that no bucket expires while a case runs, which takes milliseconds.
const RATES: [&str; 4] = ["3/10s", "7/1m", "20/1h", "1/30s"];

#[test]
fn it_decides_as_the_buckets_in_memory_do() {
    // The script by a clock of the test's own.
    let clocked = TEXT.replace("redis.call('TIME')", "{ARGV[#ARGV - 1], ARGV[#ARGV]}");
    assert_ne!(clocked, TEXT);
    let server = Redis::start();
    let connection = RefCell::new(connect(&server));
    let case = Cell::new(0);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(200)
    };
    let granted = RefCell::new([0; 5]);
    let steps = prop::collection::vec(step(), 1..40);
    TestRunner::new(config)
        .run(&steps, |steps| {
            case.set(case.get() + 1);
            let mut buckets = Buckets::default();
            let mut now = 1_900_000_000_123_457;
            for (gap, needed, places, own, hold) in steps {
                now += gap;
                let asks: Vec<Ask> = needed
                    .into_iter()
                    .map(|(number, takes)| Ask {
                        takes,
                        ..ask(&format!("{}:{number}", case.get()), RATES[number])
                    })
                    .collect();
                let batch = Batch { places, own, hold };
                let mut command = redis::cmd("EVAL");
                command.arg(&clocked);
                for argument in script::arguments(&asks, batch) {
                    command.arg(argument);
                }
                command.arg(now / 1_000_000).arg(now % 1_000_000);
                let answer: Vec<i64> = command.query(&mut connection.borrow_mut()).unwrap();
                let expected = buckets.take(&asks, batch, now);
                granted.borrow_mut()[expected.places as usize] += 1;
                prop_assert_eq!(script::taken(&asks, batch, &answer), Some(expected));
            }
            Ok(())
        })
        .unwrap();
    // It is worth something only if all of it happens.
    let granted = granted.into_inner();
    assert!(granted.iter().all(|count| *count > 20), "{granted:?}");
}
