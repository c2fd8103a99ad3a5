//! The runtime as a child process: it must be ready in time, and must not outlive us.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};

/// The first start compiles every component to machine code.
const READY_WITHIN: Duration = Duration::from_secs(180);

/// How long the runtime may take to stop before it is killed.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);

const POLL_EVERY: Duration = Duration::from_millis(50);

/// The signals that concern us: those that ask us to stop, and the end of the child.
#[derive(Debug)]
pub(crate) struct Signals(signal_hook::iterator::Signals);

/// Whether a stop was asked for while something else was waited for.
#[derive(Debug)]
pub(crate) enum Stop {
    /// With this signal.
    Asked(Signal),
    /// No: what was waited for is there.
    No,
}

/// A runtime that is stopped when the value is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pid: Pid,
    ended: bool,
}

impl Signals {
    /// From here on a signal no longer ends this process.
    ///
    /// # Errors
    /// If the handlers cannot be installed.
    pub(crate) fn catch() -> Result<Self> {
        signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP, SIGCHLD])
            .map(Self)
            .context("cannot handle signals")
    }

    /// Whether a stop was asked for since the last look.
    pub(crate) fn stop_asked(&mut self) -> bool {
        self.0.pending().any(|signal| stop_signal(signal).is_some())
    }
}

impl Running {
    /// Starts the runtime in a process group of its own. The terminal sends Ctrl-C to a whole
    /// group: the runtime gets it from us instead, once.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .context("cannot start the runtime")?;
        let pid = Pid::from_child(&child);
        Ok(Self {
            child,
            pid,
            ended: false,
        })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `is_ready`.
    ///
    /// # Errors
    /// If the runtime ends, or takes too long.
    pub(crate) fn until_ready(
        &mut self,
        signals: &mut Signals,
        is_ready: impl Fn() -> bool,
    ) -> Result<Stop> {
        let deadline = now() + READY_WITHIN;
        loop {
            if let Some(signal) = signals.0.pending().find_map(stop_signal) {
                return Ok(Stop::Asked(signal));
            }
            if let Some(status) = self.try_wait()? {
                bail!("the runtime did not start ({status}); its messages are above");
            }
            if is_ready() {
                return Ok(Stop::No);
            }
            if now() > deadline {
                bail!(
                    "the service is not ready after {} s; see the runtime's messages above",
                    READY_WITHIN.as_secs()
                );
            }
            sleep(POLL_EVERY);
        }
    }

    /// Waits until a stop is asked for. Returns the signal.
    ///
    /// # Errors
    /// If the runtime ends without being asked.
    pub(crate) fn until_stopped(&mut self, signals: &mut Signals) -> Result<Signal> {
        // It may have ended before the first signal is looked at.
        for signal in std::iter::once(SIGCHLD).chain(signals.0.forever()) {
            if let Some(signal) = stop_signal(signal) {
                return Ok(signal);
            }
            if let Some(status) = self.try_wait()? {
                bail!("the runtime ended by itself ({status}); its messages are above");
            }
        }
        bail!("the handling of signals ended")
    }

    /// Passes the signal on and waits for the end; kills the runtime if that takes too long.
    ///
    /// # Errors
    /// If the runtime cannot be waited for.
    pub(crate) fn stop(mut self, signal: Signal) -> Result<()> {
        self.end(signal)
    }

    fn end(&mut self, signal: Signal) -> Result<()> {
        // Fails only for a process that has ended, which the wait will tell.
        let _ = kill_process_group(self.pid, signal);
        let deadline = now() + STOPPED_WITHIN;
        while self.try_wait()?.is_none() {
            if now() > deadline {
                eprintln!("the runtime does not stop, killing it");
                let _ = kill_process_group(self.pid, Signal::KILL);
                self.child.wait()?;
                break;
            }
            sleep(POLL_EVERY);
        }
        self.ended = true;
        Ok(())
    }

    fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait().context("lost the runtime")?;
        self.ended |= status.is_some();
        Ok(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.end(Signal::TERM);
        }
    }
}

/// The signal to pass on. A terminal that goes away is a reason to stop like any other.
fn stop_signal(signal: i32) -> Option<Signal> {
    match signal {
        SIGINT => Some(Signal::INT),
        SIGTERM | SIGHUP => Some(Signal::TERM),
        _ => None,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a time limit on another process needs the real clock"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use rustix::process::test_kill_process;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_runtime_that_ends_before_it_is_ready_says_so() {
        let mut signals = Signals::catch().unwrap();
        let mut running = Running::start(&mut shell("exit 7")).unwrap();
        let error = running.until_ready(&mut signals, || false).unwrap_err();
        assert!(error.to_string().contains("exit status: 7"), "{error}");
    }

    #[test]
    fn a_dropped_runtime_is_stopped_with_its_children() {
        let mut running = Running::start(&mut shell("sleep 1000 & wait")).unwrap();
        let pid = running.pid;
        assert!(running.try_wait().unwrap().is_none());
        drop(running);
        assert!(test_kill_process(pid).is_err());
    }
}
