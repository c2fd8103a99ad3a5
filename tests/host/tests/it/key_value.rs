use serde_json::{Value, json};

use crate::{
    redis::Redis,
    support::{error, ok, start, start_with},
};

fn script(label: &str) -> Value {
    json!([
        { "op": "kv_get", "label": label, "key": "a" },
        { "op": "kv_set", "label": label, "key": "a", "value": "1" },
        { "op": "kv_set", "label": label, "key": "b", "value": "2" },
        { "op": "kv_set", "label": label, "key": "a", "value": "3" },
        { "op": "kv_get", "label": label, "key": "a" },
        { "op": "kv_exists", "label": label, "key": "b" },
        { "op": "kv_keys", "label": label },
        { "op": "kv_delete", "label": label, "key": "b" },
        { "op": "kv_delete", "label": label, "key": "b" },
        { "op": "kv_exists", "label": label, "key": "b" },
        { "op": "kv_keys", "label": label },
    ])
}

fn outcome() -> Value {
    json!([
        ok(Value::Null),
        ok(Value::Null),
        ok(Value::Null),
        ok(Value::Null),
        ok("3"),
        ok(true),
        ok(json!(["a", "b"])),
        ok(Value::Null),
        ok(Value::Null),
        ok(false),
        ok(json!(["a"])),
    ])
}

#[tokio::test]
async fn keys_are_kept_in_a_file() {
    let probes = start().await;
    assert_eq!(probes.script(script("default")).await, outcome());
    assert!(probes.dir.path().join("sqlite_key_value.db").exists());
    let probes = probes.restart().await;
    let get = json!([{ "op": "kv_get", "label": "default", "key": "a" }]);
    assert_eq!(probes.script(get).await, json!([ok("3")]));
}

#[tokio::test]
async fn a_store_must_be_granted() {
    let probes = start().await;
    let get = |label: &str| json!([{ "op": "kv_get", "label": label, "key": "a" }]);
    let denied = json!([error("Error::AccessDenied")]);
    assert_eq!(probes.script(get("other")).await, denied);
    assert_eq!(
        probes.script_in("/denied/script", get("default")).await,
        denied
    );
}

#[tokio::test]
async fn keys_are_kept_in_redis_without_a_prefix() {
    let server = Redis::start();
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("runtime.toml");
    let table = format!(
        "[key_value_store.default]\ntype = \"redis\"\nurl = \"{}\"\n",
        server.url()
    );
    std::fs::write(&config, table).unwrap();
    let port = server.port().to_string();
    let probes = start_with(|host| host.runtime_config(&config).variable("redis_port", port)).await;
    assert_eq!(probes.script(script("default")).await, outcome());
    let raw = json!([
        { "op": "redis_open", "name": "r", "address": server.url() },
        { "op": "redis", "name": "r", "command": "GET", "args": ["a"] },
    ]);
    assert_eq!(
        probes.script(raw).await,
        json!([ok(Value::Null), ok(json!(["3"]))])
    );
}
