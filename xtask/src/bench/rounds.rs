//! Measuring: baselines and operations in turn, several times over.
//!
//! Others use the machine, too, and it is not always equally fast. So runs are short and rounds are
//! many, a baseline is measured before and after every operation, and it is the ratio to the mean of
//! both that counts.

use std::result;

use anyhow::Result;

use super::go_on;
use super::line::{Line, Measured, Rate, Sample};
use super::operations::{Operation, Section};
use super::service::Service;
use super::wrk::{Request, Run, Wrk};
use crate::up::child::Signals;

/// What a run found, or what went wrong.
type Found = result::Result<Rate, String>;

/// Runs the load generator, and numbers its runs.
pub(super) struct Runner<'r> {
    wrk: &'r Wrk,
    service: &'r Service,
    signals: &'r mut Signals,
    secs: u32,
    runs: usize,
    /// The warm-up is round 0.
    round: usize,
}

impl<'r> Runner<'r> {
    /// Nothing runs yet.
    pub(super) fn new(
        wrk: &'r Wrk,
        service: &'r Service,
        signals: &'r mut Signals,
        secs: u32,
    ) -> Self {
        Self {
            wrk,
            service,
            signals,
            secs,
            runs: 0,
            round: 0,
        }
    }

    /// How many requests a second are answered. In the warm-up every answer is looked at.
    ///
    /// # Errors
    /// If the load generator does not run, or a stop is asked for.
    pub(super) fn rate(&mut self, request: &Request) -> Result<Found> {
        go_on(self.signals)?;
        self.runs += 1;
        let is_warm_up = self.round == 0;
        let run = Run {
            number: self.runs,
            round: self.round,
            secs: self.secs,
            check: is_warm_up,
        };
        let before = self.service.cpu_secs();
        let counts = self.wrk.run(request, &run)?;
        let after = self.service.cpu_secs();
        // wrk ends early when the terminal stops it.
        go_on(self.signals)?;
        if let Some(fault) = counts.fault() {
            return Ok(Err(fault));
        }
        let weight = f64::from(request.weight);
        let cpu_secs = after.zip(before).map(|(after, before)| after - before);
        Ok(Ok(Rate {
            a_second: counts.rate() * weight,
            cpu_secs: cpu_secs.map(|taken| taken / (counts.requests() * weight)),
            p95_millis: counts.p95_millis(),
        }))
    }

    /// Warms everything up. What fails here is not measured.
    ///
    /// # Errors
    /// As [`Runner::rate`].
    pub(super) fn warm_up(&mut self, sections: &[Section]) -> Result<Vec<Measured>> {
        let mut all = Vec::new();
        for section in sections {
            let mut measured = Measured::new(section);
            for (operation, line) in section.operations.iter().zip(&mut measured.lines) {
                for request in operation.large.iter().chain(&operation.small) {
                    if let Err(fault) = self.rate(request)? {
                        line.fail(&fault);
                    }
                }
            }
            if measured.is_healthy() {
                self.baseline(section, &mut measured)?;
            }
            measured.baseline.clear();
            all.push(measured);
        }
        Ok(all)
    }

    /// One round of everything.
    ///
    /// # Errors
    /// As [`Runner::rate`].
    pub(super) fn round(&mut self, sections: &[Section], measured: &mut [Measured]) -> Result<()> {
        self.round += 1;
        for (section, measured) in sections.iter().zip(measured) {
            if measured.is_healthy() {
                self.section(section, measured)?;
            }
        }
        Ok(())
    }

    fn section(&mut self, section: &Section, measured: &mut Measured) -> Result<()> {
        let Some(mut before) = self.baseline(section, measured)? else {
            return Ok(());
        };
        for (index, operation) in section.operations.iter().enumerate() {
            if measured.lines[index].trouble.is_some() {
                continue;
            }
            let rates = self.pair(operation, &mut measured.lines[index])?;
            let Some(after) = self.baseline(section, measured)? else {
                return Ok(());
            };
            if let Some((large, small)) = rates {
                measured.lines[index].samples.push(Sample {
                    baseline: before.mean(after),
                    large,
                    small,
                });
            }
            before = after;
        }
        Ok(())
    }

    /// The rate of a baseline. If that fails, nothing of its section can be measured.
    fn baseline(&mut self, section: &Section, measured: &mut Measured) -> Result<Option<Rate>> {
        match self.rate(&section.baseline)? {
            Ok(rate) => {
                println!("  {}: {:.0}/s", section.against, rate.a_second);
                measured.baseline.push(rate.a_second);
                Ok(Some(rate))
            }
            Err(fault) => {
                let fault = format!("its baseline: {fault}");
                measured.lines.iter_mut().for_each(|line| line.fail(&fault));
                Ok(None)
            }
        }
    }

    /// The rates of an operation in both tenants, one after the other, each first in every second
    /// round.
    fn pair(
        &mut self,
        operation: &Operation,
        line: &mut Line,
    ) -> Result<Option<(Rate, Option<Rate>)>> {
        let Ok(large) = &operation.large else {
            return Ok(None);
        };
        let mut requests = vec![large];
        requests.extend(&operation.small);
        let is_turned = self.round.is_multiple_of(2);
        if is_turned {
            requests.reverse();
        }
        let mut rates = Vec::new();
        for request in requests {
            match self.rate(request)? {
                Ok(rate) => rates.push(rate),
                Err(fault) => {
                    line.fail(&fault);
                    return Ok(None);
                }
            }
        }
        if is_turned {
            rates.reverse();
        }
        let said: Vec<_> = rates
            .iter()
            .map(|rate| format!("{:.0}/s", rate.a_second))
            .collect();
        println!("  {}: {}", operation.title, said.join(", "));
        Ok(rates.first().map(|large| (*large, rates.get(1).copied())))
    }
}
