//! Places that are taken at once, of which all but one are for requests to come.
//!
//! Those are held for a while before they are spent, and meanwhile the bucket fills. So that a stretch of time does not see
//! them and what has come back in their place, a batch counts as taken when they can no longer be spent.

use crate::admission::{Admission, Ask};
use crate::gcra::Micros;

/// A batch is at most such a part of a limit …
const PART: u32 = 100;

/// … and so many places.
const MAX_PLACES: u32 = 128;

/// Places are held for such a part of the time in which a bucket fills …
const HOLD_PART: Micros = 10;

/// … and for so long at most.
const MAX_HOLD: Micros = 1_000_000;

/// How many places to take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Batch {
    /// In each bucket; at least one. When there are not so many, only the request's own is taken.
    pub places: u32,
    /// How many of them the request needs itself: one, or none when it has one already.
    pub own: u32,
    /// How long the others may be held.
    pub hold: Micros,
}

impl Batch {
    /// What a request needs itself.
    pub const ONE: Self = Self {
        places: 1,
        own: 1,
        hold: 0,
    };

    /// The largest for such requests: [`Self::ONE`] where a limit is small, or only asked about.
    #[must_use]
    pub fn largest(asks: &[Ask]) -> Self {
        let places = asks.iter().map(|ask| {
            let part = if ask.takes { ask.rate.count / PART } else { 1 };
            part.clamp(1, MAX_PLACES)
        });
        let holds = asks.iter().map(|ask| ask.bucket().full() / HOLD_PART);
        match places.min() {
            Some(places) if places > 1 => Self {
                places,
                own: 1,
                hold: holds.min().unwrap_or_default().min(MAX_HOLD),
            },
            _ => Self::ONE,
        }
    }

    /// How many places buckets with these debts give: all, while at least half of each is left then; or the request's own; or
    /// none.
    pub(crate) fn granted(self, asks: &[Ask], debts: &[Micros]) -> u32 {
        let grants = asks.iter().zip(debts).map(|(ask, debt)| {
            let bucket = ask.bucket();
            let is_plenty = 2 * self.debt(ask, *debt, self.places) <= bucket.full();
            match bucket.take(*debt).is_allowed {
                true if is_plenty => self.places,
                true => self.own,
                false => 0,
            }
        });
        grants.min().unwrap_or(self.places)
    }

    /// The debt of a bucket that has given so many.
    pub(crate) fn debt(self, ask: &Ask, debt: Micros, granted: u32) -> Micros {
        let from = if granted > self.own {
            debt.max(self.hold)
        } else {
            debt
        };
        from + ask.bucket().interval * u64::from(granted)
    }
}

/// What a limiter answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// How many places were taken in each bucket: as many as were to be, the request's own, or none.
    pub places: u32,
    /// The debt of each bucket as it was before.
    pub debts: Vec<Micros>,
}

impl Taken {
    /// What that means for the request.
    #[must_use]
    pub fn admission(&self, asks: &[Ask]) -> Admission {
        Admission::of(asks, &self.debts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::Policy;
    use crate::rate::Rate;

    fn ask(rate: &str) -> Ask {
        Ask {
            policy: Policy::Client,
            rate: Rate::parse(rate).unwrap().unwrap(),
            shards: 1,
            key: String::new(),
            takes: true,
        }
    }

    #[track_caller]
    fn check(rates: &[&str], places: u32, hold: Micros) {
        let asks: Vec<Ask> = rates.iter().map(|rate| ask(rate)).collect();
        assert_eq!(
            Batch::largest(&asks),
            Batch {
                places,
                own: 1,
                hold
            },
            "{rates:?}"
        );
    }

    #[test]
    fn the_smallest_limit_says_how_many_and_the_shortest_how_long() {
        check(&["5/1h"], 1, 0);
        check(&["199/1s"], 1, 0);
        check(&["200/1s"], 2, 100_000);
        check(&["100000/1s"], 128, 100_000);
        check(&["5000/1h"], 50, 1_000_000);
        check(&["5000/1h", "500/1s"], 5, 100_000);
        check(&["5000/1h", "5/1s"], 1, 0);
        check(&[], 1, 0);
    }

    #[test]
    fn what_is_only_asked_about_is_asked_each_time() {
        let peek = Ask {
            takes: false,
            ..ask("5000/1h")
        };
        assert_eq!(Batch::largest(&[ask("5000/1h"), peek]), Batch::ONE);
    }

    #[test]
    fn a_bucket_gives_many_while_it_is_half_full_and_then_one_until_it_is_empty() {
        let asks = [ask("1000/1s")];
        let batch = Batch {
            places: 10,
            own: 1,
            hold: 50_000,
        };
        let ahead = Batch { own: 0, ..batch };
        for (debt, places) in [
            (0, 10),
            (490_000, 10),
            (490_001, 1),
            (999_000, 1),
            (999_001, 0),
        ] {
            assert_eq!(batch.granted(&asks, &[debt]), places, "{debt}");
            let all_or_none = if places == 10 { 10 } else { 0 };
            assert_eq!(ahead.granted(&asks, &[debt]), all_or_none, "{debt}");
            assert_eq!(Batch::ONE.granted(&asks, &[debt]), places.min(1), "{debt}");
        }
        // They count as taken when they can no longer be spent; one is spent at once.
        assert_eq!(batch.debt(&asks[0], 0, 10), 60_000);
        assert_eq!(batch.debt(&asks[0], 55_000, 10), 65_000);
        assert_eq!(batch.debt(&asks[0], 0, 1), 1_000);
    }

    #[test]
    fn the_bucket_that_has_least_decides() {
        let asks = [ask("1000/1s"), ask("500/1s")];
        let batch = Batch::largest(&asks);
        assert_eq!(batch.granted(&asks, &[0, 0]), 5);
        assert_eq!(batch.granted(&asks, &[0, 600_000]), 1);
        assert_eq!(batch.granted(&asks, &[1_000_000, 600_000]), 0);
    }
}
