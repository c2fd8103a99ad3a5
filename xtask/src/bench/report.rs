//! `docs/benchmarks.md`.

use std::fmt::Write as _;

use super::line::{Measured, Trouble};
use super::operations::{MAX_GROWTH, thousands};
use super::pure::Part;
use super::state::Sizes;
use super::stats::Spread;
use super::table;

/// What is below this line of the page is written by hand, and kept.
const MARK: &str =
    "<!-- What is below this line is written by hand; `cargo xtask bench` keeps it. -->";

/// The most memory that the host may have resident, in MiB.
pub(super) const MAX_MIB: u64 = 250;

/// Everything that the page tells.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) cores: u32,
    pub(super) connections: u32,
    pub(super) sizes: Sizes,
    pub(super) rounds: usize,
    pub(super) secs: u32,
    /// The rates of the component that answers 200.
    pub(super) hello: Vec<f64>,
    pub(super) sections: Vec<Measured>,
    pub(super) everyone: Everyone,
    pub(super) peak_kib: Option<u64>,
    pub(super) parts: Vec<Part>,
}

/// What became of the read of the group of all users.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Everyone {
    /// There is no such group.
    Missing,
    /// It was answered with all members.
    Read,
    /// It was not.
    Failed,
}

impl Report {
    /// The whole page, with the hand-written part of the page as it was.
    pub(super) fn page(&self, old: &str) -> String {
        let mut page = self.head();
        for section in &self.sections {
            page += &self.section(section);
        }
        page += &self.memory();
        page += &self.pure();
        let by_hand = old.split_once(MARK).map_or("\n", |(_, kept)| kept);
        page + "\n" + MARK + by_hand
    }

    /// What was not answered as it should have been.
    pub(super) fn failed(&self) -> Vec<&str> {
        let lines = self.sections.iter().flat_map(|section| &section.lines);
        lines
            .filter(|line| matches!(line.trouble, Some(Trouble::Failed(_))))
            .map(|line| line.title.as_str())
            .chain((self.everyone == Everyone::Failed).then_some("the group of all users"))
            .collect()
    }

    fn head(&self) -> String {
        let Self {
            cores,
            connections,
            rounds,
            secs,
            ..
        } = self;
        let large = thousands(self.sizes.large);
        let groups = thousands(self.sizes.large / 100);
        let small = thousands(self.sizes.small);
        let rates: Vec<_> = [
            ("hello", Some(&self.hello)),
            ("row", self.baseline("`row`")),
            ("insert", self.baseline("`insert`")),
        ]
        .into_iter()
        .filter_map(|(name, rates)| {
            let rate = Spread::of(rates?.iter().copied())?.median;
            Some(format!("`{name}` {rate:.0}"))
        })
        .collect();
        format!(
            "# Benchmarks

Written by `cargo xtask bench`. Rates are ratios to a baseline that runs in the same host process and is measured
just before and just after, so that much of what differs between machines cancels out: the median of {rounds} runs of {secs} s,
and in brackets the lowest and the highest. Load comes from wrk over {connections} connections, on the same machine.

The service is the Wasm components on the native host, durable (`full`). The large tenant has {large} users,
{groups} groups of 10 members and one group of all users; the small one beside it has {small} users. Users are like
those of Entra ID, and each request is about one by chance. Growth is how many times slower an operation is in
the large tenant than in the small one; it may be {MAX_GROWTH}. CPU is the processor time that the host takes for a
request in the large tenant, in times the baseline's; it varies less than a rate where others use the machine.

This run was on {cores} cores ({} {}). Requests a second, for context only: {}.
`hello` is a component that only answers.
",
            std::env::consts::OS,
            std::env::consts::ARCH,
            rates.join(", "),
        )
    }

    fn section(&self, section: &Measured) -> String {
        let Measured {
            title,
            against,
            about,
            counted,
            lines,
            ..
        } = section;
        let [large, small] = [self.sizes.large, self.sizes.small]
            .map(|size| format!("{} {counted}", thousands(size)));
        let table = table::of(lines, &large, &small);
        let latencies = lines.iter().filter_map(table::latency);
        let latencies: String = latencies.map(|said| format!("\n{said}\n")).collect();
        format!("\n## {title}, against {against}\n\n{about}\n\n{table}{latencies}")
    }

    /// The rates of a baseline, if it was measured.
    fn baseline(&self, name: &str) -> Option<&Vec<f64>> {
        let section = self.sections.iter().find(|found| found.against == name);
        section.map(|section| &section.baseline)
    }

    fn memory(&self) -> String {
        let said = match self.peak_kib {
            Some(kib) => {
                let mib = kib.div_ceil(1024);
                let reached = if mib <= MAX_MIB {
                    "reached"
                } else {
                    "**not reached**"
                };
                let with = match self.everyone {
                    Everyone::Missing => "seeding included",
                    Everyone::Read => "seeding and one read of the group of all users included",
                    Everyone::Failed => {
                        "seeding included, but not a read of the group of all users, which **failed**"
                    }
                };
                format!(
                    "The host had {mib} MiB resident at the most, {with}.\n\
                     It may have {MAX_MIB}: {reached}."
                )
            }
            None => "Not measured: the system does not tell.".to_owned(),
        };
        format!("\n## Memory\n\n{said}\n")
    }

    fn pure(&self) -> String {
        let row = self.baseline("`row`");
        let row = row.and_then(|row| Spread::of(row.iter().copied()));
        let (Some(row), false) = (row, self.parts.is_empty()) else {
            return String::new();
        };
        // The time that one core spends on a `row` request, the load generator's part included.
        let row_nanos = f64::from(self.cores) * 1e9 / row.median;
        let mut text =
            "\n## The pure parts\n\nMeasured by criterion, natively, as parts of the time that a \
                        core spends on a `row` request.\n\n| part | of `row` |\n|---|---|\n"
                .to_owned();
        for part in &self.parts {
            let _ = writeln!(
                text,
                "| {} | {:.1} % |",
                part.name,
                100.0 * part.nanos / row_nanos
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::Line;
    use super::super::operations::Goal;
    use super::*;

    fn report() -> Report {
        let rates = |rate: f64| vec![rate, rate * 3.0, rate * 2.0];
        let section = |against: &'static str, rate: f64, lines: Vec<Line>| Measured {
            title: "Something",
            against,
            about: "About it.",
            counted: "users",
            baseline: rates(rate),
            lines,
        };
        let read = Line::of("read", Goal::AtLeast(0.8), &[(100.0, 90.0, Some(80.0))]);
        let failed = Line {
            trouble: Some(Trouble::Failed("500".to_owned())),
            ..Line::of("write", Goal::AtLeast(0.5), &[])
        };
        Report {
            cores: 2,
            connections: 4,
            sizes: Sizes {
                large: 100_000,
                small: 1000,
                spares: 64,
            },
            rounds: 3,
            secs: 2,
            hello: rates(5000.0),
            sections: vec![
                section("`row`", 4000.0, vec![read]),
                section("`insert`", 1000.0, vec![failed]),
            ],
            everyone: Everyone::Read,
            peak_kib: Some(180 * 1024 + 1),
            parts: vec![Part {
                name: "parse".to_owned(),
                nanos: 2500.0,
            }],
        }
    }

    #[test]
    fn the_page_tells_everything_and_ends_with_the_line() {
        let page = report().page("");
        for expected in [
            "the median of 3 runs of 2 s",
            "over 4 connections",
            "has 100,000 users,\n1,000 groups of 10 members",
            "`hello` 10000, `row` 8000, `insert` 2000",
            "\n## Something, against `row`\n\nAbout it.\n\n| operation | at 100,000 users | at 1,000 users |",
            "\n| read | 0.90 ",
            "had 181 MiB resident at the most",
            "It may have 250: reached.",
            // 2 cores and 8,000 requests a second: 250 µs each.
            "\n| parse | 1.0 % |\n",
        ] {
            assert!(page.contains(expected), "{expected} is not in:\n{page}");
        }
        assert!(page.ends_with(&format!("\n{MARK}\n")));
        let longest = page.lines().filter(|line| !line.starts_with('|'));
        let longest = longest.map(|line| line.chars().count()).max();
        assert!(longest <= Some(120), "{longest:?}");
    }

    #[test]
    fn what_is_written_by_hand_is_kept() {
        let old = format!("# Old\n\n| old |\n{MARK}\n\n## What holds it back\n\nThe disk.\n");
        let page = report().page(&old);
        assert!(page.ends_with("\n\n## What holds it back\n\nThe disk.\n"));
        assert!(!page.contains("old |"));
        assert_eq!(report().page(&page), page);
    }

    #[test]
    fn wrong_answers_are_told() {
        let mut report = report();
        assert_eq!(report.failed(), ["write"]);
        report.everyone = Everyone::Failed;
        assert_eq!(report.failed(), ["write", "the group of all users"]);
        assert!(report.page("").contains("which **failed**"));
    }

    #[test]
    fn too_much_memory_stands_out() {
        let mut report = report();
        report.peak_kib = Some(251 * 1024);
        assert!(report.page("").contains("**not reached**"));
        report.peak_kib = None;
        assert!(report.page("").contains("the system does not tell"));
    }
}
