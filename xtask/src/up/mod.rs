//! `cargo xtask up`: runs the service on this machine and makes it ready for a first request.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context as _, Result, bail};

use crate::metadata::Workspace;
use crate::setup::{self, Part};
use crate::{components, process};

use self::child::{Running, Signals, Stop};
use self::client::Client;
use self::dev_file::DevFile;
use self::greeting::Greeting;
use self::listen::Listen;
use self::provision::provision;
use self::runtime::{Choice, Runtime};

pub(crate) mod child;
pub(crate) mod client;
mod dev_file;
mod greeting;
pub(crate) mod listen;
mod provision;
pub(crate) mod random;
mod runtime;

/// How to run the service.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
    listen: Listen,
    /// The folder with the database and `dev.json` [default: .rollcall in the checkout].
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// What runs the components: Spin, our native host, or Spin if it is installed and new enough.
    #[arg(long, value_enum, default_value_t = Choice::Auto)]
    runtime: Choice,
    /// Spin's runtime configuration, with other databases and key-value stores than the default.
    #[arg(long, value_name = "FILE")]
    runtime_config_file: Option<PathBuf>,
}

/// Sets up, builds and runs the service until it is told to stop.
///
/// # Errors
/// If the address is taken, something does not build, or the service does not start.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let listen = args.listen.reserve()?;
    let config = args.runtime_config_file.as_deref();
    let config = config.map(readable).transpose()?;
    let (runtime, why) = Runtime::choose(args.runtime)?;
    let state_dir = match &args.state_dir {
        Some(folder) => absolute(folder)?,
        None => workspace.root.join(".rollcall"),
    };
    let _lock = claim(&state_dir)?;
    let mut dev = DevFile::open(&state_dir, &listen.base_url())?;

    setup::ensure(workspace, &[Part::Target])?;
    let built = components::build(workspace, &workspace.components())?;
    built.check_sizes()?;
    if let Runtime::Native = runtime {
        let mut cargo = process::cargo(&workspace.root);
        cargo.args(["build", "--bin=rollcall-host"]);
        process::run(cargo.args(workspace.native()))?;
    }

    println!("runtime: {runtime} ({why})");
    let mut command = runtime.command(workspace, &listen, &state_dir);
    if let Some(config) = config {
        command.arg("--runtime-config-file").arg(config);
    }
    command
        .env("SPIN_VARIABLE_BASE_URL", &dev.base_url)
        .env("SPIN_VARIABLE_ADMIN_TOKEN", &dev.admin_token)
        .env("SPIN_VARIABLE_MASTER_KEY", &dev.master_key);

    let mut signals = Signals::catch()?;
    let mut running = Running::start(&mut command)?;
    let client = Client::new(&dev.base_url);
    if let Stop::Asked(signal) = running.until_ready(&mut signals, || client.is_ready())? {
        return running.stop(signal);
    }
    provision(&client, &mut dev)?;
    dev.save()?;
    let suffix = random::hex::<3>()?;
    print!("{}", Greeting { dev: &dev, suffix });
    let signal = running.until_stopped(&mut signals)?;
    running.stop(signal)
}

/// The absolute path of a file that must be there.
fn readable(file: &Path) -> Result<PathBuf> {
    File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(absolute(file)?)
}

/// Makes the folder if it isn't there, and keeps other runs out of it for as long as the file
/// lives.
fn claim(state_dir: &Path) -> Result<File> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state_dir)
        .with_context(|| format!("cannot make the folder {}", state_dir.display()))?;
    let lock = state_dir.join("xtask.lock");
    let lock = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .with_context(|| format!("cannot write {}", lock.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!(
            "another `cargo xtask up` uses {}; stop it, or give another `--state-dir`",
            state_dir.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", state_dir.display()))
        }
    }
}
