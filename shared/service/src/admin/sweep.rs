//! Forgetting what has expired.

use rollcall_store::Database;

use super::AdminError;
use crate::ctx::Ctx;

/// How many batches are swept in one call: it answers in a moment, however much there is.
const MAX_BATCHES: usize = 20;

/// Forgets what has expired of all tenants, and says whether there may be more.
///
/// # Errors
/// [`AdminError::Store`].
pub async fn sweep<D: Database>(ctx: &Ctx<D>) -> Result<bool, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    for _ in 0..MAX_BATCHES {
        if !store.sweep(ctx.now()).await.map_err(AdminError::Store)? {
            return Ok(false);
        }
    }
    Ok(true)
}
