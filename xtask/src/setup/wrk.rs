//! `wrk`: the load generator of the benchmarks.

use anyhow::{Context as _, Result, bail};

use super::{Outcome, Part, is_debian, is_root, progress};
use crate::process;

pub(super) const NAME: &str = "wrk";

pub(super) fn ensure() -> Result<Outcome> {
    if let Some(path) = process::find(NAME) {
        return Ok(Outcome::Found(path.display().to_string()));
    }
    if !(is_debian() && is_root()) {
        bail!("not on the PATH; install the package `wrk`");
    }
    progress(Part::Wrk, "installing it with apt-get");
    super::apt::install(&[NAME])
        .context("cannot install it; install the package `wrk` yourself")?;
    if process::find(NAME).is_none() {
        bail!("installed, but not on the PATH; add the folder it is in (`dpkg -L wrk`)");
    }
    Ok(Outcome::Installed("installed with apt-get".to_owned()))
}
