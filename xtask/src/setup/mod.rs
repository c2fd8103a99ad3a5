//! `cargo xtask setup`: finds or installs what the other commands need.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::metadata::Workspace;

mod apt;
mod node;
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
    /// The Python environment with the conformance tools and a client library, which the tests run.
    Python,
    /// The client library for Node.js, which the tests run.
    Node,
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
    pub(crate) const ALL: &[Self] = &[Self::Target, Self::Redis, Self::Python, Self::Node];

    fn ensure(self, workspace: &Workspace) -> Result<Outcome> {
        match self {
            Self::Target => target::ensure(workspace),
            Self::Redis => redis::ensure(),
            Self::Python => python::ensure(workspace),
            Self::Node => node::ensure(workspace),
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
            Self::Node => node::NAME,
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

/// A command that reads nothing from the terminal.
fn quiet(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

/// What the contents of files come down to: it tells whether what they ask for is what was installed.
fn digest(files: &[PathBuf]) -> Result<String> {
    let mut all = Sha256::new();
    for file in files {
        let content = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        // So that what moves from one file to the next makes a difference.
        all.update(Sha256::digest(&content));
    }
    let bytes = all.finalize();
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
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
    fn a_digest_tells_files_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let file = folder.path().join(name);
            fs::write(&file, content).unwrap();
            file
        };
        let (a, b) = (file("a", "1"), file("b", "23"));
        let before = digest(&[a.clone(), b.clone()]).unwrap();
        assert_eq!(digest(&[a.clone(), b.clone()]).unwrap(), before);
        let moved = [file("a", "12"), file("b", "3")];
        assert_ne!(digest(&moved).unwrap(), before);
        let missing = digest(&[folder.path().join("c")]).unwrap_err();
        assert!(missing.to_string().starts_with("cannot read "), "{missing}");
    }

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
