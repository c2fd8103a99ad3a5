//! The calendar, from the year 1 on: dates and the days since the Unix epoch.
//!
//! By hand, since a library for it takes a twentieth of a component; the tests compare with one.

/// Days from the first day of the year 1 to the Unix epoch.
const EPOCH: i64 = 719_162;

const YEAR: i64 = 365;
const FOUR_YEARS: i64 = 4 * YEAR + 1;
/// The hundredth year has no leap day …
const CENTURY: i64 = 25 * FOUR_YEARS - 1;
/// … unless it is a four hundredth.
const FOUR_CENTURIES: i64 = 4 * CENTURY + 1;

/// A day of the Gregorian calendar, reckoned back to the year 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

impl Date {
    /// The days from the Unix epoch to this day; `None` for a day that there is not.
    pub fn days(self) -> Option<i64> {
        let Self { year, month, day } = self;
        let is_one = year >= 1 && (1..=12).contains(&month);
        (is_one && (1..=days_of(year, month)).contains(&day)).then_some(())?;
        let before = year - 1;
        let years = before * YEAR + before / 4 - before / 100 + before / 400;
        let months: i64 = (1..month).map(|month| days_of(year, month)).sum();
        Some(years + months + day - 1 - EPOCH)
    }

    /// The day so many days after the Unix epoch, which is not before the year 1.
    pub fn of(days: i64) -> Self {
        let rest = days + EPOCH;
        let (four_centuries, rest) = (rest / FOUR_CENTURIES, rest % FOUR_CENTURIES);
        // The last day of a leap year is one more than whole years have.
        let centuries = (rest / CENTURY).min(3);
        let rest = rest - centuries * CENTURY;
        let (four_years, rest) = (rest / FOUR_YEARS, rest % FOUR_YEARS);
        let years = (rest / YEAR).min(3);
        let mut day = rest - years * YEAR + 1;
        let year = 400 * four_centuries + 100 * centuries + 4 * four_years + years + 1;
        let mut month = 1;
        while day > days_of(year, month) {
            day -= days_of(year, month);
            month += 1;
        }
        Self { year, month, day }
    }
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_thousand_years_is_where_a_library_has_it() {
        let mut expected = jiff::civil::date(1, 1, 1);
        for days in -EPOCH.. {
            let date = Date {
                year: expected.year().into(),
                month: expected.month().into(),
                day: expected.day().into(),
            };
            assert_eq!(date.days(), Some(days), "{expected}");
            assert_eq!(Date::of(days), date, "{expected}");
            match expected.tomorrow() {
                Ok(next) => expected = next,
                Err(_) => break,
            }
        }
        assert_eq!(expected, jiff::civil::date(9999, 12, 31));
        assert_eq!(Date::of(0).days(), Some(0));
    }

    #[test]
    fn err_days_that_there_are_not() {
        for (year, month, day) in [
            (0, 1, 1),
            (2026, 0, 1),
            (2026, 13, 1),
            (2026, 1, 0),
            (2026, 4, 31),
            (2026, 2, 29),
            (1900, 2, 29),
            (2000, 2, 30),
        ] {
            assert_eq!(Date { year, month, day }.days(), None);
        }
    }
}
