//! The client library for Node.js that the tests run, at the versions that `package-lock.json` pins.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::{Outcome, Part, digest, is_debian, is_root, progress, quiet};
use crate::metadata::Workspace;
use crate::process;

pub(super) const NAME: &str = "Node packages";

/// The oldest Node.js that the library runs on.
const OLDEST: u32 = 20;

/// What is installed, in this folder.
const FOLDER: &str = "tests/clients/node";
const FILES: [&str; 2] = ["package.json", "package-lock.json"];

pub(super) fn ensure(workspace: &Workspace) -> Result<Outcome> {
    let place = workspace.target_dir.join("tools/node");
    let sources = FILES.map(|file| workspace.root.join(FOLDER).join(file));
    let wanted = digest(&sources)?;
    let tools = tools()?;

    // Written last, so that a folder with this stamp is complete. `npm ci` begins by deleting the folder.
    let stamp = place.join("node_modules/.packages.sha256");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(Outcome::Found(place.display().to_string()));
    }

    progress(
        Part::Node,
        &format!("installing them with {}", tools.npm.display()),
    );
    fs::create_dir_all(&place)?;
    for (source, file) in sources.iter().zip(FILES) {
        fs::copy(source, place.join(file))
            .with_context(|| format!("cannot copy {}", source.display()))?;
    }
    process::output(
        quiet(&tools.npm)
            .current_dir(&place)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--loglevel=error", "--no-progress"]),
    )
    .context("cannot install them; check that npm reaches its registry")?;
    process::output(quiet(&tools.node).current_dir(&place).args([
        "--input-type=module",
        "--eval",
        "import 'openid-client'",
    ]))
    .context("installed, but `openid-client` cannot be imported")?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(Outcome::Installed(format!(
        "installed in {}",
        place.display()
    )))
}

#[derive(Debug)]
struct Tools {
    node: PathBuf,
    npm: PathBuf,
}

/// Node.js and npm on the `PATH`.
fn tools() -> Result<Tools> {
    let missing = match find_tools() {
        Ok(tools) => return Ok(tools),
        Err(missing) => missing,
    };
    if is_debian() && is_root() {
        progress(Part::Node, "installing Node.js with apt-get");
        super::apt::install(&["nodejs", "npm"])
            .with_context(|| format!("{missing}, and it cannot be installed"))?;
        return find_tools();
    }
    Err(missing)
}

/// Names what is missing, so that it can be installed by hand.
fn find_tools() -> Result<Tools> {
    let wanted = format!("install Node.js {OLDEST} or newer with npm (Debian: `nodejs` and `npm`)");
    let Some(node) = process::find("node") else {
        bail!("there is no `node` on the PATH; {wanted}");
    };
    let version = process::output(quiet(&node).arg("--version"))?;
    if major(&version) < Some(OLDEST) {
        bail!("{} is {}; {wanted}", node.display(), version.trim());
    }
    let Some(npm) = process::find("npm") else {
        bail!("there is no `npm` on the PATH; {wanted}");
    };
    Ok(Tools { node, npm })
}

/// The first number of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    let version = version.trim().strip_prefix('v')?;
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(major("v8.17.0\n") < Some(OLDEST));
        assert!(major("v18.20.4\n") < Some(OLDEST));
        assert!(major("v20.0.0\n") >= Some(OLDEST));
        assert!(major("v100.0.0\n") >= Some(OLDEST));
        assert!(major("node") < Some(OLDEST));
    }
}
