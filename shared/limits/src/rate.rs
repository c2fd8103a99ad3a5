//! Limits as operators write them: `1000/1s`, or `off`.

use std::fmt;

use thiserror::Error;

use crate::gcra::Bucket;

/// More than this a second is no limit: the bucket's interval would not be exact in microseconds.
const MAX_A_SECOND: u32 = 100_000;

/// The longest period: a day.
const MAX_PERIOD_SECS: u32 = 24 * 60 * 60;

/// So many requests in so much time. As many pass at once, when none have come for that time; later ones pass one by
/// one, as their places come back.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// The period.
    pub period_secs: u32,
}

/// Why a text is no [`Rate`].
#[derive(Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no limit: write a number and a period, such as 1000/1s, 600/10m or 5000/1h, or `off`; at most 100000 a second, over a day at most"
)]
pub struct NotARate(String);

impl Rate {
    /// Reads a limit; `off` is none.
    ///
    /// # Errors
    /// [`NotARate`].
    pub fn parse(text: &str) -> Result<Option<Self>, NotARate> {
        if text == "off" {
            return Ok(None);
        }
        Self::read(text)
            .map(Some)
            .ok_or_else(|| NotARate(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let (count, period) = text.split_once('/')?;
        let unit = period.chars().next_back()?;
        let unit_secs = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => MAX_PERIOD_SECS,
            _ => return None,
        };
        let period_secs = number(&period[..period.len() - 1])?.checked_mul(unit_secs)?;
        let count = number(count)?;
        let fits = (1..=MAX_PERIOD_SECS).contains(&period_secs)
            && count >= 1
            && count.div_ceil(period_secs) <= MAX_A_SECOND;
        fits.then_some(Self { count, period_secs })
    }

    /// The bucket for it, or for one of `shards` equal parts of it.
    #[must_use]
    pub fn bucket(self, shards: u32) -> Bucket {
        let shards = shards.max(1);
        let period = u64::from(self.period_secs) * 1_000_000;
        let count = u64::from(self.count.max(1));
        // To the nearest microsecond.
        let interval = (period * u64::from(shards) + count / 2) / count;
        Bucket {
            interval: interval.max(1),
            burst: (self.count / shards).max(1),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}s", self.count, self.period_secs)
    }
}

/// Digits alone: no sign.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_limits() {
        for (text, count, period_secs) in [
            ("1000/1s", 1000, 1),
            ("1/1d", 1, 86_400),
            ("600/10m", 600, 600),
            ("5000/1h", 5000, 3600),
            ("100000/1s", 100_000, 1),
        ] {
            let rate = Rate { count, period_secs };
            assert_eq!(Rate::parse(text), Ok(Some(rate)), "{text}");
            assert_eq!(Rate::parse(&rate.to_string()), Ok(Some(rate)), "{text}");
        }
        assert_eq!(Rate::parse("off"), Ok(None));
    }

    #[test]
    fn err_limits() {
        for text in [
            "",
            "10",
            "10/",
            "/1s",
            "10/s",
            "0/1s",
            "10/0s",
            "10/1w",
            "10/2d",
            "-1/1s",
            "+1/1s",
            "1.5/1s",
            "10/1s ",
            "100001/1s",
            "Off",
            "10/1s/1s",
            "99999999999/1s",
            "10/1é",
            "é/1s",
        ] {
            assert_eq!(Rate::parse(text), Err(NotARate(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn the_parts_of_a_bucket_are_never_more_than_the_whole() {
        for (text, shards, interval, burst) in [
            ("10/1s", 1, 100_000, 10),
            ("7/1s", 1, 142_857, 7),
            ("1000/1s", 8, 8_000, 125),
            ("1001/1s", 8, 7_992, 125),
            ("3/1s", 8, 2_666_667, 1),
            ("100000/1s", 1, 10, 100_000),
        ] {
            let rate = Rate::parse(text).unwrap().unwrap();
            assert_eq!(rate.bucket(shards), Bucket { interval, burst }, "{text}");
        }
    }
}
