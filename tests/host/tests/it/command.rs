//! The binary, as a process.

use std::{
    io::{BufRead, BufReader, Read},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use futures::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::support::{builder, get, manifest, whole};

fn up(state_dir: &Path) -> Command {
    // Fails early if the probes are not built.
    drop(builder());
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall-host"));
    command
        .args(["up", "--listen", "127.0.0.1:0", "--from"])
        .arg(manifest())
        .arg("--state-dir")
        .arg(state_dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A running host and its address, once it has said so.
fn started(command: &mut Command) -> (Child, SocketAddr) {
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line
        .trim()
        .strip_prefix("Serving http://")
        .expect(&line)
        .parse()
        .unwrap();
    (child, address)
}

fn stop(mut child: Child, signal: &str) -> (Option<i32>, String) {
    let killed = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let status = child.wait().unwrap();
    let mut stderr = String::new();
    child.stderr.unwrap().read_to_string(&mut stderr).unwrap();
    (status.code(), stderr)
}

fn failed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn it_serves_until_a_signal_and_ends_well() {
    for signal in ["-INT", "-TERM"] {
        let dir = TempDir::new().unwrap();
        let (child, address) = started(up(dir.path()).args(["--variable", "token=t"]));
        assert_eq!(whole(get(address, "/hello").await).await.body(), "hello\n");
        get(address, "/probe/a/print").await;
        let (code, stderr) = stop(child, signal);
        assert_eq!(code, Some(0));
        assert!(stderr.contains("printed to stdout\n") && stderr.contains("printed to stderr\n"));
    }
}

#[tokio::test]
async fn a_quiet_host_keeps_output_in_the_logs() {
    let dir = TempDir::new().unwrap();
    let (child, address) = started(up(dir.path()).args(["--variable", "token=t", "--quiet"]));
    get(address, "/probe/a/print").await;
    let (_, stderr) = stop(child, "-TERM");
    assert!(!stderr.contains("printed"), "{stderr}");
    assert!(dir.path().join("logs/probe_stdout.txt").exists());
}

#[tokio::test]
async fn the_environment_gives_variables() {
    let dir = TempDir::new().unwrap();
    let mut command = up(dir.path());
    command
        .env("SPIN_VARIABLE_TOKEN", "t")
        .env("SPIN_VARIABLE_NAME", "moon");
    let (child, address) = started(command.args(["--variable", "greeting=good night"]));
    let step = json!([{ "op": "variable", "name": "phrase" }]).to_string();
    let request = http::Request::post("/probe/in/script");
    let request = request
        .body(http_body_util::Full::<bytes::Bytes>::from(step))
        .unwrap();
    let response = whole(crate::support::send(address, request).await).await;
    let outcome: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(outcome, json!([{ "ok": "good night, moon!" }]));
    stop(child, "-TERM");
}

#[tokio::test]
async fn a_warm_start_takes_less_than_a_second() {
    let dir = TempDir::new().unwrap();
    // The first one compiles, if no other test has.
    stop(
        started(up(dir.path()).args(["--variable", "token=t"])).0,
        "-TERM",
    );
    let began = Instant::now();
    let (child, address) = started(up(dir.path()).args(["--variable", "token=t"]));
    assert_eq!(get(address, "/hello").await.status(), 200);
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    stop(child, "-TERM");
}

#[tokio::test]
async fn memory_stays_small_over_a_thousand_requests() {
    let dir = TempDir::new().unwrap();
    let (child, address) = started(up(dir.path()).args(["--variable", "token=t"]));
    get(address, "/row/fill/1").await;
    for _ in 0..10 {
        let paths = [
            "/hello",
            "/row/sync/00000000-0000-7000-8000-000000000001",
            "/probe/exact",
            "/probe/param",
            "/denied/x",
        ];
        let requests = (0..100).map(|number| get(address, paths[number % paths.len()]));
        let answers = join_all(requests).await;
        assert!(answers.iter().all(|answer| answer.status() == 200));
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    let kib: u32 = resident.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kib < 150 * 1024, "{kib} KiB");
    stop(child, "-TERM");
}

#[test]
fn a_busy_port_is_said_so() {
    let dir = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall-host"));
    command
        .args([
            "up",
            "--variable",
            "token=t",
            "--listen",
            &address,
            "--from",
        ])
        .arg(manifest());
    let stderr = failed(command.arg("--state-dir").arg(dir.path()));
    assert!(stderr.contains(&format!("{address} is in use")), "{stderr}");
}

#[test]
fn a_component_that_is_not_built_is_said_so() {
    let dir = TempDir::new().unwrap();
    let spin_toml = dir.path().join("spin.toml");
    let text = std::fs::read_to_string(manifest()).unwrap();
    std::fs::write(&spin_toml, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall-host"));
    command.args([
        "up",
        "--listen",
        "127.0.0.1:0",
        "--variable",
        "token=t",
        "--from",
    ]);
    let stderr = failed(command.arg(&spin_toml));
    assert!(
        stderr.contains("is missing: run `cargo xtask build`"),
        "{stderr}"
    );
}

#[test]
fn what_is_not_supported_is_said_so() {
    let dir = TempDir::new().unwrap();
    let config = dir.path().join("runtime.toml");
    let libsql =
        "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"http://a\"\ntoken = \"t\"\n";
    for (table, message) in [
        (
            libsql,
            "`type = \"libsql\"` (sqlite_database.default) is not supported by the native host",
        ),
        (
            "[llm_compute]\ntype = \"spin\"\n",
            "unknown field `llm_compute`",
        ),
        (
            "[key_value_store.default]\ntype = \"azure_cosmos\"\n",
            "unknown variant `azure_cosmos`",
        ),
    ] {
        std::fs::write(&config, table).unwrap();
        let mut command = up(dir.path());
        command
            .args(["--variable", "token=t", "--runtime-config-file"])
            .arg(&config);
        let stderr = failed(&mut command);
        assert!(stderr.contains(message), "{stderr}");
    }
}
