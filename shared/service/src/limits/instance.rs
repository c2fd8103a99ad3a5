//! The limiter that needs nobody: each instance counts for itself.

use std::cell::RefCell;
use std::future::ready;

use rollcall_limits::{Admission, Ask, Buckets, Micros};

use crate::ports::{Answer, Limiter, LimiterError};

/// Buckets in the memory of the instance.
#[derive(Default)]
pub(super) struct InstanceLimiter(RefCell<Buckets>);

impl Limiter for InstanceLimiter {
    fn shards(&self) -> u32 {
        1
    }

    fn take<'a>(
        &'a self,
        asks: &'a [Ask],
        now: Micros,
    ) -> Answer<'a, Result<Admission, LimiterError>> {
        Box::pin(ready(Ok(self.0.borrow_mut().take(asks, now))))
    }
}
