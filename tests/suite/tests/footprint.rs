//! How much room the components and the host take.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::fs;
use std::io::{Write as _, stderr};
use std::thread;

use rollcall_suite::{Client, Process, workspace};
use serde_json::json;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// The largest components of SCIM and of the authorization server, in KiB. The latter have curves and ciphers.
const MAX_COMPONENT_KIB: [(&str, u64); 2] = [("scim", 1536), ("auth", 2048)];

/// The component with the policy engine, in KiB at the most.
const MAX_POLICY_KIB: u64 = 5376;

/// The most memory that the native host may have resident, in KiB.
const MAX_RESIDENT_KIB: u64 = 150 * 1024;

const CLIENTS: usize = 5;
const REQUESTS_EACH: usize = 200;

/// Says something also when the test passes.
fn say(what: &str) {
    let _ = writeln!(stderr(), "{what}");
}

#[test]
fn no_component_is_larger_than_it_may_be() {
    for (kind, max) in MAX_COMPONENT_KIB {
        let folder = workspace().join("components").join(kind);
        let mut count = 0;
        for entry in fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let kib = size(&format!("{kind}_{name}"));
            assert!(
                kib <= max,
                "{kind}_{name} has {kib} KiB, and may have {max}"
            );
            count += 1;
        }
        assert!(count >= 2, "{count} components of {kind}");
    }
}

#[test]
fn the_policy_component_is_no_larger_than_it_may_be() {
    let kib = size("policy");
    assert!(kib <= MAX_POLICY_KIB, "policy has {kib} KiB");
}

/// How large a component is, in KiB.
#[expect(clippy::panic, reason = "a helper of the tests ends the test")]
fn size(name: &str) -> u64 {
    let wasm = format!("target/wasm32-wasip2/release/{name}.wasm");
    let size = fs::metadata(workspace().join(&wasm))
        .unwrap_or_else(|error| panic!("{wasm}: {error}; run `cargo xtask build` first"))
        .len();
    let kib = size.div_ceil(1024);
    say(&format!("{wasm}: {kib} KiB"));
    kib
}

/// A line such as `VmRSS:   1234 kB` of `/proc/<pid>/status`, in KiB.
#[cfg(target_os = "linux")]
fn memory(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let value = line.and_then(|line| line.trim().strip_suffix(" kB"));
    value.unwrap().trim().parse().unwrap()
}

/// A mixed load: creates, reads, filters, changes, pages.
fn load(scim: &Client, client: usize) {
    let mut paths = Vec::new();
    for number in 0..REQUESTS_EACH {
        let name = format!("user-{client}-{number}");
        let path = paths.last().cloned().unwrap_or_default();
        match number % 5 {
            0 => {
                let body = json!({
                    "schemas": [USER],
                    "userName": name,
                    "name": {"familyName": "Jensen", "givenName": "Barbara"},
                    "emails": [{"value": format!("{name}@example.com"), "type": "work", "primary": true}],
                });
                let created = scim.post("/Users", &body).expect(201);
                paths.push(format!("/Users/{}", created.id()));
            }
            1 => drop(scim.get(&path).expect(200)),
            2 => {
                let filter = "name.familyName eq \"jensen\" and emails[type eq \"work\"]";
                let page = scim.filter("/Users", filter, "&sortBy=userName&count=20");
                let total = page.expect(200).json()["totalResults"].as_u64();
                assert!(total > Some(0));
            }
            3 => {
                let body = json!({
                    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                    "Operations": [{"op": "replace", "path": "title", "value": name}],
                });
                drop(scim.patch(&path, &body).expect(200));
            }
            _ => drop(scim.get("/Users?count=100").expect(200)),
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_host_stays_under_150_mib_after_a_thousand_requests() {
    let state = tempfile::tempdir().unwrap();
    let process = Process::start(state.path());
    let service = &process.service;
    let root = Client::new(service.base_url.clone(), None);
    drop(root.get("/health/ready").expect(200));
    let scim = service.scim();
    drop(scim.get("/Schemas").expect(200));
    drop(scim.get("/Users").expect(200));
    let started = memory(process.id(), "VmRSS");
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let scim = scim.clone();
            scope.spawn(move || load(&scim, client));
        }
    });
    let total = scim.get("/Users?count=0").json()["totalResults"].clone();
    assert_eq!(total, CLIENTS * REQUESTS_EACH / 5);
    let resident = memory(process.id(), "VmRSS");
    let peak = memory(process.id(), "VmHWM");
    let mib = |kib: u64| kib.div_ceil(1024);
    say(&format!(
        "rollcall-host: {} MiB resident after {} requests ({} MiB before, {} MiB at the most)",
        mib(resident),
        CLIENTS * REQUESTS_EACH,
        mib(started),
        mib(peak)
    ));
    assert!(
        resident <= MAX_RESIDENT_KIB,
        "{} MiB are resident",
        mib(resident)
    );
}
