//! `redis-server`: the tests of everything that Redis can do for the service start their own.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::{Outcome, Part, is_debian, is_root, progress};
use crate::process;

pub(super) const NAME: &str = "redis-server";

pub(super) fn ensure() -> Result<Outcome> {
    if let Some(path) = process::find(NAME) {
        return Ok(Outcome::Found(path.display().to_string()));
    }
    if !(is_debian() && is_root()) {
        bail!("not on the PATH; install the package `redis-server` (Debian) or `redis` (others)");
    }
    progress(Part::Redis, "installing it with apt-get");
    super::apt::install(&["redis-server"])
        .context("cannot install it; install the package `redis-server` yourself")?;
    let Some(path) = process::find(NAME) else {
        bail!("installed, but not on the PATH; add the folder it is in (`dpkg -L redis-server`)");
    };
    let version = process::output(Command::new(&path).arg("--version").stdin(Stdio::null()))?;
    Ok(Outcome::Installed(format!(
        "installed with apt-get, {}",
        version.trim()
    )))
}
