//! The generic cell rate algorithm: a bucket whose whole state is one moment.
//!
//! That moment, the theoretical arrival time, is when the bucket would be full again. Each request moves it on by one
//! interval, and may not move it further away than the whole bucket. What is left of it, seen from now, is the *debt*:
//! all functions here take that, so that the clock whose moments are kept need not be the caller's.

/// Microseconds.
pub type Micros = u64;

/// How much a bucket holds, and how fast it fills.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bucket {
    /// The time in which one request's place comes back; at least one.
    pub interval: Micros,
    /// How many requests it lets through at once; at least one.
    pub burst: u32,
}

/// What a bucket says to one request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Decision {
    /// Whether there is room for it.
    pub is_allowed: bool,
    /// The debt afterwards: the new arrival time less now. A request that is refused leaves it as it is.
    pub debt: Micros,
}

impl Bucket {
    /// The time in which an empty bucket fills: the largest debt.
    #[must_use]
    pub fn full(self) -> Micros {
        self.interval * u64::from(self.burst)
    }

    /// The debt of an arrival time. It cannot exceed [`Self::full`], unless the clock was set back, or the limit is a
    /// smaller one than before: then it counts as that, so that nobody waits for what no longer holds.
    #[must_use]
    pub fn debt(self, arrival: Micros, now: Micros) -> Micros {
        arrival.saturating_sub(now).min(self.full())
    }

    /// Takes one request's place, if there is one.
    #[must_use]
    pub fn take(self, debt: Micros) -> Decision {
        let after = debt + self.interval;
        if after <= self.full() {
            Decision {
                is_allowed: true,
                debt: after,
            }
        } else {
            Decision {
                is_allowed: false,
                debt,
            }
        }
    }

    /// How many requests it would let through now.
    #[must_use]
    pub fn remaining(self, debt: Micros) -> u32 {
        let left = self.full().saturating_sub(debt) / self.interval;
        u32::try_from(left).unwrap_or(u32::MAX)
    }

    /// How long it is until it lets one through; zero when it does now.
    #[must_use]
    pub fn wait(self, debt: Micros) -> Micros {
        (debt + self.interval).saturating_sub(self.full())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEN_A_SECOND: Bucket = Bucket {
        interval: 100_000,
        burst: 10,
    };

    /// Takes at each of the moments, and says which were allowed.
    fn run(bucket: Bucket, moments: &[Micros]) -> Vec<bool> {
        let mut arrival = 0;
        let mut allowed = Vec::new();
        for now in moments {
            let decision = bucket.take(bucket.debt(arrival, *now));
            arrival = now + decision.debt;
            allowed.push(decision.is_allowed);
        }
        allowed
    }

    #[test]
    fn the_burst_passes_at_once_and_no_more() {
        let allowed = run(TEN_A_SECOND, &[5_000_000; 12]);
        assert_eq!(allowed.iter().filter(|allowed| **allowed).count(), 10);
        assert_eq!(allowed[10..], [false, false]);
    }

    #[test]
    fn a_place_comes_back_after_each_interval_and_not_before() {
        let mut moments = vec![0; 10];
        moments.extend([99_999, 100_000, 100_000, 200_000]);
        let allowed = run(TEN_A_SECOND, &moments);
        assert_eq!(allowed[10..], [false, true, false, true]);
    }

    #[test]
    fn what_remains_and_how_long_to_wait_follow_the_debt() {
        let bucket = TEN_A_SECOND;
        assert_eq!((bucket.remaining(0), bucket.wait(0)), (10, 0));
        assert_eq!((bucket.remaining(1), bucket.wait(1)), (9, 0));
        assert_eq!((bucket.remaining(900_000), bucket.wait(900_000)), (1, 0));
        assert_eq!((bucket.remaining(900_001), bucket.wait(900_001)), (0, 1));
        assert_eq!(
            (bucket.remaining(1_000_000), bucket.wait(1_000_000)),
            (0, 100_000)
        );
    }

    #[test]
    fn a_clock_that_was_set_back_costs_one_full_bucket_at_most() {
        assert_eq!(TEN_A_SECOND.debt(9_000_000_000, 5), 1_000_000);
        assert_eq!(TEN_A_SECOND.debt(5, 9_000_000_000), 0);
    }

    /// A bucket as one thinks of it: tokens, in parts of an interval, that come back one part a microsecond.
    struct Model {
        bucket: Bucket,
        parts: u64,
        at: Micros,
    }

    impl Model {
        fn take(&mut self, now: Micros) -> bool {
            let most = self.bucket.interval * u64::from(self.bucket.burst);
            self.parts = (self.parts + (now - self.at)).min(most);
            self.at = now;
            let is_allowed = self.parts >= self.bucket.interval;
            if is_allowed {
                self.parts -= self.bucket.interval;
            }
            is_allowed
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn it_is_a_token_bucket(
            interval in 1_u64..500,
            burst in 1_u32..20,
            gaps in prop::collection::vec(prop_oneof![Just(0), 0_u64..1_000], 1..100),
        ) {
            let bucket = Bucket { interval, burst };
            let mut model = Model { bucket, parts: bucket.full(), at: 0 };
            let (mut now, mut arrival) = (1_000, 0);
            for gap in gaps {
                now += gap;
                let debt = bucket.debt(arrival, now);
                let decision = bucket.take(debt);
                prop_assert_eq!(decision.is_allowed, model.take(now));
                prop_assert_eq!(decision.is_allowed, bucket.wait(debt) == 0);
                prop_assert_eq!(decision.is_allowed, bucket.remaining(debt) > 0);
                prop_assert_eq!(u64::from(bucket.remaining(decision.debt)), model.parts / interval);
                // Who waits as long as told is let in, and a moment earlier is too early.
                let wait = bucket.wait(debt);
                if wait > 0 {
                    prop_assert!(bucket.take(debt - wait).is_allowed);
                    prop_assert!(!bucket.take(debt - wait + 1).is_allowed);
                }
                arrival = now + decision.debt;
            }
        }

        #[test]
        fn no_stretch_of_time_sees_more_than_the_burst_and_what_came_back(
            interval in 1_u64..500,
            burst in 1_u32..20,
            gaps in prop::collection::vec(0_u64..300, 1..60),
        ) {
            let bucket = Bucket { interval, burst };
            let moments: Vec<Micros> = gaps.iter().scan(0, |now, gap| { *now += gap; Some(*now) }).collect();
            let allowed = run(bucket, &moments);
            let passed: Vec<Micros> = moments.iter().zip(&allowed).filter(|(_, a)| **a).map(|(m, _)| *m).collect();
            for (first, from) in passed.iter().enumerate() {
                for (last, to) in passed.iter().enumerate().skip(first) {
                    let most = u64::from(burst) + (to - from) / interval;
                    prop_assert!((last - first + 1) as u64 <= most);
                }
            }
        }
    }
}
