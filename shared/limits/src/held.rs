//! Places that an instance has taken before it needs them, so many and no more.

use std::collections::HashMap;

use crate::admission::{Admission, Ask};
use crate::batch::{Batch, Taken};
use crate::gcra::Micros;

/// For how many kinds of requests places are held.
const MAX_KINDS: usize = 256;

/// Clocks may be cut to milliseconds.
const CLOCK: Micros = 1_000;

/// How many times as many are taken when all were spent in time.
const GROWTH: u32 = 4;

/// What tells requests that need the same places from others: a hash of all that their buckets are named by.
pub type Kind = u64;

/// Places held for the requests that need the same ones. How many are taken follows from how many were spent: one at
/// first, [`GROWTH`] times as many each time when all are spent in time, and else as many as were. They come from buckets
/// that are at least half full, so that those which are lost keep nobody out.
#[derive(Debug, Default)]
pub struct Held(HashMap<Kind, Places>);

#[derive(Debug)]
struct Places {
    /// Where they were taken.
    asks: Vec<Ask>,
    /// How many there were.
    taken: u32,
    /// How many there still are.
    left: u32,
    /// The time of the last answer, and what the debts were then.
    at: Micros,
    debts: Vec<Micros>,
    /// How many were spent since.
    spent: u32,
    /// When those that are left are lost.
    until: Micros,
}

impl Places {
    fn are_good(&self, now: Micros) -> bool {
        // A clock that was set back must not make it longer.
        (self.at..self.until).contains(&now)
    }

    /// Spends one, and says what that leaves.
    fn spend(&mut self, now: Micros) -> Option<Admission> {
        if !self.are_good(now) {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        let spent = u64::from(self.spent);
        let debts = self.asks.iter().zip(&self.debts).map(|(ask, debt)| {
            let bucket = ask.bucket();
            let debt = (debt + bucket.interval * spent).saturating_sub(now - self.at);
            // The place is paid for, whatever others have taken meanwhile.
            debt.min(bucket.full() - bucket.interval)
        });
        let debts: Vec<_> = debts.collect();
        self.spent += 1;
        Some(Admission::of(&self.asks, &debts))
    }

    /// How many to take next.
    fn next(&self, now: Micros) -> u32 {
        let spent = self.taken - self.left;
        if self.are_good(now) {
            GROWTH * spent
        } else {
            spent
        }
    }
}

impl Held {
    /// Spends a place that is held for such requests; none when there is none.
    pub fn spend(&mut self, kind: Kind, now: Micros) -> Option<Admission> {
        self.0.get_mut(&kind)?.spend(now)
    }

    /// How many places to take next.
    pub fn next(&mut self, kind: Kind, asks: &[Ask], now: Micros) -> Batch {
        let largest = Batch::largest(asks);
        // Gone, so that of those that come before the answer none takes as many again.
        let next = self.0.remove(&kind).map_or(1, |places| places.next(now));
        Batch {
            places: next.clamp(1, largest.places),
            ..largest
        }
    }

    /// Keeps what was taken, but for the place of the request itself. The time is that before it was asked for.
    pub fn keep(&mut self, kind: Kind, asks: Vec<Ask>, batch: Batch, taken: Taken, now: Micros) {
        let Some(left) = taken.places.checked_sub(1) else {
            return;
        };
        if batch.hold <= CLOCK {
            return;
        }
        let mut places = Places {
            asks,
            taken: taken.places,
            left,
            at: now,
            debts: taken.debts,
            spent: 1,
            until: now.saturating_add(batch.hold - CLOCK),
        };
        if let Some(others) = self.0.get(&kind).filter(|others| others.are_good(now)) {
            places.taken = places.taken.saturating_add(others.taken);
            places.left = places.left.saturating_add(others.left);
            places.until = places.until.min(others.until);
        } else if self.0.len() >= MAX_KINDS {
            self.make_room(now);
        }
        self.0.insert(kind, places);
    }

    fn make_room(&mut self, now: Micros) {
        self.0
            .retain(|_, places| places.left > 0 && places.are_good(now));
        if self.0.len() >= MAX_KINDS {
            self.0.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::admission::Policy;
    use crate::buckets::Buckets;
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

    /// Instances, what they share, and what has come of it.
    struct World {
        buckets: Buckets,
        instances: Vec<Held>,
        calls: usize,
        taken: u32,
    }

    impl World {
        fn new(instances: usize) -> Self {
            Self {
                buckets: Buckets::default(),
                instances: (0..instances).map(|_| Held::default()).collect(),
                calls: 0,
                taken: 0,
            }
        }

        fn ask(&mut self, instance: usize, kind: Kind, asks: &[Ask], now: Micros) -> Admission {
            let held = &mut self.instances[instance];
            if let Some(admission) = held.spend(kind, now) {
                return admission;
            }
            let batch = held.next(kind, asks, now);
            self.calls += 1;
            let taken = self.buckets.take(asks, batch, now);
            self.taken += taken.places;
            let admission = taken.admission(asks);
            held.keep(kind, asks.to_vec(), batch, taken, now);
            admission
        }
    }

    #[test]
    fn who_asks_all_the_time_soon_needs_hardly_a_call() {
        let mut world = World::new(1);
        let asks = [ask("a", "100000/1s")];
        for request in 0..1000 {
            assert!(world.ask(0, 0, &asks, request * 500).is_allowed());
        }
        // 1, 4, 16, and then 64 each time.
        assert_eq!(world.calls, 3 + 16);
    }

    #[test]
    fn who_asks_now_and_then_takes_no_more_than_it_needs() {
        let mut world = World::new(1);
        let asks = [ask("a", "5000/1h")];
        for request in 0..100 {
            assert!(world.ask(0, 0, &asks, request * 1_000_000).is_allowed());
        }
        assert_eq!((world.calls, world.taken), (100, 100));
    }

    #[test]
    fn what_is_left_is_told_as_though_each_had_asked() {
        let mut world = World::new(1);
        let asks = [ask("a", "1000/1s")];
        for left in (990..1000).rev() {
            let told = world.ask(0, 0, &asks, 0).fields().unwrap().1;
            // Until the surcharge of a second batch shows.
            if left >= 997 {
                assert_eq!(told, format!("\"client\";r={left};t=1"));
            }
        }
        assert!(world.calls < 10);
    }

    #[test]
    fn those_that_others_took_at_the_same_time_are_spent_too() {
        let asks = [ask("a", "1000/1s")];
        let mut held = Held::default();
        let taken = |places| Taken {
            places,
            debts: vec![0],
        };
        let mut batches = [0, 1].map(|_| held.next(0, &asks, 0));
        assert_eq!(batches.map(|batch| batch.places), [1, 1]);
        for batch in batches {
            held.keep(0, asks.to_vec(), batch, taken(1), 0);
        }
        batches = [0, 1].map(|_| held.next(0, &asks, 0));
        assert_eq!(batches.map(|batch| batch.places), [8, 1]);
        for batch in batches {
            held.keep(0, asks.to_vec(), batch, taken(batch.places), 0);
        }
        for _ in 0..7 {
            assert!(held.spend(0, 0).is_some());
        }
        assert!(held.spend(0, 0).is_none());
        assert_eq!(held.next(0, &asks, 0).places, 10);
    }

    #[test]
    fn they_are_lost_after_a_while_and_when_the_clock_is_set_back() {
        for (later, is_held) in [(999, false), (1_000, true), (49_999, true), (50_000, false)] {
            let mut held = Held::default();
            let asks = [ask("a", "1000/1s")];
            let batch = Batch::largest(&asks);
            let taken = Taken {
                places: 10,
                debts: vec![0],
            };
            held.keep(0, asks.to_vec(), batch, taken, 1_000);
            assert_eq!(held.spend(0, later).is_some(), is_held, "{later}");
        }
    }

    #[test]
    fn it_never_holds_more_kinds_than_it_may() {
        let mut world = World::new(1);
        for stranger in 0..10 * MAX_KINDS {
            for _ in 0..2 {
                let asks = [ask(&stranger.to_string(), "1000/1s")];
                assert!(world.ask(0, stranger as Kind, &asks, 0).is_allowed());
                assert!(world.instances[0].0.len() <= MAX_KINDS);
            }
        }
    }

    const RATES: [&str; 4] = ["400/1s", "1000/1s", "250/2s", "5000/1h"];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        /// What all instances let in together is what buckets that were asked each time would have let in, too: no stretch
        /// of time sees more. And none takes more places than it may, for those that it spends.
        #[test]
        fn all_instances_together_let_in_no_more_than_the_buckets_would(
            rates in prop::collection::vec(0..RATES.len(), 1..=2),
            requests in prop::collection::vec(
                (0_usize..16, 0_usize..2, prop_oneof![400 => Just(0), 100 => 0_u64..3_000, 1 => 0_u64..2_000_000]),
                1..1500,
            ),
        ) {
            let mut world = World::new(16);
            let mut exact = Buckets::default();
            let mut passed = 0;
            let mut now = 1_000_000;
            for (instance, client, gap) in requests {
                now += gap;
                let name = |number: usize| match number {
                    0 => "all".to_owned(),
                    _ => format!("client-{client}"),
                };
                let asks: Vec<Ask> = rates.iter().enumerate().map(|(number, rate)| ask(&name(number), RATES[*rate])).collect();
                let kind = if asks.len() > 1 { client as Kind } else { 0 };
                if world.ask(instance, kind, &asks, now).is_allowed() {
                    passed += 1;
                    prop_assert_eq!(exact.take(&asks, Batch::ONE, now).places, 1);
                }
            }
            prop_assert!(world.taken <= GROWTH * passed, "{} of {}", passed, world.taken);
        }

        #[test]
        fn small_limits_are_exact(
            count in 1_u32..200,
            requests in prop::collection::vec((0_usize..3, 0_u64..100_000), 1..400),
        ) {
            let mut world = World::new(3);
            let mut exact = Buckets::default();
            let mut now = 0;
            let asks = [ask("small", &format!("{count}/10s")), ask("large", "100000/1s")];
            for (instance, gap) in requests {
                now += gap;
                let expected = exact.take(&asks, Batch::ONE, now).admission(&asks);
                prop_assert_eq!(world.ask(instance, 0, &asks, now), expected);
            }
        }
    }
}
