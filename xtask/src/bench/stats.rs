//! What is told of several rounds.

/// The middle of some numbers, the lowest and the highest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) lowest: f64,
    pub(super) highest: f64,
}

impl Spread {
    /// Nothing without numbers, or if one of them is none, as after a division by zero.
    pub(super) fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<_> = numbers.into_iter().collect();
        if !sorted.iter().all(|number| number.is_finite()) {
            return None;
        }
        sorted.sort_by(f64::total_cmp);
        let (lowest, highest) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Some(Self {
            median,
            lowest,
            highest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(numbers: &[f64], expected: Option<(f64, f64, f64)>) {
        let spread = Spread::of(numbers.iter().copied());
        assert_eq!(spread.map(|s| (s.lowest, s.median, s.highest)), expected);
    }

    #[test]
    fn the_median_is_in_the_middle() {
        check(&[], None);
        check(&[2.0], Some((2.0, 2.0, 2.0)));
        check(&[3.0, 1.0], Some((1.0, 2.0, 3.0)));
        check(&[9.0, 1.0, 2.0], Some((1.0, 2.0, 9.0)));
        check(&[4.0, 1.0, 3.0, 2.0], Some((1.0, 2.5, 4.0)));
    }

    #[test]
    fn what_is_no_number_has_no_median() {
        check(&[1.0, f64::INFINITY], None);
        check(&[f64::NAN], None);
    }
}
