//! Runs every test, and counts.

use std::io::{BufRead as _, BufReader, Write as _, stdout};
use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, Result};

use crate::metadata::Workspace;
use crate::{components, process};

/// How many tests passed, failed, and were left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Builds the components and the probes, runs the native tests against them, and prints the counts
/// on the last line.
///
/// # Errors
/// If cargo cannot be started. A failed build or test is not an error but counts as failed.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let mut counts = Counts::default();
    let built = components::build(workspace, &workspace.wasm_packages())
        .and_then(|built| built.check_sizes());
    if let Err(error) = built {
        eprintln!("error: {error:#}");
        counts.failed += 1;
    }
    for packages in [workspace.native(), workspace.native_apart()] {
        counts = counts + cargo_test(workspace, &packages)?;
    }
    println!("{counts}");
    Ok(if counts.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The native tests of some packages, and the documentation's. The components have none: their crates are `cdylib`s
/// that only start up on a host.
fn cargo_test(workspace: &Workspace, packages: &[&str]) -> Result<Counts> {
    let mut cargo = process::cargo(&workspace.root);
    cargo.args(["test", "--no-fail-fast"]).args(packages);
    let mut child = cargo
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start `cargo test`")?;

    let mut counts = Counts::default();
    if let Some(pipe) = child.stdout.take() {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line)? > 0 {
            let mut stdout = stdout().lock();
            stdout.write_all(&line)?;
            stdout.flush()?;
            if let Some(more) = Counts::parse(&String::from_utf8_lossy(&line)) {
                counts = counts + more;
            }
            line.clear();
        }
    }
    let status = child.wait()?;
    if !status.success() && counts.failed == 0 {
        eprintln!("error: `cargo test` ended with {status}, and no test says that it failed");
        counts.failed = 1;
    }
    Ok(counts)
}

impl Counts {
    /// Reads the line that ends the run of one test program:
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in …`.
    fn parse(line: &str) -> Option<Self> {
        let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let mut found = Self::default();
        for part in counts.split(';') {
            let Some((number, what)) = part.trim().split_once(' ') else {
                continue;
            };
            let field = match what {
                "passed" => &mut found.passed,
                "failed" => &mut found.failed,
                "ignored" => &mut found.skipped,
                _ => continue,
            };
            *field = number.parse().ok()?;
        }
        Some(found)
    }
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_the_sum_over_the_test_programs() {
        let output = "\
running 4 tests
test a ... ok
test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.00s
test result: ok. 40 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 12.31s

all doctests ran in 0.36s; merged doctests compilation took 0.20s
";
        let counts = output.lines().filter_map(Counts::parse);
        let sum = counts.fold(Counts::default(), |sum, more| sum + more);
        assert_eq!(sum.to_string(), "42 passed, 1 failed, 3 skipped");
    }

    #[test]
    fn other_lines_do_not_count() {
        for line in [
            "",
            "test result",
            "test result: ok",
            "note: test result: ok. 1 passed; 0 failed",
        ] {
            assert_eq!(Counts::parse(line), None, "{line}");
        }
    }
}
