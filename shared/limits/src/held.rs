//! Places that an instance has taken before it needs them, so many and no more.

use std::collections::{HashMap, VecDeque};

use crate::admission::{Admission, Ask};
use crate::batch::{Batch, Taken};
use crate::gcra::Micros;

/// For how many kinds of requests places are held.
const MAX_KINDS: usize = 256;

/// Clocks may be cut to milliseconds.
const CLOCK: Micros = 1_000;

/// How many are taken at first …
const FIRST: u32 = 8;

/// … and how many times as many as were spent, where those were fewer.
const GROWTH: u32 = 4;

/// More are taken when so many are left, or an eighth of them if that is less: for those who come before the answer.
const RESERVE: u32 = 4;

/// What tells requests that need the same places from others: a hash of all that their buckets are named by.
pub type Kind = u64;

/// Places held for the requests that need the same ones. How many are taken follows from what has come of the
/// last: [`FIRST`], then as many as there may be when so many were spent in time, and else as many as were. They come from
/// buckets that are at least half full, so that those which are lost keep nobody out.
#[derive(Debug, Default)]
pub struct Held(HashMap<Kind, Places>);

/// A place that was held.
#[derive(Debug, PartialEq)]
pub struct Spent {
    /// What its request is told.
    pub admission: Admission,
    /// Whether to take more now, before the last ones are spent.
    pub wants_more: bool,
}

#[derive(Debug)]
struct Places {
    /// The oldest first; at least one.
    lots: VecDeque<Lot>,
    /// What the last answer was about, its time, and what the debts were then.
    asks: Vec<Ask>,
    at: Micros,
    debts: Vec<Micros>,
    /// How many were spent since.
    spent: u32,
}

/// Places that were taken together.
#[derive(Debug)]
struct Lot {
    /// How many there were.
    taken: u32,
    /// How many there still are.
    left: u32,
    /// From when on they are held, and when those that are left are lost.
    at: Micros,
    until: Micros,
    /// Whether more have been asked for.
    is_followed: bool,
}

impl Lot {
    fn is_in_time(&self, now: Micros) -> bool {
        // A clock that was set back to before it must not make it longer.
        (self.at..self.until).contains(&now)
    }

    fn has_any(&self, now: Micros) -> bool {
        self.left > 0 && self.is_in_time(now)
    }

    fn has_few(&self) -> bool {
        self.taken >= FIRST && self.left <= RESERVE.min(self.taken / 8)
    }

    /// How many to take next. This is the one that they follow: of those that come before the answer, none takes as many
    /// again.
    fn follow(&mut self, now: Micros) -> u32 {
        let is_first = !std::mem::replace(&mut self.is_followed, true);
        let spent = self.taken - self.left;
        match self.is_in_time(now) {
            false => spent,
            true if !is_first => FIRST,
            true if self.taken >= FIRST => u32::MAX,
            true => GROWTH * spent,
        }
    }
}

impl Places {
    /// Lets go of what can't be spent any more. The newest lot says how many to take next.
    fn tidy(&mut self, now: Micros) {
        while self.lots.len() > 1 && self.lots.front().is_some_and(|lot| !lot.has_any(now)) {
            self.lots.pop_front();
        }
    }

    /// Spends one, and says what that leaves.
    fn spend(&mut self, now: Micros) -> Option<Spent> {
        self.tidy(now);
        let is_last = self.lots.len() == 1;
        let lot = self.lots.front_mut().filter(|lot| lot.has_any(now))?;
        lot.left -= 1;
        let wants_more = is_last && !lot.is_followed && lot.has_few();
        let (before, since) = (u64::from(self.spent), now.saturating_sub(self.at));
        let debts = self.asks.iter().zip(&self.debts).map(|(ask, debt)| {
            let bucket = ask.bucket();
            let debt = (debt + bucket.interval * before).saturating_sub(since);
            // The place is paid for, whatever others have taken meanwhile.
            debt.min(bucket.full() - bucket.interval)
        });
        let debts: Vec<_> = debts.collect();
        self.spent += 1;
        Some(Spent {
            admission: Admission::of(&self.asks, &debts),
            wants_more,
        })
    }
}

impl Held {
    /// Spends a place that is held for such requests; none when there is none.
    pub fn spend(&mut self, kind: Kind, now: Micros) -> Option<Spent> {
        self.0.get_mut(&kind)?.spend(now)
    }

    /// How many places to take next, which is about to be done: all or none for a request that `has_one`.
    pub fn next(&mut self, kind: Kind, asks: &[Ask], has_one: bool, now: Micros) -> Batch {
        let largest = Batch::largest(asks);
        let newest = self.0.get_mut(&kind).and_then(|it| it.lots.back_mut());
        let next = newest.map_or(FIRST, |lot| lot.follow(now));
        Batch {
            places: next.clamp(1, largest.places),
            own: u32::from(!has_one),
            ..largest
        }
    }

    /// Keeps what was taken, but for the place of the request itself. The time is that before it was asked for.
    pub fn keep(&mut self, kind: Kind, asks: Vec<Ask>, batch: Batch, taken: Taken, now: Micros) {
        if taken.places == 0 || batch.hold <= CLOCK {
            return;
        }
        let lot = Lot {
            taken: taken.places,
            left: taken.places - batch.own,
            at: now,
            until: now.saturating_add(batch.hold - CLOCK),
            is_followed: false,
        };
        if self.0.len() >= MAX_KINDS && !self.0.contains_key(&kind) {
            self.make_room(now);
        }
        let kept = self.0.remove(&kind);
        let mut lots = kept.map(|it| it.lots).unwrap_or_default();
        lots.push_back(lot);
        let mut places = Places {
            lots,
            asks,
            at: now,
            debts: taken.debts,
            spent: batch.own,
        };
        places.tidy(now);
        self.0.insert(kind, places);
    }

    fn make_room(&mut self, now: Micros) {
        let is_of_use = |it: &Places| it.lots.iter().any(|lot| lot.has_any(now));
        self.0.retain(|_, places| is_of_use(places));
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
            let spent = held.spend(kind, now);
            if let Some(spent) = &spent
                && !spent.wants_more
            {
                return spent.admission.clone();
            }
            let batch = held.next(kind, asks, spent.is_some(), now);
            self.calls += 1;
            let taken = self.buckets.take(asks, batch, now);
            self.taken += taken.places;
            let admission = taken.admission(asks);
            held.keep(kind, asks.to_vec(), batch, taken, now);
            spent.map_or(admission, |spent| spent.admission)
        }
    }

    #[test]
    fn who_asks_all_the_time_soon_needs_hardly_a_call() {
        let mut world = World::new(1);
        let asks = [ask("a", "100000/1s")];
        for request in 0..1000 {
            assert!(world.ask(0, 0, &asks, request * 100).is_allowed());
        }
        // 8, and then 128 each time.
        assert_eq!((world.calls, world.taken), (1 + 8, 8 + 8 * 128));
    }

    #[test]
    fn who_asks_once_or_twice_now_and_then_takes_hardly_more_than_it_needs() {
        let mut world = World::new(1);
        let asks = [ask("a", "5000/1h")];
        for visit in 0..100 {
            for request in 0..=visit % 2 {
                let now = visit * 2_500_000 + request * 500_000;
                assert!(world.ask(0, 0, &asks, now).is_allowed());
            }
        }
        // 8 at first; then 1 and 4 by who asks twice, and 1 by who asks once.
        assert_eq!((world.calls, world.taken), (150, FIRST + 50 * 5 + 49));
    }

    #[test]
    fn what_is_taken_ahead_leaves_the_lower_half_to_those_who_ask() {
        let mut world = World::new(1);
        let asks = [ask("a", "1000/1h")];
        let passed = (0..2000).filter(|_| world.ask(0, 0, &asks, 0).is_allowed());
        let passed = u32::try_from(passed.count()).unwrap();
        assert_eq!(passed, world.taken);
        // The hold counts for one of them.
        assert_eq!(passed, 999);
    }

    #[test]
    fn who_asks_now_and_then_takes_no_more_than_it_needs() {
        let mut world = World::new(1);
        let asks = [ask("a", "5000/1h")];
        for request in 0..100 {
            assert!(world.ask(0, 0, &asks, request * 1_000_000).is_allowed());
        }
        assert_eq!((world.calls, world.taken), (100, FIRST + 99));
    }

    #[test]
    fn what_is_left_is_told_as_though_each_had_asked() {
        let mut world = World::new(1);
        let asks = [ask("a", "1000/1s")];
        for left in (990..1000).rev() {
            let told = world.ask(0, 0, &asks, 0).fields().unwrap().1;
            // Until the surcharge of a second batch shows.
            if left >= 993 {
                assert_eq!(told, format!("\"client\";r={left};t=1"));
            }
        }
        assert_eq!(world.calls, 2);
    }

    #[test]
    fn one_takes_more_before_the_last_ones_are_spent_and_the_others_spend_those() {
        let asks = [ask("a", "100000/1s")];
        let mut held = Held::default();
        let taken = |places| Taken {
            places,
            debts: vec![0],
        };
        let batch = Batch::largest(&asks);
        held.keep(0, asks.to_vec(), batch, taken(128), 0);
        let spend = |held: &mut Held| held.spend(0, 0).map(|spent| spent.wants_more);
        for _ in 1..123 {
            assert_eq!(spend(&mut held), Some(false));
        }
        assert_eq!(spend(&mut held), Some(true));
        let ahead = held.next(0, &asks, true, 0);
        assert_eq!((ahead.places, ahead.own), (128, 0));
        for _ in 0..4 {
            assert_eq!(spend(&mut held), Some(false));
        }
        // Those that come when nothing is left take a few for themselves.
        assert_eq!(spend(&mut held), None);
        assert_eq!(held.next(0, &asks, false, 0).places, FIRST);
        // The first has its own place: all that it took is for others.
        held.keep(0, asks.to_vec(), ahead, taken(128), 0);
        held.keep(0, asks.to_vec(), batch, taken(FIRST), 0);
        let spent = (0..1000).take_while(|_| spend(&mut held).is_some());
        assert_eq!(spent.count(), 128 + 7);
    }

    #[test]
    fn those_that_others_took_at_the_same_time_are_spent_too_each_in_its_time() {
        let asks = [ask("a", "1000/1s")];
        let mut held = Held::default();
        let taken = |places| Taken {
            places,
            debts: vec![0],
        };
        let batches = [0, 1].map(|_| held.next(0, &asks, false, 0));
        assert_eq!(batches.map(|batch| batch.places), [FIRST, FIRST]);
        for (batch, at) in batches.into_iter().zip([0, 10_000]) {
            held.keep(0, asks.to_vec(), batch, taken(batch.places), at);
        }
        for _ in 0..7 {
            assert!(held.spend(0, 98_000).is_some());
        }
        for _ in 0..5 {
            assert!(held.spend(0, 108_000).is_some());
        }
        assert!(held.spend(0, 109_000).is_none());
        // Not all were spent in time.
        assert_eq!(held.next(0, &asks, false, 109_000).places, 6);
    }

    #[test]
    fn they_are_lost_after_a_while_and_when_the_clock_is_set_back() {
        for (later, is_held) in [
            (999, false),
            (1_000, true),
            (99_999, true),
            (100_000, false),
        ] {
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
        /// of time sees more. And none takes the most that it may before it has spent what it took first.
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
            prop_assert!(world.taken <= FIRST * passed + 50 * passed / (FIRST - 1), "{} of {}", passed, world.taken);
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
