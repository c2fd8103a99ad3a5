//! The time of day, from WASI.

use rollcall_core::Timestamp;
use rollcall_service::Clock;

/// The host's clock.
pub(crate) struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let now = wasi::clocks::wall_clock::now();
        let millis = now
            .seconds
            .saturating_mul(1000)
            .saturating_add(u64::from(now.nanoseconds / 1_000_000));
        Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}
