//! A circuit breaker: what keeps failing is left alone for a while.

use crate::gcra::Micros;

/// After so many failures in a row …
const FAILURES: u32 = 3;

/// … nothing is tried for so long. Then one more failure is enough.
const PAUSE: Micros = 5_000_000;

/// Whether something that fails now and then is worth a try.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    until: Micros,
}

impl Breaker {
    /// Whether to try.
    #[must_use]
    pub fn is_closed(&self, now: Micros) -> bool {
        // A clock that was set back must not make the pause longer.
        now >= self.until || self.until - now > PAUSE
    }

    /// It worked.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// It failed. Whether the pause begins now.
    pub fn failed(&mut self, now: Micros) -> bool {
        self.failures = (self.failures + 1).min(FAILURES);
        let opens = self.failures == FAILURES && self.is_closed(now);
        if opens {
            self.until = now.saturating_add(PAUSE);
        }
        opens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_failures_in_a_row_begin_a_pause() {
        let mut breaker = Breaker::default();
        assert!(!breaker.failed(0));
        assert!(!breaker.failed(0));
        breaker.succeeded();
        assert!(!breaker.failed(0));
        assert!(!breaker.failed(0));
        assert!(breaker.is_closed(0));
        assert!(breaker.failed(0));
        assert!(!breaker.is_closed(PAUSE - 1));
        assert!(breaker.is_closed(PAUSE));
    }

    #[test]
    fn after_a_pause_one_failure_is_enough_and_one_success_ends_it() {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            breaker.failed(0);
        }
        assert!(breaker.failed(PAUSE));
        assert!(!breaker.is_closed(PAUSE + 1));
        breaker.succeeded();
        assert!(breaker.is_closed(PAUSE + 1));
        assert!(!breaker.failed(PAUSE + 1));
    }

    #[test]
    fn failures_of_what_was_under_way_do_not_make_the_pause_longer() {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            breaker.failed(0);
        }
        assert!(!breaker.failed(PAUSE - 1));
        assert!(breaker.is_closed(PAUSE));
    }

    #[test]
    fn a_clock_that_was_set_back_ends_the_pause() {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            breaker.failed(10 * PAUSE);
        }
        assert!(breaker.is_closed(0));
    }
}
