use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Probes, error, ok, start, start_with};

fn open(name: &str) -> Value {
    json!({ "op": "sql_open", "name": name, "database": "default" })
}

fn sql(name: &str, sql: &str) -> Value {
    json!({ "op": "sql", "name": name, "sql": sql })
}

fn stream_open(name: &str) -> Value {
    json!({ "op": "stream_open", "name": name, "database": "default" })
}

fn stream(name: &str, sql: &str) -> Value {
    json!({ "op": "stream", "name": name, "sql": sql })
}

/// Reads `read` rows and leaves the rest.
fn stream_some(name: &str, sql: &str, read: u32) -> Value {
    json!({ "op": "stream", "name": name, "sql": sql, "read": read })
}

fn rows(columns: Value, rows: Value) -> Value {
    ok(json!({ "columns": columns, "rows": rows }))
}

fn none() -> Value {
    rows(json!([]), json!([]))
}

async fn run<const N: usize>(probes: &Probes, steps: [Value; N]) -> [Value; N] {
    serde_json::from_value::<Vec<_>>(probes.script(steps.into_iter().collect()).await)
        .unwrap()
        .try_into()
        .unwrap()
}

const COUNT: &str = "SELECT count(*) AS n FROM t";

fn count(n: i64) -> Value {
    rows(json!(["n"]), json!([[n]]))
}

#[tokio::test]
async fn every_kind_of_value_goes_in_and_out() {
    let probes = start().await;
    let params = json!([7, 1.5, "text", [1, 2, 255], null]);
    let select = "SELECT ? AS i, ? AS r, ? AS t, ? AS b, ? AS n";
    let [.., blocking, streaming] = run(
        &probes,
        [
            open("a"),
            stream_open("a"),
            json!({ "op": "sql", "name": "a", "sql": select, "params": params }),
            json!({ "op": "stream", "name": "a", "sql": select, "params": params }),
        ],
    )
    .await;
    assert_eq!(
        blocking,
        rows(json!(["i", "r", "t", "b", "n"]), json!([params]))
    );
    assert_eq!(streaming, blocking);
}

#[tokio::test]
async fn synchronous_errors_come_at_once() {
    let probes = start().await;
    let [.., syntax, created, _, twice, unbound] = run(
        &probes,
        [
            open("a"),
            sql("a", "SELEC 1"),
            sql(
                "a",
                "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
            ),
            sql("a", "INSERT INTO t (name) VALUES ('x')"),
            sql("a", "INSERT INTO t (name) VALUES ('x')"),
            sql("a", "SELECT ?"),
        ],
    )
    .await;
    assert!(
        syntax["error"].as_str().unwrap().contains("syntax error"),
        "{syntax}"
    );
    assert_eq!(created, none());
    assert!(
        twice["error"]
            .as_str()
            .unwrap()
            .contains("UNIQUE constraint failed: t.name"),
        "{twice}"
    );
    assert!(unbound["error"].is_string(), "{unbound}");
}

#[tokio::test]
async fn asynchronous_errors_come_with_the_result_alone() {
    let probes = start().await;
    let [_, _, _, prepare, prepared, constraint, constrained] = run(
        &probes,
        [
            stream_open("a"),
            stream("a", "CREATE TABLE t (name TEXT UNIQUE)"),
            stream("a", "INSERT INTO t VALUES ('x')"),
            stream_some("a", "SELECT * FROM nowhere", 1),
            stream("a", "SELECT * FROM nowhere"),
            stream_some("a", "INSERT INTO t VALUES ('x')", 1),
            stream("a", "INSERT INTO t VALUES ('x')"),
        ],
    )
    .await;
    // `execute` itself succeeds, without columns or rows.
    assert_eq!(prepare, none());
    assert!(
        prepared["error"]
            .as_str()
            .unwrap()
            .contains("no such table: nowhere"),
        "{prepared}"
    );
    assert_eq!(constraint, none());
    let message = constrained["error"].as_str().unwrap();
    assert!(
        message.contains("UNIQUE constraint failed: t.name"),
        "{message}"
    );
}

#[tokio::test]
async fn four_unread_rows_are_let_through_and_a_fifth_blocks_the_connection() {
    let probes = start().await;
    let numbers = |n: u32| {
        format!(
            "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {n}) SELECT n FROM r"
        )
    };
    let one = stream("a", "SELECT 1 AS one");
    let answered = rows(json!(["one"]), json!([[1]]));
    let [_, four, after_four, five, after_five, other, _, released] = run(
        &probes,
        [
            stream_open("a"),
            stream_some("a", &numbers(4), 0),
            one.clone(),
            stream_some("a", &numbers(5), 0),
            one.clone(),
            stream_open("b"),
            json!({ "op": "stream_release" }),
            one,
        ],
    )
    .await;
    assert_eq!(four, rows(json!(["n"]), json!([])));
    assert_eq!(after_four, answered);
    assert_eq!(five, rows(json!(["n"]), json!([])));
    assert_eq!(after_five, "timed_out");
    assert_eq!(other, ok(Value::Null));
    assert_eq!(released, answered);

    // A row that is read makes room for another.
    let [read, after, unread] = run(
        &probes,
        [
            stream_some("a", &numbers(5), 1),
            stream("a", "SELECT 1"),
            stream_some("a", &numbers(9), 4),
        ],
    )
    .await;
    assert_eq!(read, rows(json!(["n"]), json!([[1]])));
    assert!(after["ok"].is_object(), "{after}");
    assert_eq!(unread, rows(json!(["n"]), json!([[1], [2], [3], [4]])));
    let [blocked] = run(&probes, [stream("a", "SELECT 1")]).await;
    assert_eq!(blocked, "timed_out");
}

#[tokio::test]
async fn every_open_is_a_connection_of_its_own() {
    let probes = start().await;
    let [.., mine, others] = run(
        &probes,
        [
            open("a"),
            open("b"),
            sql("a", "CREATE TEMP TABLE t (n)"),
            sql("a", COUNT),
            sql("b", COUNT),
        ],
    )
    .await;
    assert_eq!(mine, count(0));
    assert!(
        others["error"]
            .as_str()
            .unwrap()
            .contains("no such table: t"),
        "{others}"
    );
    // The instance keeps its connections from one request to the next.
    assert_eq!(run(&probes, [sql("a", COUNT)]).await, [count(0)]);
}

#[tokio::test]
async fn a_transaction_lasts_until_its_connection_is_dropped() {
    let probes = start().await;
    run(
        &probes,
        [
            open("a"),
            open("b"),
            sql("a", "PRAGMA journal_mode = WAL"),
            sql("a", "CREATE TABLE t (n)"),
            sql("a", "BEGIN IMMEDIATE"),
            sql("a", "INSERT INTO t VALUES (1)"),
        ],
    )
    .await;
    let [inside, outside, _, dropped] = run(
        &probes,
        [
            sql("a", COUNT),
            sql("b", COUNT),
            json!({ "op": "sql_close", "name": "a" }),
            sql("b", COUNT),
        ],
    )
    .await;
    assert_eq!([inside, outside, dropped], [count(1), count(0), count(0)]);
    let [_, _, _, committed, seen] = run(
        &probes,
        [
            open("c"),
            sql("c", "BEGIN IMMEDIATE"),
            sql("c", "INSERT INTO t VALUES (2)"),
            sql("c", "COMMIT"),
            sql("b", COUNT),
        ],
    )
    .await;
    assert_eq!([committed, seen], [none(), count(1)]);
}

#[tokio::test]
async fn foreign_keys_are_on_and_nothing_else_is_set() {
    let probes = start().await;
    let [_, keys, journal, synchronous] = run(
        &probes,
        [
            open("a"),
            sql("a", "PRAGMA foreign_keys"),
            sql("a", "PRAGMA journal_mode"),
            sql("a", "PRAGMA synchronous"),
        ],
    )
    .await;
    assert_eq!(keys, rows(json!(["foreign_keys"]), json!([[1]])));
    assert_eq!(journal, rows(json!(["journal_mode"]), json!([["delete"]])));
    assert_eq!(synchronous, rows(json!(["synchronous"]), json!([[2]])));
    let [.., orphan] = run(
        &probes,
        [
            sql("a", "CREATE TABLE parent (id INTEGER PRIMARY KEY)"),
            sql("a", "CREATE TABLE child (parent REFERENCES parent)"),
            sql("a", "INSERT INTO child VALUES (1)"),
        ],
    )
    .await;
    let message = orphan["error"].as_str().unwrap();
    assert!(
        message.contains("FOREIGN KEY constraint failed"),
        "{message}"
    );
}

#[tokio::test]
async fn no_other_file_can_be_attached() {
    let probes = start().await;
    let other = probes.dir.path().join("other.db");
    let attach = format!("ATTACH '{}' AS other", other.display());
    let computed = format!("ATTACH '{}' || '.db' AS other", other.display());
    let into = format!("VACUUM INTO '{}'", other.display());
    let [_, plain, computed, into, vacuum] = run(
        &probes,
        [
            open("a"),
            sql("a", &attach),
            sql("a", &computed),
            sql("a", &into),
            sql("a", "VACUUM"),
        ],
    )
    .await;
    for denied in [plain, computed, into] {
        assert!(
            denied["error"].as_str().unwrap().contains("authoriz"),
            "{denied}"
        );
    }
    assert_eq!(vacuum, none());
    assert!(!other.exists());
}

#[tokio::test]
async fn only_the_first_statement_runs() {
    let probes = start().await;
    let create = "CREATE TABLE t (n); INSERT INTO t VALUES (1); nonsense";
    let [_, _, created, counted, streamed] = run(
        &probes,
        [
            open("a"),
            stream_open("a"),
            sql("a", create),
            sql("a", COUNT),
            stream("a", "SELECT count(*) AS n FROM t; DROP TABLE t"),
        ],
    )
    .await;
    assert_eq!([created, counted, streamed], [none(), count(0), count(0)]);
}

#[tokio::test]
async fn a_writer_waits_five_seconds_while_others_are_served() {
    let probes = start().await;
    run(
        &probes,
        [
            open("a"),
            open("b"),
            sql("a", "CREATE TABLE t (n)"),
            sql("a", "BEGIN IMMEDIATE"),
        ],
    )
    .await;
    let began = Instant::now();
    let waiting = run(&probes, [sql("b", "INSERT INTO t VALUES (1)")]);
    let serving = async {
        let mut served = 0;
        while began.elapsed() < Duration::from_secs(4) {
            assert_eq!(probes.get("/hello").await.status(), 200);
            served += 1;
        }
        served
    };
    let ([refused], served) = tokio::join!(waiting, serving);
    let waited = began.elapsed();
    assert!(
        refused["error"]
            .as_str()
            .unwrap()
            .contains("database is locked"),
        "{refused}"
    );
    assert!(
        (Duration::from_millis(4_900)..Duration::from_secs(8)).contains(&waited),
        "{waited:?}"
    );
    assert!(served > 100, "{served}");
}

#[tokio::test]
async fn changes_and_the_last_rowid_are_the_connections_own() {
    let probes = start().await;
    let [.., mine, others] = run(
        &probes,
        [
            open("a"),
            open("b"),
            sql("a", "CREATE TABLE t (n)"),
            sql("a", "INSERT INTO t VALUES (1), (2), (3)"),
            json!({ "op": "sql_changes", "name": "a" }),
            json!({ "op": "sql_changes", "name": "b" }),
        ],
    )
    .await;
    assert_eq!([mine, others], [ok(json!([3, 3])), ok(json!([0, 0]))]);
}

#[tokio::test]
async fn the_file_is_opened_at_the_first_statement() {
    let probes = start().await;
    let file = probes.dir.path().join("sqlite_db.db");
    run(&probes, [open("a"), stream_open("a")]).await;
    assert!(!file.exists());
    run(&probes, [sql("a", "SELECT 1")]).await;
    assert!(file.exists());
}

#[tokio::test]
async fn sqlite_is_spins_with_its_extensions() {
    let probes = start().await;
    let [_, version, _, _, found, json, strict] = run(
        &probes,
        [
            open("a"),
            sql("a", "SELECT sqlite_version()"),
            sql(
                "a",
                "CREATE VIRTUAL TABLE f USING fts5 (text, tokenize = 'trigram')",
            ),
            sql("a", "INSERT INTO f VALUES ('babs jensen')"),
            sql("a", "SELECT count(*) AS n FROM f WHERE text LIKE '%jens%'"),
            sql("a", "SELECT json_extract(jsonb('{\"n\": 1}'), '$.n') AS n"),
            sql("a", "CREATE TABLE s (n INTEGER) STRICT"),
        ],
    )
    .await;
    assert!(
        version["ok"]["rows"][0][0]
            .as_str()
            .unwrap()
            .starts_with("3.49."),
        "{version}"
    );
    assert_eq!([found, json, strict], [count(1), count(1), none()]);
}

#[tokio::test]
async fn a_database_must_be_granted() {
    let probes = start().await;
    let other = json!([{ "op": "sql_open", "name": "a", "database": "other" }]);
    let denied = json!([error("Error::AccessDenied")]);
    assert_eq!(probes.script(other).await, denied);
    let steps = json!([open("a")]);
    assert_eq!(probes.script_in("/denied/script", steps).await, denied);
}

#[tokio::test]
async fn rows_are_there_after_a_restart() {
    let probes = start().await;
    run(
        &probes,
        [
            open("a"),
            sql("a", "CREATE TABLE t (n)"),
            sql("a", "INSERT INTO t VALUES (1)"),
        ],
    )
    .await;
    let probes = probes.restart().await;
    let [_, counted] = run(&probes, [open("a"), sql("a", COUNT)]).await;
    assert_eq!(counted, count(1));
}

#[tokio::test]
async fn the_runtime_configuration_says_where_the_file_is() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("runtime.toml");
    std::fs::write(
        &config,
        "[sqlite_database.default]\ntype = \"spin\"\npath = \"mine.db\"\n",
    )
    .unwrap();
    let probes = start_with(|host| host.runtime_config(&config)).await;
    run(&probes, [open("a"), sql("a", "CREATE TABLE t (n)")]).await;
    assert!(dir.path().join("mine.db").exists());
}

/// The baseline components that benchmarks use.
#[tokio::test]
async fn the_row_probe_reads_the_same_row_both_ways() {
    let probes = start().await;
    assert_eq!(probes.get("/row/fill/100").await.body(), "filled\n");
    let key = "00000000-0000-7000-8000-000000000042";
    let blocking = probes.get(&format!("/row/sync/{key}")).await;
    assert!(blocking.body().starts_with(b"value 42 "), "{blocking:?}");
    let streamed = probes.get(&format!("/row/async/{key}")).await;
    assert_eq!(streamed.body(), blocking.body());
    assert_eq!(probes.get("/row/write").await.body(), "written");
}
