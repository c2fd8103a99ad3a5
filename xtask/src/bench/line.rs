//! What became of the operations.

use super::operations::{Goal, Operation, Section};
use super::stats::Spread;

/// What became of a section.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) title: &'static str,
    pub(super) against: &'static str,
    pub(super) about: &'static str,
    /// The rates of the baseline.
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

/// The rates of one round, in requests a second.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) baseline: f64,
    pub(super) large: f64,
    pub(super) small: Option<f64>,
}

impl Line {
    fn new(operation: &Operation) -> Self {
        Self {
            title: operation.title.clone(),
            goal: operation.goal,
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
        let sample = |&(baseline, large, small): &(f64, f64, Option<f64>)| Sample {
            baseline,
            large,
            small,
        };
        Self {
            title: title.to_owned(),
            goal,
            trouble: None,
            samples: samples.iter().map(sample).collect(),
        }
    }

    /// How many times the baseline's rate there is with many users.
    pub(super) fn large(&self) -> Option<Spread> {
        Spread::of(self.samples.iter().map(|s| s.large / s.baseline))
    }

    /// The same with few users.
    pub(super) fn small(&self) -> Option<Spread> {
        let small = self.samples.iter();
        Spread::of(small.filter_map(|s| Some(s.small? / s.baseline)))
    }

    /// How many times slower than the baseline it is.
    pub(super) fn slowdown(&self) -> Option<Spread> {
        Spread::of(self.samples.iter().map(|s| s.baseline / s.large))
    }

    /// How many times slower it is with many users than with few.
    pub(super) fn growth(&self) -> Option<Spread> {
        Spread::of(self.samples.iter().filter_map(|s| Some(s.small? / s.large)))
    }

    /// Notes the first failure, and says it at once.
    pub(super) fn fail(&mut self, fault: &str) {
        if self.trouble.is_none() {
            eprintln!("error: {}: {fault}", self.title);
            self.trouble = Some(Trouble::Failed(fault.to_owned()));
        }
    }
}
