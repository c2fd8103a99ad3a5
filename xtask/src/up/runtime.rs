//! What runs the components: Spin, or the native host of this checkout.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use super::listen::Reserved;
use crate::metadata::Workspace;
use crate::process;

/// The first Spin that runs our components: it has the final `wasi:http@0.3.0`.
const OLDEST_SPIN: (u32, u32) = (4, 1);

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Choice {
    /// Spin if it is on the PATH and at least 4.1, else the native host
    Auto,
    /// Spin
    Spin,
    /// The native host
    Native,
}

/// What is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runtime {
    Spin,
    Native,
}

impl Runtime {
    /// Takes a decision, and gives the reason for it.
    ///
    /// # Errors
    /// If Spin was asked for and cannot run the components.
    pub(super) fn choose(choice: Choice) -> Result<(Self, String)> {
        if let Choice::Native = choice {
            return Ok((Self::Native, "as asked".to_owned()));
        }
        match (usable_spin(), choice) {
            (Ok(version), _) => Ok((Self::Spin, version)),
            (Err(why_not), Choice::Spin) => bail!(
                "{why_not}; install Spin {}.{} or newer, or leave out `--runtime spin`",
                OLDEST_SPIN.0,
                OLDEST_SPIN.1
            ),
            (Err(why_not), _) => Ok((Self::Native, why_not)),
        }
    }

    /// The command that serves the app. Both take the same options.
    pub(super) fn command(
        self,
        workspace: &Workspace,
        listen: &Reserved,
        state_dir: &Path,
    ) -> Command {
        let mut command = match self {
            Self::Spin => Command::new("spin"),
            Self::Native => Command::new(workspace.target_dir.join("debug/rollcall-host")),
        };
        command
            .current_dir(&workspace.root)
            .args(["up", "--from", "spin.toml", "--listen"])
            .arg(listen.0.to_string())
            .arg("--state-dir")
            .arg(state_dir);
        command
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spin => "Spin",
            Self::Native => "native host",
        })
    }
}

/// What the Spin on the `PATH` calls itself, or why it cannot be used.
fn usable_spin() -> Result<String, String> {
    if process::find("spin").is_none() {
        return Err("no `spin` on the PATH".to_owned());
    }
    let output = process::output(Command::new("spin").arg("--version").stdin(Stdio::null()))
        .map_err(|error| format!("{error:#}"))?;
    check_spin(&output)
}

fn check_spin(output: &str) -> Result<String, String> {
    let version = output.strip_prefix("spin ").and_then(|rest| {
        let version = rest.split_whitespace().next()?;
        let mut numbers = version.split('.');
        let major: u32 = numbers.next()?.parse().ok()?;
        let minor: u32 = numbers.next()?.parse().ok()?;
        Some((version, (major, minor)))
    });
    match version {
        Some((version, numbers)) if numbers >= OLDEST_SPIN => {
            Ok(format!("`spin` {version} is on the PATH"))
        }
        Some((version, _)) => Err(format!(
            "the `spin` on the PATH is {version}, and {}.{} is the oldest that runs the components",
            OLDEST_SPIN.0, OLDEST_SPIN.1
        )),
        None => Err("the `spin` on the PATH is another program".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spin_must_be_4_1_or_newer() {
        for usable in [
            "spin 4.1.0 (12a5e0e 2026-06-18)\n",
            "spin 4.10.2\n",
            "spin 5.0.0-pre0 (abcdef0 2027-01-01)\n",
        ] {
            assert!(check_spin(usable).is_ok(), "{usable}");
        }
        for too_old in ["spin 4.0.1 (abcdef0 2026-03-01)\n", "spin 3.6.2\n"] {
            let why_not = check_spin(too_old).unwrap_err();
            assert!(why_not.contains("oldest"), "{why_not}");
        }
    }

    #[test]
    fn another_program_of_that_name_is_not_spin() {
        for other in ["", "Spin Version 6.5.2 -- 6 December 2019\n", "spin\n"] {
            assert!(check_spin(other).unwrap_err().contains("another program"));
        }
    }
}
