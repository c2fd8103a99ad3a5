//! The change log.

use rollcall_store::{Change, Database};

use super::AdminError;
use super::tenants::{in_tenant, parse};
use crate::ctx::Ctx;

/// How many entries a page has when the operator doesn't say, and at the most.
const MAX_ENTRIES: u32 = 1000;

/// The entries of a tenant's change log after the one with the number `after`, the oldest first.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn changes<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    after: i64,
    count: Option<u32>,
) -> Result<Vec<Change>, AdminError> {
    super::tenant(ctx, tenant).await?;
    let store = ctx.store().await.map_err(AdminError::Store)?;
    let limit = count.unwrap_or(MAX_ENTRIES).min(MAX_ENTRIES);
    store
        .changes(&parse(tenant)?, after, limit)
        .await
        .map_err(|error| in_tenant(error, tenant))
}
