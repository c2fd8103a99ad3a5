//! Answers that may be told again for some seconds, from Redis and from the instance. By default none is: see `ended`.

use std::thread;
use std::time::Duration;

use rollcall_suite::{Redis, Service};

use crate::world::World;

const BASE: (&str, &str) = ("base_url", "https://id.example");

/// Two hosts over one store and one Redis, whose answers may be that old.
struct Pair {
    near: World,
    far: World,
    _redis: Redis,
}

impl Pair {
    fn new(max_age_secs: &str) -> Self {
        let redis = Redis::start();
        let url = redis.url();
        let variables = [
            BASE,
            ("introspection_max_age", max_age_secs),
            ("redis_url", &url),
            ("redis_host", &url),
        ];
        let near = World::own(&variables);
        let far = near.beside(Service::in_folder_with(near.folder(), &variables));
        Self {
            near,
            far,
            _redis: redis,
        }
    }
}

#[test]
fn what_one_host_has_said_another_may_say_again() {
    let hosts = Pair::new("60");
    let (client, rs) = (hosts.near.machine(), hosts.near.machine());
    let [known, unknown] = [(); 2].map(|()| hosts.near.access_token(&client, &[]));
    assert!(hosts.near.is_active(&rs, &known));
    for token in [&known, &unknown] {
        hosts.near.give_back(&client, token, &[]);
    }
    assert!(hosts.far.is_active(&rs, &known), "from Redis");
    assert!(
        !hosts.far.is_active(&rs, &unknown),
        "nobody has asked before"
    );
    // It was told to this client and to no other.
    assert!(!hosts.far.is_active(&client, &known));
    let wrong = hosts.far.introspect(
        &[],
        &[
            ("client_id", &rs.id),
            ("client_secret", "a guess"),
            ("token", &known),
        ],
    );
    hosts.far.refused(wrong, 401, "invalid_client");
}

#[test]
fn no_answer_is_told_again_when_its_time_is_over() {
    let hosts = Pair::new("1");
    let (client, rs) = (hosts.near.machine(), hosts.near.machine());
    let token = hosts.near.access_token(&client, &[]);
    assert!(hosts.near.is_active(&rs, &token));
    hosts.near.give_back(&client, &token, &[]);
    // Those that tell it again do not make its time longer.
    for _ in 0..18 {
        hosts.far.is_active(&rs, &token);
        thread::sleep(Duration::from_millis(50));
    }
    thread::sleep(Duration::from_secs(1));
    assert!(!hosts.near.is_active(&rs, &token));
    assert!(!hosts.far.is_active(&rs, &token));
}

#[test]
fn without_redis_the_store_answers() {
    let nowhere = Redis::nowhere();
    let world = World::own(&[
        ("introspection_max_age", "1"),
        ("redis_url", &nowhere),
        ("redis_host", &nowhere),
    ]);
    let client = world.machine();
    let token = world.access_token(&client, &[]);
    for _ in 0..10 {
        assert!(world.is_active(&client, &token));
    }
}
