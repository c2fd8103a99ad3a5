//! The tables of the page.

use super::line::{Line, Trouble};
use super::operations::{Goal, MAX_GROWTH};
use super::stats::Spread;

/// A table of operations; with columns for the small tenant if anything was measured there.
pub(super) fn of(lines: &[Line], large: &str, small: &str) -> String {
    let is_wide = lines.iter().any(|line| line.small().is_some());
    let head = if is_wide {
        format!(
            "| operation | at {large} users | at {small} users | at least | growth | CPU | reached |\n\
             |---|---|---|---|---|---|---|\n"
        )
    } else {
        "| operation | ratio | goal | CPU | reached |\n|---|---|---|---|---|\n".to_owned()
    };
    let row = |line: &Line| format!("| {} |\n", cells(line, is_wide).join(" | "));
    head + &lines.iter().map(row).collect::<String>()
}

fn cells(line: &Line, is_wide: bool) -> Vec<String> {
    let goal = match line.goal {
        Goal::AtLeast(ratio) => format!("{ratio:.2}"),
        Goal::Within(factor) => format!("{factor:.2} × slower"),
    };
    let title = line.title.clone();
    let cpu = line.cpu();
    let cpu = cpu.map_or("–".to_owned(), |cpu| format!("{:.2} ×", cpu.median));
    if is_wide {
        let [large, small] = [line.large(), line.small()].map(ratio);
        let growth = factor(line.growth());
        vec![title, large, small, goal, growth, cpu, verdict(line)]
    } else {
        let found = match line.goal {
            Goal::AtLeast(_) => ratio(line.large()),
            Goal::Within(_) => factor(line.slowdown()),
        };
        vec![title, found, goal, cpu, verdict(line)]
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
    };
    let growth = line
        .growth()
        .is_none_or(|growth| growth.median <= MAX_GROWTH);
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
        let table = of(&[line], "100,000", "1,000");
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
