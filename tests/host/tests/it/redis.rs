use serde_json::{Value, json};

use crate::support::{Probes, error, ok, start_with};

#[path = "../../../suite/src/redis.rs"]
#[expect(dead_code, reason = "the suite needs more of it")]
mod server;

pub use server::Redis;

impl Redis {
    async fn probes(&self) -> Probes {
        let port = self.port().to_string();
        start_with(|host| host.variable("redis_port", port)).await
    }

    fn open(&self, name: &str) -> Value {
        json!({ "op": "redis_open", "name": name, "address": self.url() })
    }
}

fn redis(name: &str, command: &str, args: Value) -> Value {
    json!({ "op": "redis", "name": name, "command": command, "args": args })
}

#[tokio::test]
async fn the_typed_calls_work() {
    let server = Redis::start();
    let probes = server.probes().await;
    let steps = json!([server.open("a"), { "op": "redis_typed", "name": "a" }]);
    let typed = json!(["value", null, 1, 2, 1, ["b"], 3]);
    assert_eq!(
        probes.script(steps).await,
        json!([ok(Value::Null), ok(typed)])
    );
}

#[tokio::test]
async fn nested_replies_are_flattened() {
    let server = Redis::start();
    let probes = server.probes().await;
    let nested = "return { 1, { 2, { 'three' } }, false, redis.status_reply('FINE') }";
    let steps = json!([
        server.open("a"),
        redis("a", "EVAL", json!([nested, 0])),
        redis("a", "SET", json!(["k", "v", "PX", 60_000, "NX"])),
        redis("a", "SET", json!(["k", "v", "PX", 60_000, "NX"])),
        redis("a", "GET", json!(["k"])),
    ]);
    let outcomes = json!([
        ok(Value::Null),
        ok(json!([1, 2, "three", null, { "status": "FINE" }])),
        ok(json!([{ "status": "OK" }])),
        ok(json!([null])),
        ok(json!(["v"])),
    ]);
    assert_eq!(probes.script(steps).await, outcomes);
}

#[tokio::test]
async fn every_open_is_a_connection_that_is_never_opened_again() {
    let server = Redis::start();
    let probes = server.probes().await;
    let ids = json!([
        server.open("a"),
        server.open("b"),
        redis("a", "CLIENT", json!(["ID"])),
        redis("b", "CLIENT", json!(["ID"])),
        redis("a", "CLIENT", json!(["ID"])),
    ]);
    let ids = probes.script(ids).await;
    let (a, b) = (&ids[2]["ok"][0], &ids[3]["ok"][0]);
    assert!(a.is_i64() && b.is_i64() && a != b, "{ids}");
    assert_eq!(&ids[4]["ok"][0], a);
    let cut = json!([
        redis("b", "CLIENT", json!(["KILL", "ID", a])),
        redis("a", "PING", json!([])),
        redis("a", "PING", json!([])),
        redis("b", "PING", json!([])),
    ]);
    let cut = probes.script(cut).await;
    assert!(
        cut[1]["error"].is_string() && cut[2]["error"].is_string(),
        "{cut}"
    );
    assert_eq!(cut[3], ok(json!([{ "status": "PONG" }])));
}

#[tokio::test]
async fn the_server_must_be_allowed() {
    let server = Redis::start();
    let probes = server.probes().await;
    let invalid = json!([error("Error::InvalidAddress")]);
    let steps = json!([server.open("a")]);
    assert_eq!(probes.script_in("/denied/script", steps).await, invalid);
    let port = if server.port() == 6379 { 6380 } else { 6379 };
    let other = json!([{ "op": "redis_open", "name": "a", "address": format!("redis://127.0.0.1:{port}") }]);
    assert_eq!(probes.script(other).await, invalid);
}
