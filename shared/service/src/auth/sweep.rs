//! Forgetting what has expired, now and then, after an answer.

use std::cell::Cell;

use rollcall_store::{Database, StoreError};

use crate::ctx::Ctx;

/// One in so many answers is followed by a sweep. Instances come and go, so none can keep a timetable.
const ANSWERS: u16 = 1024;

/// How many batches are swept at once, if there is so much: more than so many answers can have made, each of which may use
/// up two things that are good for one use, a client assertion and a proof of possession.
const MAX_BATCHES: usize = 5;

/// How many answers an instance still gives before it sweeps; `None` before its first.
#[derive(Default)]
pub(crate) struct Sweeper(Cell<Option<u16>>);

/// Whether to [`sweep`] after this answer.
pub fn is_sweep_due<D: Database>(ctx: &Ctx<D>) -> bool {
    let left = &ctx.sweeper.0;
    // Not all instances that start together sweep together.
    let now = left
        .get()
        .unwrap_or_else(|| u16::from_le_bytes(ctx.random()) % ANSWERS);
    left.set(Some(now.checked_sub(1).unwrap_or(ANSWERS - 1)));
    now == 0
}

/// Forgets a little of what has expired. A failure is logged: the next sweep does it.
pub async fn sweep<D: Database>(ctx: &Ctx<D>) {
    if let Err(error) = batches(ctx).await {
        eprintln!("nothing is swept: {error}");
    }
}

async fn batches<D: Database>(ctx: &Ctx<D>) -> Result<(), StoreError> {
    let store = ctx.store().await?;
    for _ in 0..MAX_BATCHES {
        if !store.sweep(ctx.now()).await? {
            break;
        }
    }
    Ok(())
}
