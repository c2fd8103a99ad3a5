//! Reading a resource (RFC 7644 §3.4.1).

use rollcall_core::{Resource, ResourceType, ScimError};
use rollcall_store::{Access, Database};

use super::no_such;
use crate::ctx::Ctx;
use crate::error::scim_error;

/// Reads a resource.
///
/// # Errors
/// 401, 404.
pub async fn get<D: Database>(
    ctx: &Ctx<D>,
    access: &Access,
    resource_type: &ResourceType,
    id: &str,
) -> Result<Resource, ScimError> {
    let store = ctx.store().await.map_err(scim_error)?;
    let found = store
        .get(access, resource_type, id, ctx.now())
        .await
        .map_err(scim_error)?;
    found.ok_or_else(|| no_such(resource_type, id))
}
