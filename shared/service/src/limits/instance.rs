//! The limiter that needs nobody: each instance counts for itself.

use std::cell::RefCell;
use std::future::ready;

use rollcall_limits::{Ask, Batch, Buckets, Micros, Taken};

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
        batch: Batch,
        now: Micros,
    ) -> Answer<'a, Result<Taken, LimiterError>> {
        Box::pin(ready(Ok(self.0.borrow_mut().take(asks, batch, now))))
    }
}
