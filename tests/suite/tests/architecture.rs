//! The arrows of `ARCHITECTURE.md`: what may depend on what, and what the pure crates may not touch.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rollcall_suite::workspace;
use serde_json::Value as Json;

/// For each crate under `shared/`, the crates of this workspace that it may name.
const ARROWS: [(&str, &[&str]); 9] = [
    ("rollcall-core", &[]),
    ("rollcall-oauth", &[]),
    ("rollcall-limits", &[]),
    ("rollcall-store", &["rollcall-core"]),
    (
        "rollcall-service",
        &[
            "rollcall-core",
            "rollcall-limits",
            "rollcall-oauth",
            "rollcall-store",
        ],
    ),
    ("rollcall-password", &[]),
    ("rollcall-policy", &["rollcall-core"]),
    (
        "rollcall-edge",
        &[
            "rollcall-core",
            "rollcall-oauth",
            "rollcall-password",
            "rollcall-service",
        ],
    ),
    (
        "rollcall-spin",
        &["rollcall-core", "rollcall-service", "rollcall-store"],
    ),
];

/// What a component may name.
const COMPONENT: &[&str] = &["rollcall-edge", "rollcall-spin"];

/// The component that may name the policy engine's crate, too, and no other.
const POLICY: (&str, &str) = ("policy", "rollcall-policy");

/// What core is built from: none of it does I/O.
const CORE: &[&str] = &[
    "icu_normalizer",
    "icu_properties",
    "proptest",
    "serde",
    "serde_json",
    "thiserror",
    "winnow",
];

/// What oauth is built from: it computes, and no more. (p256 could draw random numbers; nothing here asks it to, and
/// jsonwebtoken reads the clock where it validates times, which is not used.)
const OAUTH: &[&str] = &[
    "aes-gcm",
    "base64",
    "crypto-bigint",
    "curve25519-dalek",
    "ed25519-dalek",
    "hmac",
    "jsonwebtoken",
    "p256",
    "rfc6979",
    "serde",
    "serde_json",
    "sha2",
    "subtle",
    "thiserror",
];

/// What the pure crates may not name.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::io",
    "std::env",
    "std::process",
    "std::thread",
    "std::time",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "Zoned::now",
    "get_current_timestamp",
    "getrandom",
    "println!",
    "eprintln!",
];

#[derive(Debug)]
struct Package {
    /// Relative to the workspace.
    folder: PathBuf,
    /// Crates that it is built from.
    built_from: BTreeSet<String>,
    /// Crates that its tests use, too.
    all: BTreeSet<String>,
    /// The features it asks of its dependencies.
    features: BTreeMap<String, Vec<String>>,
}

impl Package {
    fn is_in(&self, folder: &str) -> bool {
        self.folder.starts_with(folder)
    }
}

/// The workspace's packages by name, as cargo sees them.
fn packages() -> BTreeMap<String, Package> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(workspace())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {said}");
    let metadata: Json = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().map(package).collect()
}

fn package(package: &Json) -> (String, Package) {
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let folder = manifest.parent().unwrap().strip_prefix(workspace());
    let name_of = |dependency: &Json| dependency["name"].as_str().unwrap().to_owned();
    let dependencies = package["dependencies"].as_array().unwrap();
    let built_from = dependencies.iter().filter(|known| known["kind"] != "dev");
    let features = dependencies.iter().map(|dependency| {
        let features = serde_json::from_value(dependency["features"].clone());
        let mut features: Vec<String> = features.unwrap();
        if dependency["uses_default_features"] == true {
            features.push("default".into());
        }
        (name_of(dependency), features)
    });
    let package_ = Package {
        folder: folder.unwrap().to_owned(),
        built_from: built_from.map(name_of).collect(),
        all: dependencies.iter().map(name_of).collect(),
        features: features.collect(),
    };
    (package["name"].as_str().unwrap().to_owned(), package_)
}

/// Those of its dependencies that are in this workspace.
fn arrows(package: &Package, packages: &BTreeMap<String, Package>) -> BTreeSet<String> {
    let own = |name: &&String| packages.contains_key(*name);
    package.built_from.iter().filter(own).cloned().collect()
}

#[test]
fn the_shared_crates_depend_on_each_other_as_the_map_says() {
    let packages = packages();
    for (name, package) in packages.iter().filter(|(_, p)| p.is_in("shared")) {
        let (_, allowed) = ARROWS
            .iter()
            .find(|(known, _)| known == name)
            .unwrap_or_else(|| panic!("{name} is not on the map"));
        for arrow in arrows(package, &packages) {
            assert!(
                allowed.contains(&arrow.as_str()),
                "{name} depends on {arrow}, which the map does not allow"
            );
        }
    }
    for (name, _) in ARROWS {
        assert!(packages[name].is_in("shared"), "{name} is not in shared/");
    }
}

#[test]
fn a_component_knows_the_edge_and_the_ports_alone() {
    let packages = packages();
    let components: Vec<_> = packages
        .iter()
        .filter(|(_, package)| package.is_in("components"))
        .collect();
    assert!(components.len() >= 4, "{components:?}");
    for (name, package) in components {
        for arrow in arrows(package, &packages) {
            assert!(
                COMPONENT.contains(&arrow.as_str()) || POLICY == (name, arrow.as_str()),
                "{name} depends on {arrow}, which the map does not allow"
            );
        }
    }
}

#[test]
fn nothing_that_ships_knows_the_tests() {
    let packages = packages();
    let is_test = |name: &&String| {
        packages
            .get(*name)
            .is_some_and(|package| package.is_in("tests") || package.is_in("xtask"))
    };
    for (name, package) in &packages {
        if package.is_in("shared") || package.is_in("components") {
            let known: Vec<_> = package.all.iter().filter(is_test).collect();
            assert!(known.is_empty(), "{name} knows {known:?}");
        }
    }
}

#[test]
fn one_crate_names_the_sdk_and_one_more_knows_http() {
    let packages = packages();
    let naming = |crates: &[&str]| -> Vec<&str> {
        let product = packages
            .iter()
            .filter(|(_, package)| package.is_in("shared") || package.is_in("components"));
        product
            .filter(|(_, package)| crates.iter().any(|known| package.all.contains(*known)))
            .map(|(name, _)| name.as_str())
            .collect()
    };
    assert_eq!(
        naming(&["spin-sdk", "wasi", "wit-bindgen"]),
        ["rollcall-spin"]
    );
    let http = ["http", "http-body", "http-body-util", "hyper", "ureq"];
    assert_eq!(naming(&http), ["rollcall-edge", "rollcall-spin"]);
}

#[test]
fn one_crate_names_the_policy_engine() {
    let packages = packages();
    let naming = packages
        .iter()
        .filter(|(_, package)| package.all.contains("cedar-policy"));
    let naming: Vec<_> = naming.map(|(name, _)| name.as_str()).collect();
    assert_eq!(naming, [POLICY.1]);
}

#[test]
fn the_pure_crates_are_built_from_crates_that_do_no_io() {
    let packages = packages();
    for (pure, allowed) in [("rollcall-core", CORE), ("rollcall-oauth", OAUTH)] {
        for name in &packages[pure].built_from {
            assert!(allowed.contains(&name.as_str()), "{pure} depends on {name}");
        }
    }
    // It computes with the keys of rollcall-oauth, and brings no cryptography along.
    let jsonwebtoken = &packages["rollcall-oauth"].features["jsonwebtoken"];
    assert!(jsonwebtoken.is_empty(), "{jsonwebtoken:?}");
}

#[test]
fn the_pure_crates_name_nothing_impure_outside_their_tests() {
    let mut files = BTreeMap::new();
    let mut tests = BTreeSet::new();
    for source in ["shared/core/src", "shared/oauth/src"] {
        let before = files.len();
        read(&workspace().join(source), &mut files, &mut tests);
        assert!(files.len() > before + 30, "{:?}", files.keys());
    }
    files.retain(|path, _| !tests.iter().any(|test| path.starts_with(test)));
    for (path, code) in &files {
        for (number, line) in (1..).zip(code.lines()) {
            let found = IMPURE.iter().find(|name| line.contains(*name));
            let code = !line.trim_start().starts_with("//");
            assert!(
                found.is_none() || !code,
                "{}:{number} names {found:?}",
                path.display()
            );
        }
    }
}

/// Reads the sources in a folder without their test modules, and notes the files and folders of those that are apart.
fn read(folder: &Path, files: &mut BTreeMap<PathBuf, String>, tests: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, files, tests);
            continue;
        }
        let beside = match path.file_stem().and_then(|stem| stem.to_str()) {
            Some("mod" | "lib") | None => folder.to_owned(),
            Some(stem) => folder.join(stem),
        };
        let text = fs::read_to_string(&path).unwrap();
        let mut code = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.trim() != "#[cfg(test)]" {
                code.push_str(line);
            } else if let Some(name) = module(lines.next().unwrap_or_default()) {
                tests.insert(beside.join(name));
                tests.insert(beside.join(format!("{name}.rs")));
            } else {
                // The module's closing brace is the next one in the first column.
                while lines.next().is_some_and(|line| line != "}") {}
            }
            code.push('\n');
        }
        files.insert(path, code);
    }
}

/// The name in `mod name;`.
fn module(line: &str) -> Option<&str> {
    line.trim().strip_prefix("mod ")?.strip_suffix(';')
}
