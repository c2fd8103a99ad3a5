//! What became of the operations.

use super::operations::{Goal, Operation, Section};
use super::stats::Spread;

/// What became of a section.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) title: &'static str,
    pub(super) against: &'static str,
    pub(super) about: &'static str,
    pub(super) counted: &'static str,
    /// The rates of the baseline, in requests a second.
    pub(super) baseline: Vec<f64>,
    pub(super) lines: Vec<Line>,
}

impl Measured {
    /// Nothing is measured yet.
    pub(super) fn new(section: &Section) -> Self {
        Self {
            title: section.title,
            against: section.against,
            about: section.about,
            counted: section.counted,
            baseline: Vec::new(),
            lines: section.operations.iter().map(Line::new).collect(),
        }
    }

    /// Whether anything can be measured.
    pub(super) fn is_healthy(&self) -> bool {
        self.lines.iter().any(|line| line.trouble.is_none())
    }
}

/// What became of an operation.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) title: String,
    pub(super) goal: Goal,
    pub(super) p95_millis: Option<f64>,
    pub(super) trouble: Option<Trouble>,
    pub(super) samples: Vec<Sample>,
}

/// Why there is no number.
#[derive(Debug, PartialEq)]
pub(super) enum Trouble {
    /// It cannot be measured.
    Missing(&'static str),
    /// It was answered with something else than it should have been.
    Failed(String),
}

/// What a run found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// Requests a second.
    pub(super) a_second: f64,
    /// The processor time that the host takes for a request, in seconds, where the system tells.
    pub(super) cpu_secs: Option<f64>,
    /// What 95 of 100 answers took at the most, in milliseconds.
    pub(super) p95_millis: f64,
}

impl Rate {
    /// What is between the two.
    pub(super) fn mean(self, other: Self) -> Self {
        let cpu_secs = self.cpu_secs.zip(other.cpu_secs);
        Self {
            a_second: f64::midpoint(self.a_second, other.a_second),
            cpu_secs: cpu_secs.map(|(one, other)| f64::midpoint(one, other)),
            p95_millis: f64::midpoint(self.p95_millis, other.p95_millis),
        }
    }
}

/// The rates of one round.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) baseline: Rate,
    pub(super) large: Rate,
    pub(super) small: Option<Rate>,
}

impl Sample {
    /// The rates with many users in terms of the baseline's.
    fn large(&self) -> f64 {
        self.large.a_second / self.baseline.a_second
    }

    fn small(&self) -> Option<f64> {
        Some(self.small?.a_second / self.baseline.a_second)
    }

    /// The time more than without, in terms of the baseline's.
    fn cost(&self) -> Option<f64> {
        Some(1.0 / self.large() - 1.0 / self.small()?)
    }
}

impl Line {
    fn new(operation: &Operation) -> Self {
        Self {
            title: operation.title.clone(),
            goal: operation.goal,
            p95_millis: operation.p95_millis,
            trouble: operation
                .large
                .as_ref()
                .err()
                .map(|why| Trouble::Missing(why)),
            samples: Vec::new(),
        }
    }

    /// One with samples `(baseline, large, small)`.
    #[cfg(test)]
    pub(super) fn of(title: &str, goal: Goal, samples: &[(f64, f64, Option<f64>)]) -> Self {
        let rate = |a_second: f64| Rate {
            a_second,
            cpu_secs: Some(1.0 / a_second),
            p95_millis: 1e3 / a_second,
        };
        let sample = |&(baseline, large, small): &(f64, f64, Option<f64>)| Sample {
            baseline: rate(baseline),
            large: rate(large),
            small: small.map(rate),
        };
        Self {
            title: title.to_owned(),
            goal,
            p95_millis: None,
            trouble: None,
            samples: samples.iter().map(sample).collect(),
        }
    }

    /// How many times the baseline's rate there is with many users.
    pub(super) fn large(&self) -> Option<Spread> {
        Spread::of(self.samples.iter().map(Sample::large))
    }

    /// The same with few users.
    pub(super) fn small(&self) -> Option<Spread> {
        Spread::of(self.samples.iter().filter_map(Sample::small))
    }

    /// How many times slower than the baseline it is.
    pub(super) fn slowdown(&self) -> Option<Spread> {
        Spread::of(self.samples.iter().map(|s| 1.0 / s.large()))
    }

    /// How many times slower it is with many users than with few.
    pub(super) fn growth(&self) -> Option<Spread> {
        let growth = |sample: &Sample| Some(sample.small()? / sample.large());
        Spread::of(self.samples.iter().filter_map(growth))
    }

    /// Which part of the baseline's time it takes more than without what costs.
    pub(super) fn cost(&self) -> Option<Spread> {
        Spread::of(self.samples.iter().filter_map(Sample::cost))
    }

    /// What 95 of 100 answers took at the most, with many users, in milliseconds.
    pub(super) fn p95(&self) -> Option<Spread> {
        Spread::of(self.samples.iter().map(|sample| sample.large.p95_millis))
    }

    /// How many times the baseline's processor time it takes, with many users.
    pub(super) fn cpu(&self) -> Option<Spread> {
        let cpu = |sample: &Sample| Some(sample.large.cpu_secs? / sample.baseline.cpu_secs?);
        Spread::of(self.samples.iter().filter_map(cpu))
    }

    /// Notes the first failure, and says it at once.
    pub(super) fn fail(&mut self, fault: &str) {
        if self.trouble.is_none() {
            eprintln!("error: {}: {fault}", self.title);
            self.trouble = Some(Trouble::Failed(fault.to_owned()));
        }
    }
}
