//! Time and randomness, which come in from outside so that tests can fix them.

use rollcall_core::Timestamp;

/// The time of day.
pub trait Clock {
    /// Now, in UTC, cut to the milliseconds that are shown on the wire.
    fn now(&self) -> Timestamp;
}

/// A source of unpredictable bytes, fit for secrets.
pub trait Random {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}
