//! Revocation of all that was issued to a client, or for a person.

use rollcall_core::excerpt;
use rollcall_store::auth::Actor;
use rollcall_store::{Administrator, Database, StoreError};

use super::AdminError;
use super::clients::in_client;
use super::tenants::parse;
use crate::ctx::Ctx;

/// Revokes all that was issued to a client, which may go on.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn revoke_client<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    id: &str,
) -> Result<(), AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .revoke_all_of_client(&parse(tenant)?, Actor::Admin, id, ctx.now())
        .await
        .map_err(|error| in_client(error, tenant, id))
}

/// Revokes all that was issued for a person, who may go on.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn revoke_person<D: Database>(
    ctx: &Ctx<D>,
    by: Administrator<'_>,
    id: &str,
) -> Result<(), AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .revoke_all_of_person(by, id, ctx.now())
        .await
        .map_err(|error| match error {
            StoreError::NotFound => AdminError::NotFound(format!(
                "tenant `{}` has no user with the id `{}`",
                by.tenant(),
                excerpt(id)
            )),
            error => AdminError::Store(error),
        })
}
