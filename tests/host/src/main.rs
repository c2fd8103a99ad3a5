//! `rollcall-host up`: the native host as a command, with the names of `spin up`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use clap::{Args, Parser};
use rollcall_host::{Host, Reuse};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Runs a Spin application on wasmtime, without `spin`.
#[derive(Parser)]
#[command(version)]
enum Command {
    /// Starts the application and runs until Ctrl-C.
    Up(Up),
}

#[derive(Args)]
struct Up {
    /// The application's manifest.
    #[arg(long, short = 'f', default_value = "spin.toml")]
    from: PathBuf,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Where databases, stores and logs are; `.spin` beside the manifest if not given.
    #[arg(long)]
    state_dir: Option<PathBuf>,
    /// The runtime configuration.
    #[arg(long)]
    runtime_config_file: Option<PathBuf>,
    /// An application variable; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    variable: Vec<(String, String)>,
    /// Requests that one instance takes in its life.
    #[arg(long, default_value_t = 128)]
    max_instance_reuse_count: usize,
    /// Requests that one instance takes at once.
    #[arg(long, default_value_t = 16)]
    max_instance_concurrent_reuse_count: usize,
    /// How long an instance without requests lives on, as in `1s` or `500ms`.
    #[arg(long, default_value = "1s", value_parser = duration)]
    idle_instance_timeout: Duration,
    /// How long a request may take; without it there is no limit.
    #[arg(long, value_parser = duration)]
    request_timeout: Option<Duration>,
    /// Keeps the output of components in the log files alone.
    #[arg(long, short)]
    quiet: bool,
}

fn main() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let Command::Up(up) = Command::parse();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(run(up))
}

async fn run(up: Up) -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let host = start(up).await?;
    println!("Serving {}", host.base_url());
    for (route, component) in host.routes() {
        println!("  {component}: {}{route}", host.base_url());
    }
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    host.stop().await;
    Ok(())
}

async fn start(up: Up) -> Result<Host> {
    let mut host = Host::builder(up.from)
        .listen(up.listen)
        .echo(!up.quiet)
        .reuse(Reuse {
            count: up.max_instance_reuse_count,
            concurrent: up.max_instance_concurrent_reuse_count,
            idle_timeout: up.idle_instance_timeout,
            request_timeout: up.request_timeout,
        });
    if let Some(dir) = up.state_dir {
        host = host.state_dir(dir);
    }
    if let Some(file) = up.runtime_config_file {
        host = host.runtime_config(file);
    }
    for (name, value) in up.variable {
        host = host.variable(name, value);
    }
    host.start().await
}

fn variable(text: &str) -> Result<(String, String)> {
    let (name, value) = text.split_once('=').context("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn duration(text: &str) -> Result<Duration> {
    let (number, unit) = text.split_at(text.find(char::is_alphabetic).unwrap_or(text.len()));
    let number: f64 = number
        .parse()
        .context("expected a number and `ms`, `s` or `m`")?;
    let secs = match unit {
        "ms" => number / 1000.0,
        "" | "s" => number,
        "m" => number * 60.0,
        _ => anyhow::bail!("`{unit}` is not one of `ms`, `s`, `m`"),
    };
    Ok(Duration::try_from_secs_f64(secs)?)
}
