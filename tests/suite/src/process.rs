//! The native host as a process of its own, for tests that kill it, or look at it from outside.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::service::{ADMIN_TOKEN, MASTER_KEY, Service, workspace};

/// A running `rollcall-host`, which is killed when this is dropped.
pub struct Process {
    child: Child,
    _stdout: BufReader<ChildStdout>,
    /// What it serves.
    pub service: Service,
}

impl Process {
    /// Starts the binary on a free port, with its store in the folder `state`.
    ///
    /// # Panics
    /// When it hasn't been built, or doesn't start.
    #[must_use]
    pub fn start(state: &Path) -> Self {
        let mut child = Command::new(binary())
            .args(["up", "--quiet", "--listen", "127.0.0.1:0", "--variable"])
            .arg(format!("admin_token={ADMIN_TOKEN}"))
            .arg("--variable")
            .arg(format!("master_key={MASTER_KEY}"))
            .arg("--from")
            .arg(workspace().join("spin.toml"))
            .arg("--state-dir")
            .arg(state)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the host's binary runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout
            .read_line(&mut line)
            .expect("the host says something");
        let base_url = line.trim().strip_prefix("Serving ");
        let base_url = base_url.unwrap_or_else(|| panic!("the host did not start: `{line}`"));
        Self {
            service: Service::at(base_url.to_owned(), ADMIN_TOKEN.to_owned()),
            child,
            _stdout: stdout,
        }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as `kill -9` does, and returns when it is gone.
    ///
    /// # Panics
    /// When it was gone already.
    pub fn kill(mut self) {
        assert_eq!(
            self.child.try_wait().expect("its state"),
            None,
            "the host has ended by itself"
        );
        self.child.kill().expect("the signal is sent");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // When it has ended already, all is well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary beside this test: cargo puts it one folder up.
fn binary() -> PathBuf {
    let test = env::current_exe().expect("this test's own path");
    let folder = test.ancestors().nth(2).expect("target/<profile>");
    let binary = folder.join("rollcall-host");
    assert!(
        binary.is_file(),
        "{} is missing: run `cargo build --package rollcall-host` first",
        binary.display()
    );
    binary
}
