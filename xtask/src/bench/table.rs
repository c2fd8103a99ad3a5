//! The tables of the page.

use super::line::{Line, Trouble};
use super::operations::{Goal, MAX_GROWTH};
use super::stats::Spread;

/// What the columns of a table are.
#[derive(Debug, Clone, Copy)]
enum Columns {
    /// One ratio.
    One,
    /// Those of the large tenant and of the small one, and the growth.
    Two,
    /// Those with and without what costs, and the cost.
    Cost,
}

/// A table of operations; with columns for the small tenant if anything was measured there. `large` and `small` are what
/// the tenants have, such as `1,000 users`.
pub(super) fn of(lines: &[Line], large: &str, small: &str) -> String {
    let is_cost = |line: &Line| matches!(line.goal, Goal::Costs(_));
    let columns = if lines.iter().any(is_cost) {
        Columns::Cost
    } else if lines.iter().any(|line| line.small().is_some()) {
        Columns::Two
    } else {
        Columns::One
    };
    let head = match columns {
        Columns::One => {
            "| operation | ratio | goal | CPU | reached |\n|---|---|---|---|---|\n".to_owned()
        }
        Columns::Two => format!(
            "| operation | at {large} | at {small} | at least | growth | CPU | reached |\n\
             |---|---|---|---|---|---|---|\n"
        ),
        Columns::Cost => "| operation | with | without | cost | at most | CPU | reached |\n\
                          |---|---|---|---|---|---|---|\n"
            .to_owned(),
    };
    let row = |line: &Line| format!("| {} |\n", cells(line, columns).join(" | "));
    head + &lines.iter().map(row).collect::<String>()
}

fn cells(line: &Line, columns: Columns) -> Vec<String> {
    let goal = match line.goal {
        Goal::AtLeast(ratio) | Goal::Costs(ratio) => format!("{ratio:.2}"),
        Goal::Within(factor) => format!("{factor:.2} × slower"),
    };
    let title = line.title.clone();
    let cpu = line.cpu();
    let cpu = cpu.map_or("–".to_owned(), |cpu| format!("{:.2} ×", cpu.median));
    let [large, small] = [line.large(), line.small()].map(ratio);
    match columns {
        Columns::One => {
            let found = match line.goal {
                Goal::Within(_) => factor(line.slowdown()),
                _ => large,
            };
            vec![title, found, goal, cpu, verdict(line)]
        }
        Columns::Two => {
            let growth = factor(line.growth());
            vec![title, large, small, goal, growth, cpu, verdict(line)]
        }
        Columns::Cost => {
            let cost = factor(line.cost());
            vec![title, large, small, cost, goal, cpu, verdict(line)]
        }
    }
}

fn verdict(line: &Line) -> String {
    match line.trouble {
        Some(Trouble::Missing(why)) => return format!("not measured: {why}"),
        Some(Trouble::Failed(_)) => return "**failed**: wrong answers".to_owned(),
        None => {}
    }
    let rate = match line.goal {
        Goal::AtLeast(ratio) => line.large().map(|found| found.median >= ratio),
        Goal::Within(factor) => line.slowdown().map(|found| found.median <= factor),
        Goal::Costs(part) => line.cost().map(|found| found.median <= part),
    };
    let is_late = |most: f64| line.p95().is_some_and(|found| found.median > most);
    if rate == Some(true) && line.p95_millis.is_some_and(is_late) {
        return "**not the latency**".to_owned();
    }
    let growth = match line.goal {
        Goal::Costs(_) => None,
        _ => line.growth(),
    };
    let growth = growth.is_none_or(|growth| growth.median <= MAX_GROWTH);
    match (rate, growth) {
        (None, _) => "not measured",
        (Some(true), true) => "yes",
        (Some(true), false) => "**not the growth**",
        (Some(false), true) => "**no**",
        (Some(false), false) => "**no**, nor the growth",
    }
    .to_owned()
}

/// A ratio that has to be large: never shown as more than it is.
fn ratio(found: Option<Spread>) -> String {
    shown(found, |number| (number * 100.0 + 1e-9).floor() / 100.0)
}

/// A factor that has to be small: never shown as less than it is.
fn factor(found: Option<Spread>) -> String {
    shown(found, |number| (number * 100.0 - 1e-9).ceil() / 100.0)
}

/// What 95 of 100 answers took where that matters.
pub(super) fn latency(line: &Line) -> Option<String> {
    let (most, found) = (line.p95_millis?, factor(line.p95()));
    Some(format!(
        "95 of 100 answers to `{}` took {found} ms or less; that may be {most:.0}.",
        line.title
    ))
}

fn shown(found: Option<Spread>, cut: impl Fn(f64) -> f64) -> String {
    found.map_or("–".to_owned(), |found| {
        let [median, lowest, highest] = [found.median, found.lowest, found.highest].map(cut);
        format!("{median:.2} ({lowest:.2}–{highest:.2})")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of one sample `(baseline, large, small)`.
    #[track_caller]
    fn check(goal: Goal, sample: (f64, f64, Option<f64>), expected: &str) {
        let line = Line::of("it", goal, &[sample]);
        let table = of(&[line], "100,000 users", "1,000 users");
        assert_eq!(table.lines().last(), Some(expected));
    }

    #[test]
    fn a_goal_is_reached_by_rate_and_growth() {
        let goal = Goal::AtLeast(0.5);
        check(
            goal,
            (100.0, 50.0, Some(65.0)),
            "| it | 0.50 (0.50–0.50) | 0.65 (0.65–0.65) | 0.50 | 1.30 (1.30–1.30) | 2.00 × | yes |",
        );
        check(
            goal,
            (100.0, 49.0, Some(49.0)),
            "| it | 0.49 (0.49–0.49) | 0.49 (0.49–0.49) | 0.50 | 1.00 (1.00–1.00) | 2.04 × | **no** |",
        );
        check(
            goal,
            (100.0, 50.0, Some(100.0)),
            "| it | 0.50 (0.50–0.50) | 1.00 (1.00–1.00) | 0.50 | 2.00 (2.00–2.00) | 2.00 × | **not the growth** |",
        );
    }

    #[test]
    fn a_goal_that_is_just_missed_does_not_look_reached() {
        check(
            Goal::AtLeast(0.6),
            (1000.0, 599.0, Some(599.0 * 1.301)),
            "| it | 0.59 (0.59–0.59) | 0.77 (0.77–0.77) | 0.60 | 1.31 (1.31–1.31) | 1.67 × | **no**, nor the growth |",
        );
    }

    #[test]
    fn what_has_no_small_tenant_has_no_growth() {
        check(
            Goal::AtLeast(5.0),
            (100.0, 600.0, None),
            "| it | 6.00 (6.00–6.00) | 5.00 | 0.17 × | yes |",
        );
        check(
            Goal::Within(1.3),
            (100.0, 50.0, None),
            "| it | 2.00 (2.00–2.00) | 1.30 × slower | 2.00 × | **no** |",
        );
    }

    #[test]
    fn a_cost_is_time_and_has_no_growth() {
        let check = |sample, expected| check(Goal::Costs(0.15), sample, expected);
        check(
            (100.0, 80.0, Some(90.0)),
            "| it | 0.80 (0.80–0.80) | 0.90 (0.90–0.90) | 0.14 (0.14–0.14) | 0.15 | 1.25 × | yes |",
        );
        check(
            (100.0, 50.0, Some(100.0)),
            "| it | 0.50 (0.50–0.50) | 1.00 (1.00–1.00) | 1.00 (1.00–1.00) | 0.15 | 2.00 × | **no** |",
        );
    }

    #[test]
    fn answers_that_come_late_do_not_reach_the_goal() {
        let of_limit = |most| {
            let line = Line {
                p95_millis: Some(most),
                ..Line::of("it", Goal::AtLeast(0.5), &[(100.0, 50.0, None)])
            };
            (latency(&line).unwrap_or_default(), verdict(&line))
        };
        let (said, reached) = of_limit(20.0);
        assert_eq!(
            said,
            "95 of 100 answers to `it` took 20.00 (20.00–20.00) ms or less; that may be 20."
        );
        assert_eq!(reached, "yes");
        assert_eq!(of_limit(19.0).1, "**not the latency**");
    }

    #[test]
    fn what_was_not_measured_says_why() {
        let row = |trouble: Trouble| {
            let line = Line {
                trouble: Some(trouble),
                ..Line::of("it", Goal::AtLeast(0.5), &[])
            };
            of(&[line], "", "").lines().last().map(str::to_owned)
        };
        let missing = row(Trouble::Missing("there is no such thing"));
        assert_eq!(
            missing.as_deref(),
            Some("| it | – | 0.50 | – | not measured: there is no such thing |")
        );
        let failed = row(Trouble::Failed("500".to_owned()));
        assert_eq!(
            failed.as_deref(),
            Some("| it | – | 0.50 | – | **failed**: wrong answers |")
        );
    }
}
