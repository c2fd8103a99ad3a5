//! The criterion benchmarks of the pure parts.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::metadata::Workspace;
use crate::process;

/// A part, and what it takes natively.
#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) nanos: f64,
}

#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

/// Runs them, and reads what criterion wrote into `folder`.
///
/// # Errors
/// If they do not build or run.
pub(super) fn run(workspace: &Workspace, folder: &Path, secs: u32) -> Result<Vec<Part>> {
    let results = folder.join("criterion");
    if results.exists() {
        fs::remove_dir_all(&results)?;
    }
    let bench = || {
        let mut cargo = process::cargo(&workspace.root);
        cargo.args(["bench", "--package=rollcall-core"]);
        cargo.args(["--package=rollcall-store", "--bench=*"]);
        cargo
    };
    process::run(bench().arg("--no-run"))?;
    println!("measuring the pure parts …");
    process::output(
        bench()
            .env("CRITERION_HOME", &results)
            .args(["--", "--noplot", "--warm-up-time=1"])
            .arg(format!("--measurement-time={secs}")),
    )?;
    let mut parts = Vec::new();
    read(&results, &mut parts)?;
    ensure!(!parts.is_empty(), "criterion measured nothing");
    parts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(parts)
}

/// Looks for results in a folder and in those below.
fn read(folder: &Path, parts: &mut Vec<Part>) -> Result<()> {
    let result = folder.join("new");
    if result.join("estimates.json").exists() {
        let file = |name: &str| {
            let path = result.join(name);
            fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let benchmark: Benchmark = serde_json::from_slice(&file("benchmark.json")?)?;
        let estimates: Estimates = serde_json::from_slice(&file("estimates.json")?)?;
        parts.push(Part {
            name: benchmark.full_id,
            nanos: estimates.median.point_estimate,
        });
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            read(&entry.path(), parts)?;
        }
    }
    Ok(())
}
