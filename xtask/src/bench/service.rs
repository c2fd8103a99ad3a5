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
use crate::up::random;

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
            // Nothing is sealed in a database that another one is to open.
            .env("SPIN_VARIABLE_MASTER_KEY", random::base64url::<32>()?)
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

    /// The processor time that the host has taken so far, in seconds, where the system tells.
    pub(super) fn cpu_secs(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.running.id())).ok()?;
        cpu_in(&stat)
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

/// The 14th and the 15th field of a process's line: what it took itself, and what the system took
/// for it. The second field is the program's name in parentheses, which may have blanks.
fn cpu_in(stat: &str) -> Option<f64> {
    /// The unit of the fields, on every machine that Linux runs on.
    const TICKS_A_SECOND: f64 = 100.0;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || -> Option<u32> { fields.next()?.parse().ok() };
    let (user, system) = (ticks()?, ticks()?);
    Some((f64::from(user) + f64::from(system)) / TICKS_A_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_that_of_the_process_and_of_the_system_for_it() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 1 0 0 0 250 150 7 7 20 0 5 0 1 1 1";
        assert_eq!(cpu_in(stat), Some(4.0));
        assert_eq!(cpu_in("42 (a"), None);
    }

    #[test]
    fn the_peak_is_the_high_water_mark() {
        let status = "Name:\thost\nVmPeak:\t9999 kB\nVmHWM:\t  123456 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(peak_in(status), Some(123_456));
        assert_eq!(peak_in("Name:\thost\n"), None);
    }
}
