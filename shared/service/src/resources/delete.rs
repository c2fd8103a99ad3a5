//! Deleting a resource (RFC 7644 §3.6).

use rollcall_core::{ResourceType, ScimError};
use rollcall_store::{Access, Database, StoreError};

use super::{IfMatch, get, no_such};
use crate::ctx::Ctx;
use crate::error::scim_error;

/// Deletes a resource.
///
/// # Errors
/// 401, 404, 412.
pub async fn delete<D: Database>(
    ctx: &Ctx<D>,
    access: &Access,
    resource_type: &ResourceType,
    id: &str,
    if_match: &IfMatch,
) -> Result<(), ScimError> {
    let expected = match if_match {
        IfMatch::Any => None,
        IfMatch::OneOf(_) => {
            let resource = get(ctx, access, resource_type, id).await?;
            if_match.check(&resource)?;
            Some(resource.version)
        }
    };
    let store = ctx.store().await.map_err(scim_error)?;
    store
        .delete(access, resource_type, id, expected, ctx.now())
        .await
        .map_err(|error| match error {
            StoreError::NotFound => no_such(resource_type, id),
            error => scim_error(error),
        })
}
