//! Forgetting what has expired, now and then, after an answer.

use std::cell::Cell;

use rollcall_store::Database;

use crate::ctx::Ctx;

/// One in so many answers is followed by a sweep. Instances come and go, so none can keep a timetable.
const ANSWERS: u8 = u8::MAX;

/// How many answers an instance still gives before it sweeps; `None` before its first.
#[derive(Default)]
pub(crate) struct Sweeper(Cell<Option<u8>>);

/// Whether to [`sweep`] after this answer.
pub fn is_sweep_due<D: Database>(ctx: &Ctx<D>) -> bool {
    let left = &ctx.sweeper.0;
    // Not all instances that start together sweep together.
    let now = left.get().unwrap_or_else(|| ctx.random::<1>()[0]);
    left.set(Some(now.checked_sub(1).unwrap_or(ANSWERS)));
    now == 0
}

/// Forgets a little of what has expired. A failure is logged: the next sweep does it.
pub async fn sweep<D: Database>(ctx: &Ctx<D>) {
    let swept = match ctx.store().await {
        Ok(store) => store.sweep(ctx.now()).await,
        Err(error) => Err(error),
    };
    if let Err(error) = swept {
        eprintln!("nothing is swept: {error}");
    }
}
