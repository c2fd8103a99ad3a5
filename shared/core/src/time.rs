//! Instants, as SCIM writes and compares them.
//!
//! [RFC 7643 §2.3.5](https://www.rfc-editor.org/rfc/rfc7643#section-2.3.5)

use std::fmt;

use crate::calendar::Date;

/// Microseconds since the Unix epoch, between the years 1 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The first and the last microsecond of those years. Clients write the last second for "never".
const RANGE: (i64, i64) = (-62_135_596_800_000_000, 253_402_300_799_999_999);

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;

impl Timestamp {
    /// Reads an xsd:dateTime: `2026-01-02T03:04:05.678Z`, with any offset; none means UTC.
    ///
    /// > The attribute value MUST be encoded as a valid xsd:dateTime … and MUST include both a date
    /// > and a time.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (civil, offset) = split_offset(text)?;
        has_shape(civil).then_some(())?;
        let part = |from, to| civil.get(from..to)?.parse::<i64>().ok();
        let date = Date {
            year: part(0, 4)?,
            month: part(5, 7)?,
            day: part(8, 10)?,
        };
        let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
        (hour <= 23 && minute <= 59 && second <= 60).then_some(())?;
        // A leap second is none of its own.
        let seconds = (hour * 60 + minute) * 60 + second.min(59);
        let fraction = civil.get(20..).unwrap_or_default();
        let fraction = format!("{fraction:0<6}").get(..6)?.parse::<i64>().ok()?;
        let micros = date.days()? * DAY + seconds * SECOND + fraction - offset * 60 * SECOND;
        (RANGE.0..=RANGE.1)
            .contains(&micros)
            .then_some(Self(micros))
    }

    /// From milliseconds since the Unix epoch; what lies outside the calendar is brought into it.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self::from_micros(millis.saturating_mul(1000))
    }

    /// From microseconds since the Unix epoch; what lies outside the calendar is brought into it.
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(RANGE.0, RANGE.1))
    }

    /// From seconds since the Unix epoch; what lies outside the calendar is brought into it.
    #[must_use]
    pub fn from_secs(secs: i64) -> Self {
        Self::from_micros(secs.saturating_mul(1_000_000))
    }

    /// Whole seconds since the Unix epoch.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Date { year, month, day } = Date::of(self.0.div_euclid(DAY));
        let millis = self.0.rem_euclid(DAY) / 1000;
        let (seconds, millis) = (millis / 1000, millis % 1000);
        let (minutes, second) = (seconds / 60, seconds % 60);
        let (hour, minute) = (minutes / 60, minutes % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

/// Splits `…Z`, `…+hh:mm` or nothing off the end; the offset is in minutes.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(civil) = text.strip_suffix(['Z', 'z']) {
        return Some((civil, 0));
    }
    let Some((civil, offset)) = text
        .len()
        .checked_sub(6)
        .and_then(|at| text.split_at_checked(at))
    else {
        return Some((text, 0));
    };
    let sign = match offset.bytes().next() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Some((text, 0)),
    };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours <= 14 && minutes <= 59).then_some((civil, sign * (hours * 60 + minutes)))
}

fn two_digits(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// `dddd-dd-ddTdd:dd:dd`, then perhaps `.` and one to nine digits.
fn has_shape(civil: &str) -> bool {
    let shape = b"0000-00-00T00:00:00";
    let (head, fraction) = match civil.as_bytes().split_at_checked(shape.len()) {
        Some(parts) => parts,
        None => return false,
    };
    let head_fits = head
        .iter()
        .zip(shape)
        .all(|(byte, expected)| match expected {
            b'0' => byte.is_ascii_digit(),
            b'T' => matches!(byte, b'T' | b't'),
            _ => byte == expected,
        });
    let fraction_fits = match fraction.split_first() {
        None => true,
        Some((b'.', digits)) => {
            (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
        }
        Some(_) => false,
    };
    head_fits && fraction_fits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let printed = Timestamp::parse(text).map(|at| at.to_string());
        assert_eq!(printed.as_deref(), expected, "{text}");
    }

    #[test]
    fn ok_every_offset_and_fraction() {
        check("2008-01-23T04:56:22Z", Some("2008-01-23T04:56:22.000Z"));
        check("2026-01-02T03:04:05.678Z", Some("2026-01-02T03:04:05.678Z"));
        check(
            "2026-01-02T03:04:05.678999Z",
            Some("2026-01-02T03:04:05.678Z"),
        );
        check("2026-01-02T03:04:05", Some("2026-01-02T03:04:05.000Z"));
        check(
            "2026-01-02T03:04:05+02:00",
            Some("2026-01-02T01:04:05.000Z"),
        );
        check(
            "2026-01-02T00:30:00-09:30",
            Some("2026-01-02T10:00:00.000Z"),
        );
        check("2026-01-02t03:04:05z", Some("2026-01-02T03:04:05.000Z"));
        check(
            "1969-12-31T23:59:59.9999Z",
            Some("1969-12-31T23:59:59.999Z"),
        );
    }

    #[test]
    fn ok_the_first_and_the_last_second() {
        check("0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00.000Z"));
        check("9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59.000Z"));
        check(
            "9999-12-31T23:59:59.999999999Z",
            Some("9999-12-31T23:59:59.999Z"),
        );
    }

    #[test]
    fn err_not_a_date_and_a_time() {
        for text in [
            "",
            "Z",
            "2026-01-02",
            "2026-01-02T03:04Z",
            "2026-01-02 03:04:05Z",
            "2026-13-02T03:04:05Z",
            "2026-02-30T03:04:05Z",
            "2026-01-02T25:04:05Z",
            "2026-01-02T03:04:05+2:00",
            "20260102T030405Z",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05+99:00",
            "2026-01-02T03:04:05Z[UTC]",
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "２026-01-02T03:04:05Z",
            "2026-01-02T03:04:0é",
            "+02:00",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn ok_a_leap_second_is_the_one_before() {
        check("2016-12-31T23:59:60.5Z", Some("2016-12-31T23:59:59.500Z"));
        check("2016-12-31T23:59:61Z", None);
    }

    proptest! {
        /// What a library for times makes of the same moments.
        #[test]
        fn they_are_read_and_written_as_elsewhere(micros in RANGE.0..=RANGE.1, digits in 1..=9_usize) {
            let at = Timestamp(micros);
            let elsewhere = jiff::Timestamp::from_microsecond(micros);
            // It ends some hours before the last year does.
            prop_assume!(elsewhere.is_ok());
            let elsewhere = elsewhere.unwrap();
            prop_assert_eq!(at.to_string(), format!("{elsewhere:.3}"));
            let text = format!("{elsewhere:.9}");
            let text = format!("{}Z", &text[..20 + digits]);
            let read = text.parse::<jiff::Timestamp>().unwrap();
            let micros = read.as_nanosecond().div_euclid(1000);
            prop_assert_eq!(Timestamp::parse(&text).map(|at| i128::from(at.0)), Some(micros));
        }
    }

    #[test]
    fn millis_round_trip_and_never_leave_the_calendar() {
        assert_eq!(
            Timestamp::from_millis(1_767_323_045_678).as_millis(),
            1_767_323_045_678
        );
        assert_eq!(
            Timestamp::from_millis(-1).to_string(),
            "1969-12-31T23:59:59.999Z"
        );
        assert_eq!(
            Timestamp::from_millis(i64::MIN).to_string(),
            "0001-01-01T00:00:00.000Z"
        );
        assert_eq!(
            Timestamp::from_millis(i64::MAX).to_string(),
            "9999-12-31T23:59:59.999Z"
        );
        assert_eq!(
            Timestamp::parse("2026-01-02T03:04:05.6789Z")
                .unwrap()
                .as_micros(),
            1_767_323_045_678_900
        );
    }
}
