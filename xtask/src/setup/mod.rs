//! `cargo xtask setup`: finds or installs what the other commands need.

use std::fmt;
use std::fs;

use anyhow::{Result, bail};

use crate::metadata::Workspace;

mod apt;
mod python;
mod redis;
mod target;
mod wrk;

/// One thing that the other commands need.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    /// The Rust target `wasm32-wasip2`.
    Target,
    /// `redis-server`, which the tests start.
    Redis,
    /// The Python environment with the conformance tools, which the tests run.
    Python,
    /// `wrk`, which the benchmarks load the service with.
    Wrk,
}

/// What became of a part.
#[derive(Debug)]
enum Outcome {
    /// It was there.
    Found(String),
    /// It was missing, and is there now.
    Installed(String),
}

impl Part {
    /// Everything that building and testing need.
    pub(crate) const ALL: &[Self] = &[Self::Target, Self::Redis, Self::Python];

    fn ensure(self, workspace: &Workspace) -> Result<Outcome> {
        match self {
            Self::Target => target::ensure(workspace),
            Self::Redis => redis::ensure(),
            Self::Python => python::ensure(workspace),
            Self::Wrk => wrk::ensure(),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Target => target::NAME,
            Self::Redis => redis::NAME,
            Self::Python => python::NAME,
            Self::Wrk => wrk::NAME,
        })
    }
}

/// Finds or installs every part, and prints one line for each.
///
/// # Errors
/// If a part is missing and cannot be installed. The others are tried all the same.
pub(crate) fn run(workspace: &Workspace, parts: &[Part]) -> Result<()> {
    install(workspace, parts, true)
}

/// Like [`run`], but says nothing of the parts that are in place.
///
/// # Errors
/// As [`run`].
pub(crate) fn ensure(workspace: &Workspace, parts: &[Part]) -> Result<()> {
    install(workspace, parts, false)
}

fn install(workspace: &Workspace, parts: &[Part], say_found: bool) -> Result<()> {
    let mut missing = Vec::new();
    for part in parts {
        match part.ensure(workspace) {
            Ok(Outcome::Found(what)) if say_found => println!("{part}: {what}"),
            Ok(Outcome::Found(_)) => {}
            Ok(Outcome::Installed(what)) => println!("{part}: {what}"),
            Err(error) => {
                eprintln!("{part}: {error:#}");
                missing.push(part.to_string());
            }
        }
    }
    if !missing.is_empty() {
        bail!(
            "{} missing, see above; then run `cargo xtask setup` again",
            missing.join(", ")
        );
    }
    Ok(())
}

/// Announces a step that takes a while.
fn progress(part: Part, doing: &str) {
    println!("{part}: {doing} …");
}

/// Whether the machine runs Debian itself, not a distribution made from it: those have other
/// versions of the packages.
fn is_debian() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| names_debian(&text))
}

fn names_debian(os_release: &str) -> bool {
    os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID="))
        .any(|id| id.trim_matches('"') == "debian")
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_is_told_from_what_is_made_of_it() {
        assert!(names_debian(
            "PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n"
        ));
        assert!(!names_debian(
            "NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"
        ));
        assert!(!names_debian("VERSION_ID=debian\n"));
    }
}
