//! The tables of the page.

use super::line::{Line, Trouble};
use super::operations::{Goal, MAX_GROWTH};
use super::stats::Spread;

/// A table of operations; with columns for the small tenant if anything was measured there.
pub(super) fn of(lines: &[Line], large: &str, small: &str) -> String {
    let is_wide = lines.iter().any(|line| line.small().is_some());
    let head = if is_wide {
        format!(
            "| operation | at {large} users | at {small} users | at least | growth | reached |\n\
             |---|---|---|---|---|---|\n"
        )
    } else {
        "| operation | ratio | goal | reached |\n|---|---|---|---|\n".to_owned()
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
    if is_wide {
        let [large, small, growth] = [line.large(), line.small(), line.growth()].map(shown);
        vec![title, large, small, goal, growth, verdict(line)]
    } else {
        let ratio = match line.goal {
            Goal::AtLeast(_) => shown(line.large()),
            Goal::Within(_) => shown(line.slowdown()),
        };
        vec![title, ratio, goal, verdict(line)]
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

fn shown(spread: Option<Spread>) -> String {
    spread.map_or("–".to_owned(), |spread| {
        let Spread {
            median,
            lowest,
            highest,
        } = spread;
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
            "| it | 0.50 (0.50–0.50) | 0.65 (0.65–0.65) | 0.50 | 1.30 (1.30–1.30) | yes |",
        );
        check(
            goal,
            (100.0, 49.0, Some(49.0)),
            "| it | 0.49 (0.49–0.49) | 0.49 (0.49–0.49) | 0.50 | 1.00 (1.00–1.00) | **no** |",
        );
        check(
            goal,
            (100.0, 50.0, Some(100.0)),
            "| it | 0.50 (0.50–0.50) | 1.00 (1.00–1.00) | 0.50 | 2.00 (2.00–2.00) | **not the growth** |",
        );
    }

    #[test]
    fn what_has_no_small_tenant_has_no_growth() {
        check(
            Goal::AtLeast(5.0),
            (100.0, 600.0, None),
            "| it | 6.00 (6.00–6.00) | 5.00 | yes |",
        );
        check(
            Goal::Within(1.3),
            (100.0, 50.0, None),
            "| it | 2.00 (2.00–2.00) | 1.30 × slower | **no** |",
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
            Some("| it | – | 0.50 | not measured: there is no such thing |")
        );
        let failed = row(Trouble::Failed("500".to_owned()));
        assert_eq!(
            failed.as_deref(),
            Some("| it | – | 0.50 | **failed**: wrong answers |")
        );
    }
}
