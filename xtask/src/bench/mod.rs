//! `cargo xtask bench`: measures the service, and writes `docs/benchmarks.md`.
//!
//! Everything is measured as a ratio to a baseline in the same process (see [`rounds`]), so that the
//! numbers of different machines can be compared.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::thread::available_parallelism;

use anyhow::{Context as _, Result, bail};

use self::manifest::Product;
use self::measure::Measure;
use self::redis::Redis;
use self::report::{Everyone, Report};
use self::service::Service;
use self::state::{Folders, Sizes};
use self::wrk::Wrk;
use crate::metadata::Workspace;
use crate::setup::{self, Part};
use crate::up::child::Signals;
use crate::{components, process};

mod auth_operations;
mod create;
mod cursors;
mod features;
mod line;
mod live_tokens;
mod manifest;
mod measure;
mod operations;
mod people;
mod policies;
mod pure;
mod redis;
mod report;
mod requests;
mod rounds;
mod seed;
mod service;
mod state;
mod stats;
mod table;
mod twin;
mod wrk;

/// How many people each thread of the load generator needs for the memberships that it changes.
const SPARES_PER_THREAD: u32 = 64;

/// The baselines, which are probes of the tests.
const BASELINES: [&str; 2] = ["probe-hello", "probe-row"];

/// How to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// 1,000 users and short runs, to try it out; the page is written to `target/bench/quick`.
    #[arg(long)]
    quick: bool,
    /// Start from what an earlier run has seeded, if there is anything.
    #[arg(long)]
    reuse: bool,
    /// Measure only the operations whose name has this text in it, or one of several, with `|` between them; the page is
    /// written to `target/bench`.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// How much is measured.
#[derive(Debug)]
struct Plan {
    sizes: Sizes,
    rounds: usize,
    secs: u32,
    /// For each of the pure parts.
    pure_secs: u32,
}

impl Plan {
    fn new(quick: bool, threads: u32) -> Self {
        let (large, small) = if quick { (1000, 100) } else { (100_000, 1000) };
        Self {
            sizes: Sizes {
                large,
                small,
                spares: threads * SPARES_PER_THREAD,
            },
            rounds: if quick { 2 } else { 7 },
            secs: 1,
            pure_secs: if quick { 1 } else { 2 },
        }
    }
}

/// Builds and seeds the service, measures it, and writes the page.
///
/// # Errors
/// If something does not build or start, a baseline fails, or a stop is asked for. Operations that
/// were not answered as they should have been are told at the end, and make the exit code.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<ExitCode> {
    setup::ensure(workspace, &[Part::Target, Part::Wrk])?;
    build(workspace)?;
    let cores = available_parallelism().map_or(1, |cores| cores.get());
    let cores = u32::try_from(cores)?;
    let threads = cores.div_ceil(2);
    let plan = Plan::new(args.quick, threads);
    let bench = workspace.target_dir.join("bench");
    let folder = if args.quick {
        bench.join("quick")
    } else {
        bench
    };
    fs::create_dir_all(&folder)?;
    let parts = match args.only {
        Some(_) => Vec::new(),
        None => pure::run(workspace, &folder, plan.pure_secs)?,
    };
    let mut signals = Signals::catch()?;
    let product = Product::read(workspace)?;
    let redis = if twin::ALL.iter().any(|twin| product.has(twin)) {
        setup::ensure(workspace, &[Part::Redis])?;
        Some(Redis::start(&folder, &mut signals)?)
    } else {
        None
    };
    let url = redis.as_ref().map(Redis::url).unwrap_or_default();
    let files = product.write(&workspace.root, &folder, &url)?;
    let folders = Folders::below(&folder);
    let kept = args.reuse.then(|| folders.seeded(plan.sizes)).flatten();
    let seeded = match kept {
        Some(seeded) => seeded,
        None => folders.seed(workspace, &files, plan.sizes, &mut signals)?,
    };
    folders.copy()?;

    let token = &seeded.admin_token;
    let service = Service::start(workspace, &files, &folders.run, token, &mut signals)?;
    let wrk = Wrk {
        scripts: workspace.root.join("load_test"),
        base_url: service.base_url.clone(),
        threads,
        connections: 2 * cores,
    };
    let mut report = Report {
        cores,
        connections: wrk.connections,
        sizes: plan.sizes,
        rounds: plan.rounds,
        secs: plan.secs,
        hello: Vec::new(),
        sections: Vec::new(),
        everyone: Everyone::Missing,
        peak_kib: None,
        parts,
    };
    let measure = Measure {
        plan: &plan,
        seeded: &seeded,
        service: &service,
        wrk: &wrk,
        folders: &folders,
        product: &product,
        only: args.only.as_deref(),
    };
    measure.run(&mut report, &mut signals)?;
    service.stop()?;

    let page = if args.quick || args.only.is_some() {
        folder.join("benchmarks.md")
    } else {
        workspace.root.join("docs/benchmarks.md")
    };
    write(&page, &report)?;
    let failed = report.failed();
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("error: wrong answers, see above: {}", failed.join("; "));
    Ok(ExitCode::FAILURE)
}

/// Fails if the user wants us to stop.
fn go_on(signals: &mut Signals) -> Result<()> {
    if signals.stop_asked() {
        bail!("stopped");
    }
    Ok(())
}

fn build(workspace: &Workspace) -> Result<()> {
    let baselines = workspace.probes().into_iter();
    let baselines = baselines.filter(|probe| BASELINES.contains(&probe.name.as_str()));
    let packages: Vec<_> = workspace
        .components()
        .into_iter()
        .chain(baselines)
        .collect();
    components::build(workspace, &packages)?;
    let mut cargo = process::cargo(&workspace.root);
    cargo.args(["build", "--bin=rollcall-host"]);
    process::run(cargo.args(workspace.native()))
}

/// Keeps what was written by hand.
fn write(page: &Path, report: &Report) -> Result<()> {
    let old = fs::read_to_string(page).unwrap_or_default();
    let new = report.page(&old);
    fs::write(page, &new).with_context(|| format!("cannot write {}", page.display()))?;
    println!("\n{new}\nwritten to {}", page.display());
    Ok(())
}
