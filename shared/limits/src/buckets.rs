//! Buckets in memory, so many and no more.

use std::collections::HashMap;

use crate::admission::Ask;
use crate::batch::{Batch, Taken};
use crate::gcra::Micros;

/// How many buckets are kept.
const MAX_BUCKETS: usize = 4096;

/// Buckets by their keys. One that is full need not be kept. When there are too many that aren't, those that are the
/// nearest to it are forgotten, and start as full ones again.
#[derive(Debug)]
pub struct Buckets {
    arrivals: HashMap<String, Micros>,
    max: usize,
}

impl Default for Buckets {
    fn default() -> Self {
        Self::holding(MAX_BUCKETS)
    }
}

impl Buckets {
    fn holding(max: usize) -> Self {
        Self {
            arrivals: HashMap::new(),
            max,
        }
    }

    /// Takes all places that a request needs, or none.
    pub fn take(&mut self, asks: &[Ask], batch: Batch, now: Micros) -> Taken {
        let debts: Vec<Micros> = asks.iter().map(|ask| self.debt(ask, now)).collect();
        let places = batch.granted(asks, &debts);
        if places > 0 {
            for (ask, debt) in asks.iter().zip(&debts).filter(|(ask, _)| ask.takes) {
                let arrival = now.saturating_add(batch.debt(ask, *debt, places));
                self.keep(&ask.key, arrival, now);
            }
        }
        Taken { places, debts }
    }

    fn debt(&self, ask: &Ask, now: Micros) -> Micros {
        let arrival = self.arrivals.get(&ask.key).copied().unwrap_or_default();
        ask.bucket().debt(arrival, now)
    }

    fn keep(&mut self, key: &str, arrival: Micros, now: Micros) {
        if let Some(kept) = self.arrivals.get_mut(key) {
            *kept = arrival;
            return;
        }
        if self.arrivals.len() >= self.max {
            self.make_room(now);
        }
        self.arrivals.insert(key.to_owned(), arrival);
    }

    /// Forgets the full ones, and at least half of all.
    fn make_room(&mut self, now: Micros) {
        self.arrivals.retain(|_, arrival| *arrival > now);
        let half = self.max / 2;
        if self.arrivals.len() > half {
            let mut arrivals: Vec<Micros> = self.arrivals.values().copied().collect();
            let excess = arrivals.len() - half;
            let (_, newest_to_go, _) = arrivals.select_nth_unstable(excess - 1);
            let newest_to_go = *newest_to_go;
            self.arrivals.retain(|_, arrival| *arrival > newest_to_go);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::Policy;
    use crate::rate::Rate;

    fn ask(key: &str, rate: &str) -> Ask {
        Ask {
            policy: Policy::Client,
            rate: Rate::parse(rate).unwrap().unwrap(),
            shards: 1,
            key: key.to_owned(),
            takes: true,
        }
    }

    #[test]
    fn one_bucket_that_is_empty_saves_the_others() {
        let mut buckets = Buckets::default();
        let both = [ask("a", "2/1h"), ask("b", "1/1h")];
        assert_eq!(buckets.take(&both, Batch::ONE, 0).places, 1);
        assert_eq!(buckets.take(&both, Batch::ONE, 0).places, 0);
        assert_eq!(buckets.take(&[ask("a", "2/1h")], Batch::ONE, 0).places, 1);
        assert_eq!(buckets.take(&[ask("a", "2/1h")], Batch::ONE, 0).places, 0);
    }

    #[test]
    fn it_never_holds_more_than_it_may_and_forgets_the_fullest_first() {
        let mut buckets = Buckets::holding(8);
        let now = 1_000_000;
        // Empty, so it would be the last to go.
        for _ in 0..5 {
            assert_eq!(
                buckets.take(&[ask("busy", "5/1h")], Batch::ONE, now).places,
                1
            );
        }
        for stranger in 0..100 {
            let one = ask(&format!("s{stranger}"), "100/1h");
            assert_eq!(buckets.take(&[one], Batch::ONE, now).places, 1);
            assert!(buckets.arrivals.len() <= 8);
        }
        assert_eq!(
            buckets.take(&[ask("busy", "5/1h")], Batch::ONE, now).places,
            0
        );
    }

    #[test]
    fn full_buckets_go_first() {
        let mut buckets = Buckets::holding(4);
        for key in ["a", "b", "c"] {
            buckets.take(&[ask(key, "1/1s")], Batch::ONE, 0);
        }
        buckets.take(&[ask("d", "1/1h")], Batch::ONE, 0);
        buckets.take(&[ask("e", "1/1h")], Batch::ONE, 2_000_000);
        let mut keys: Vec<_> = buckets.arrivals.keys().cloned().collect();
        keys.sort();
        assert_eq!(keys, ["d", "e"]);
    }

    #[test]
    fn who_only_asks_leaves_no_trace() {
        let mut buckets = Buckets::default();
        let mut peek = ask("a", "1/1h");
        peek.takes = false;
        assert_eq!(buckets.take(&[peek], Batch::ONE, 0).places, 1);
        assert!(buckets.arrivals.is_empty());
    }
}
