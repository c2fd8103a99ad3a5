//! What a caller may do before any use case: have its token checked, and ask whether the service is there.

use rollcall_core::ScimError;
use rollcall_store::{Access, Database, StoreError};

use crate::ctx::Ctx;
use crate::error::scim_error;

/// Checks the caller's token alone. The use cases need no such check: each has its own, in the statement that does the
/// work.
///
/// # Errors
/// 401; 500 when the store fails.
pub async fn authenticate<D: Database>(ctx: &Ctx<D>, access: &Access) -> Result<(), ScimError> {
    let store = ctx.store().await.map_err(scim_error)?;
    store
        .authenticate(access, ctx.now())
        .await
        .map_err(scim_error)
}

/// Whether the store answers.
///
/// # Errors
/// [`StoreError::Backend`] when it doesn't.
pub async fn ready<D: Database>(ctx: &Ctx<D>) -> Result<(), StoreError> {
    ctx.store().await?.ping().await
}
