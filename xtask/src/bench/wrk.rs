//! Running `wrk` with the scripts in `load_test/`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process;

/// What an answer may take before it counts as none.
const TIMEOUT: &str = "30s";

/// The load generator, ready to run.
#[derive(Debug)]
pub(super) struct Wrk {
    /// The folder with the scripts.
    pub(super) scripts: PathBuf,
    pub(super) base_url: String,
    pub(super) threads: u32,
    pub(super) connections: u32,
}

/// A kind of request: a script and its arguments.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) script: &'static str,
    /// `name=value`, as `load_test/README.md` lists them.
    pub(super) arguments: Vec<String>,
    /// Where to: a round takes one of them, and the next round the next one.
    pub(super) targets: Vec<Target>,
    /// How many connections there are at the most.
    pub(super) connections: Option<u32>,
    /// How many times longer than others it runs, because there are few of it in a second.
    pub(super) stretch: u32,
    /// What one request counts for.
    pub(super) weight: u32,
}

/// One run of the load generator.
#[derive(Debug)]
pub(super) struct Run {
    /// Which one it is of all runs.
    pub(super) number: usize,
    /// Of which round; the warm-up is round 0.
    pub(super) round: usize,
    pub(super) secs: u32,
    /// Whether every answer is looked at, which costs time.
    pub(super) check: bool,
}

/// A path, and the token that opens it.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) path: String,
    pub(super) token: Option<String>,
}

/// What a run counted.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub(super) struct Counts {
    requests: u64,
    micros: u64,
    /// What the slowest of the fastest 95 of 100 answers took, in microseconds.
    p95: u64,
    /// Answers that were neither 2xx nor 3xx.
    refused: u64,
    connect: u64,
    read: u64,
    write: u64,
    timeout: u64,
    /// With `check` only: how often each status was answered.
    statuses: BTreeMap<String, u64>,
    /// With `check` only: answers that were not what they should have been, and the first of them.
    unexpected: u64,
    sample: Option<String>,
}

impl Wrk {
    /// Sends requests for as long as `run` says.
    ///
    /// # Errors
    /// If wrk cannot be run, or writes what cannot be read.
    pub(super) fn run(&self, request: &Request, run: &Run) -> Result<Counts> {
        let target = request
            .targets
            .get(run.round % request.targets.len().max(1))
            .context("a request without a target")?;
        let connections = request
            .connections
            .map_or(self.connections, |most| most.min(self.connections));
        let threads = self.threads.min(connections);
        let mut wrk = Command::new("wrk");
        wrk.current_dir(&self.scripts)
            .stdin(Stdio::null())
            .args(["--timeout", TIMEOUT, "--script", request.script])
            .arg(format!("--threads={threads}"))
            .arg(format!("--connections={connections}"))
            .arg(format!("--duration={}s", run.secs * request.stretch))
            .args([&self.base_url, "--"])
            .arg(format!("path={}", target.path))
            .arg(format!("seed={}", run.number))
            .args(&request.arguments);
        if run.check {
            wrk.arg("check=yes");
        }
        match &target.token {
            Some(token) => wrk.env("TOKEN", token),
            None => wrk.env_remove("TOKEN"),
        };
        Counts::parse(&process::output(&mut wrk)?)
    }
}

impl Counts {
    /// Reads the line that the scripts end with.
    fn parse(output: &str) -> Result<Self> {
        let line = output.lines().rev().find(|line| line.starts_with('{'));
        line.and_then(|line| serde_json::from_str(line).ok())
            .with_context(|| format!("wrk did not say what it counted: {}", output.trim()))
    }

    /// How many requests were answered.
    pub(super) fn requests(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "no run has 2^53 requests")]
        let requests = self.requests as f64;
        requests
    }

    /// How many requests were answered in a second.
    pub(super) fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "no run has 2^53 microseconds")]
        let micros = self.micros as f64;
        self.requests() * 1e6 / micros
    }

    /// What 95 of 100 answers took at the most, in milliseconds.
    pub(super) fn p95_millis(&self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "no answer takes 2^53 microseconds"
        )]
        let micros = self.p95 as f64;
        micros / 1e3
    }

    /// What went wrong, if anything did.
    pub(super) fn fault(&self) -> Option<String> {
        if self.unexpected > 0 {
            let sample = self.sample.as_deref().unwrap_or_default();
            return Some(format!(
                "{} of the answers were not what was expected ({}), the first: {sample}",
                self.unexpected,
                self.statuses
                    .iter()
                    .map(|(status, count)| format!("{status}: {count}"))
                    .collect::<Vec<_>>()
                    .join(", "),
            ));
        }
        let counted = [
            (self.refused, "answers were neither 2xx nor 3xx"),
            (self.connect, "connections could not be made"),
            (self.read, "answers could not be read"),
            (self.write, "requests could not be sent"),
            (self.timeout, "answers did not come in time"),
        ];
        if let Some((count, what)) = counted.into_iter().find(|(count, _)| *count > 0) {
            return Some(format!("{count} {what}, of {} requests", self.requests));
        }
        (self.requests == 0).then(|| "nothing was answered".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = r#"Running 2s test @ http://127.0.0.1:3000
  1 threads and 4 connections
  Latency     1.02ms    1.21ms
Requests/sec:   1500.50
{"requests":3001,"micros":2000000,"bytes":9,"p95":1500,"refused":0,"connect":0,"read":0,"write":0,"timeout":0,"statuses":{"200":3001},"unexpected":0,"sample":null}
"#;

    fn counts(change: &str) -> Counts {
        let (name, value) = change.split_once('=').unwrap();
        let line = OUTPUT.lines().last().unwrap();
        let mut json: serde_json::Value = serde_json::from_str(line).unwrap();
        json[name] = serde_json::from_str(value).unwrap();
        Counts::parse(&json.to_string()).unwrap()
    }

    #[test]
    fn the_last_object_has_the_counts() {
        let counts = Counts::parse(OUTPUT).unwrap();
        assert_eq!(counts.requests, 3001);
        assert!((counts.rate() - 1500.5).abs() < 1e-9);
        assert!((counts.p95_millis() - 1.5).abs() < 1e-9);
        assert_eq!(counts.fault(), None);
    }

    #[test]
    fn output_without_counts_is_an_error_that_shows_it() {
        let error = Counts::parse("unable to connect\n").unwrap_err();
        assert!(error.to_string().ends_with("unable to connect"), "{error}");
    }

    #[test]
    fn anything_but_good_answers_is_a_fault() {
        for (change, expected) in [
            (
                "refused=3",
                "3 answers were neither 2xx nor 3xx, of 3001 requests",
            ),
            (
                "timeout=1",
                "1 answers did not come in time, of 3001 requests",
            ),
            ("requests=0", "nothing was answered"),
        ] {
            assert_eq!(counts(change).fault().as_deref(), Some(expected));
        }
        let mut counts = counts("unexpected=2");
        counts.sample = Some("500 oops".to_owned());
        let fault = counts.fault().unwrap();
        assert!(
            fault.contains("200: 3001") && fault.ends_with("500 oops"),
            "{fault}"
        );
    }
}
