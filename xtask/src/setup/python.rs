//! A Python virtual environment with the conformance tools and the client library that the tests run, at the versions
//! that [`REQUIREMENTS`] pin.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::{Outcome, Part, digest, is_debian, is_root, progress, quiet};
use crate::metadata::Workspace;
use crate::process;

pub(super) const NAME: &str = "Python packages";

/// What is installed.
const REQUIREMENTS: [&str; 2] = [
    "tests/conformance/requirements.txt",
    "tests/clients/python/requirements.txt",
];

/// The oldest Python that the tools run on.
const OLDEST: (u32, u32) = (3, 10);

pub(super) fn ensure(workspace: &Workspace) -> Result<Outcome> {
    let venv = workspace.target_dir.join("tools/venv");
    let requirements = REQUIREMENTS.map(|file| workspace.root.join(file));
    let wanted = digest(&requirements)?;

    // Written last, so that an environment with this stamp is complete.
    let stamp = venv.join(".requirements.sha256");
    let in_place = fs::read_to_string(&stamp).is_ok_and(|found| found == wanted);
    if in_place && venv.join("bin/python").exists() {
        return Ok(Outcome::Found(venv.display().to_string()));
    }

    let python = interpreter()?;
    progress(
        Part::Python,
        &format!("installing them with {}", python.display()),
    );
    process::run(quiet(&python).args(["-m", "venv", "--clear"]).arg(&venv)).context(
        "cannot make a virtual environment; install Python's `venv` (Debian: `python3-venv`)",
    )?;
    let python = venv.join("bin/python");
    let mut pip = quiet(&python);
    pip.args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check");
    for file in &requirements {
        pip.arg("--requirement").arg(file);
    }
    process::run(&mut pip)
        .context("cannot install them; check that pip reaches its package index")?;
    for (tool, command) in [("scim2", "test"), ("scim-sanity", "probe")] {
        process::output(quiet(&venv.join("bin").join(tool)).args([command, "--help"]))
            .with_context(|| format!("installed, but `{tool}` does not run"))?;
    }
    process::output(quiet(&python).args(["-c", "import authlib.integrations.requests_client"]))
        .context("installed, but `authlib` cannot be imported")?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(Outcome::Installed(format!(
        "installed in {}",
        venv.display()
    )))
}

/// A Python on the `PATH` that is new enough and can make virtual environments with pip.
fn interpreter() -> Result<PathBuf> {
    if let Some(python) = find_interpreter() {
        return Ok(python);
    }
    if is_debian() && is_root() {
        progress(Part::Python, "installing Python with apt-get");
        super::apt::install(&["python3", "python3-venv"])
            .context("cannot install Python; install `python3` and `python3-venv` yourself")?;
        if let Some(python) = find_interpreter() {
            return Ok(python);
        }
    }
    bail!(
        "install Python {}.{} or newer with `venv` and `pip` (Debian: `python3` and `python3-venv`)",
        OLDEST.0,
        OLDEST.1
    )
}

fn find_interpreter() -> Option<PathBuf> {
    let newer = (OLDEST.1..30).rev().map(|minor| format!("python3.{minor}"));
    ["python3".to_owned(), "python".to_owned()]
        .into_iter()
        .chain(newer)
        .filter_map(|name| process::find(&name))
        .find(|python| is_usable(python))
}

fn is_usable(python: &Path) -> bool {
    let script = "import sys, venv, ensurepip; print(*sys.version_info[:2])";
    process::output(quiet(python).args(["-c", script]))
        .is_ok_and(|version| parse_version(&version) >= Some(OLDEST))
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parse_version("3 9\n") < Some(OLDEST));
        assert!(parse_version("3 10\n") >= Some(OLDEST));
        assert!(parse_version("3 14\n") >= Some(OLDEST));
        assert!(parse_version("Python 2.7") < Some(OLDEST));
    }
}
