//! A limit that cannot be made to forget: for failed authentications.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::gcra::{Bucket, Micros};

/// How many buckets each of the two rows has.
const SLOTS: u64 = 2048;

/// Failures, counted in a fixed number of buckets: a key has one in each of two rows, and is refused while both are
/// empty. Others may share a bucket with it, but hardly both. So nobody gets more tries than the limit says, however
/// many keys there are; when there are very many, the innocent are refused, too, for a while.
#[derive(Debug)]
pub struct Failures {
    seed: u64,
    /// Arrival times; there are none before the first failure.
    arrivals: Vec<Micros>,
}

impl Failures {
    /// None yet. An unpredictable `seed` keeps strangers from choosing whose buckets they share.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            arrivals: Vec::new(),
        }
    }

    /// The debt of a key: that of the fuller one of its buckets.
    #[must_use]
    pub fn debt(&self, bucket: Bucket, key: &str, now: Micros) -> Micros {
        if self.arrivals.is_empty() {
            return 0;
        }
        let debts = self.slots(key).map(|slot| {
            let arrival = self.arrivals.get(slot).copied().unwrap_or_default();
            bucket.debt(arrival, now)
        });
        debts.into_iter().min().unwrap_or_default()
    }

    /// Counts a failure.
    pub fn count(&mut self, bucket: Bucket, key: &str, now: Micros) {
        // One that is empty stays so.
        self.change(key, |arrival| {
            let debt = bucket.debt(arrival, now) + bucket.interval;
            now.saturating_add(debt.min(bucket.full()))
        });
    }

    /// Notes the debt of a key that was counted elsewhere; what is known of it already is not forgotten.
    pub fn owe(&mut self, key: &str, debt: Micros, now: Micros) {
        self.change(key, |arrival| arrival.max(now.saturating_add(debt)));
    }

    fn change(&mut self, key: &str, moved: impl Fn(Micros) -> Micros) {
        let slots = self.slots(key);
        if self.arrivals.is_empty() {
            self.arrivals = (0..2 * SLOTS).map(|_| 0).collect();
        }
        for slot in slots {
            if let Some(arrival) = self.arrivals.get_mut(slot) {
                *arrival = moved(*arrival);
            }
        }
    }

    fn slots(&self, key: &str) -> [usize; 2] {
        [0, 1].map(|row: u64| {
            let mut hasher = DefaultHasher::new();
            (self.seed, row, key).hash(&mut hasher);
            let slot = row * SLOTS + hasher.finish() % SLOTS;
            usize::try_from(slot).unwrap_or_default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate::Rate;

    fn bucket() -> Bucket {
        Rate::parse("5/1m").unwrap().unwrap().bucket(1)
    }

    fn is_refused(failures: &Failures, key: &str, now: Micros) -> bool {
        bucket().wait(failures.debt(bucket(), key, now)) > 0
    }

    #[test]
    fn the_limit_holds_and_the_places_come_back() {
        let mut failures = Failures::new(1);
        for _ in 0..5 {
            assert!(!is_refused(&failures, "a", 0));
            failures.count(bucket(), "a", 0);
        }
        assert!(is_refused(&failures, "a", 0));
        assert!(is_refused(&failures, "a", 11_999_999));
        assert!(!is_refused(&failures, "a", 12_000_000));
        assert!(!is_refused(&failures, "b", 0));
    }

    #[test]
    fn who_goes_on_failing_waits_no_longer_than_one_who_stops() {
        let mut failures = Failures::new(1);
        for _ in 0..1000 {
            failures.count(bucket(), "a", 0);
        }
        assert!(!is_refused(&failures, "a", 12_000_000));
    }

    #[test]
    fn what_was_counted_elsewhere_holds_here_and_takes_nothing_back() {
        let mut failures = Failures::new(1);
        failures.owe("a", 12_000_000, 0);
        assert_eq!(failures.debt(bucket(), "a", 2_000_000), 10_000_000);
        failures.owe("a", 60_000_000, 0);
        failures.owe("a", 12_000_000, 0);
        assert!(is_refused(&failures, "a", 11_999_999));
        assert!(!is_refused(&failures, "a", 12_000_000));
        assert!(!is_refused(&failures, "b", 0));
    }

    #[test]
    fn no_flood_of_other_keys_makes_it_forget() {
        let mut failures = Failures::new(7);
        for _ in 0..5 {
            failures.count(bucket(), "victim", 0);
        }
        for stranger in 0..100_000 {
            failures.count(bucket(), &format!("stranger-{stranger}"), 0);
        }
        assert!(is_refused(&failures, "victim", 0));
    }

    #[test]
    fn a_hundred_who_are_refused_hardly_touch_the_others() {
        let mut failures = Failures::new(42);
        for stranger in 0..100 {
            for _ in 0..5 {
                failures.count(bucket(), &format!("stranger-{stranger}"), 0);
            }
        }
        let touched = (0..1000).filter(|n| is_refused(&failures, &format!("other-{n}"), 0));
        assert!(touched.count() < 20);
    }
}
