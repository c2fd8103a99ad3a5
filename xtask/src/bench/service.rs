//! The host process that is measured.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::Signal;

use super::manifest::Files;
use crate::metadata::Workspace;
use crate::up::child::{Running, Signals, Stop};
use crate::up::client::Client;
use crate::up::listen::Listen;

/// A thousand creates at once, or a group of a hundred thousand members, may take a while.
const PATIENCE: Duration = Duration::from_secs(60);

/// The native host with the product and the baselines. It is stopped when this is dropped.
pub(super) struct Service {
    running: Running,
    pub(super) base_url: String,
    pub(super) client: Client,
}

impl Service {
    /// Starts it on a free port, with its databases in the folder `state`.
    ///
    /// # Errors
    /// If it does not start, or a stop is asked for meanwhile.
    pub(super) fn start(
        workspace: &Workspace,
        files: &Files,
        state: &Path,
        admin_token: &str,
        signals: &mut Signals,
    ) -> Result<Self> {
        let listen: Listen = "127.0.0.1:0".parse()?;
        let listen = listen.reserve()?;
        let base_url = listen.base_url();
        let mut host = Command::new(workspace.target_dir.join("debug/rollcall-host"));
        host.args(["up", "--quiet", "--listen", &listen.0.to_string()])
            .arg("--from")
            .arg(&files.manifest)
            .arg("--runtime-config-file")
            .arg(&files.runtime_config)
            .arg("--state-dir")
            .arg(state)
            .env("SPIN_VARIABLE_BASE_URL", &base_url)
            .env("SPIN_VARIABLE_ADMIN_TOKEN", admin_token)
            .stdout(Stdio::null());
        let mut running = Running::start(&mut host)?;
        let client = Client::patient(&base_url, PATIENCE);
        match running.until_ready(signals, || client.is_ready())? {
            Stop::Asked(_) => bail!("stopped"),
            Stop::No => Ok(Self {
                running,
                base_url,
                client,
            }),
        }
    }

    /// The most memory that the host has had resident so far, in KiB, where the system tells.
    pub(super) fn peak_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.running.id())).ok()?;
        peak_in(&status)
    }

    /// Stops it and waits for its end.
    ///
    /// # Errors
    /// If it cannot be waited for.
    pub(super) fn stop(self) -> Result<()> {
        self.running
            .stop(Signal::TERM)
            .context("cannot stop the host")
    }
}

/// The line `VmHWM:   1234 kB` of a process's status.
fn peak_in(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_the_high_water_mark() {
        let status = "Name:\thost\nVmPeak:\t9999 kB\nVmHWM:\t  123456 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(peak_in(status), Some(123_456));
        assert_eq!(peak_in("Name:\thost\n"), None);
    }
}
