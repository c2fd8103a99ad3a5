//! The commands of this workspace: `cargo xtask setup | build | up | test | bench | lint`.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::metadata::Workspace;
use crate::setup::Part;

mod bench;
mod components;
mod lint;
mod metadata;
mod process;
mod setup;
mod test;
mod up;

/// Set up, build, run, test and measure Rollcall.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find or install what the other commands need, and say what was done.
    ///
    /// The Rust target `wasm32-wasip2`, `redis-server`, and a Python virtual environment with the
    /// conformance tools. What is in place already is left alone.
    Setup,
    /// Build every component for release and list their sizes.
    Build,
    /// Build the service, run it, and print a request to paste.
    Up(up::Args),
    /// Build and run every test there is; the last line printed has the counts.
    Test,
    /// Measure the service against baselines, and write `docs/benchmarks.md`.
    Bench(bench::Args),
    /// Run clippy, with warnings as errors, over the native code and over the code for Wasm.
    Lint,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    match &cli.command {
        Command::Setup => setup::run(&workspace, Part::ALL)?,
        Command::Build => {
            setup::ensure(&workspace, &[Part::Target])?;
            components::build(&workspace, &workspace.components())?.check_sizes()?;
        }
        Command::Up(args) => up::run(&workspace, args)?,
        Command::Test => {
            setup::ensure(&workspace, Part::ALL)?;
            return test::run(&workspace);
        }
        Command::Bench(args) => return bench::run(&workspace, args),
        Command::Lint => {
            setup::ensure(&workspace, &[Part::Target])?;
            lint::run(&workspace)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
