//! Creating a resource (RFC 7644 §3.3).

use rollcall_core::{JsonObject, Mode, Resource, ResourceType, ScimError, accept};
use rollcall_store::{Access, Database, StoreError};

use super::secret::without_secrets;
use super::taken;
use crate::ctx::Ctx;
use crate::error::scim_error;

/// Creates a resource from what the client sent.
///
/// # Errors
/// 400 when the body is not a valid resource of the type, 401, 409 `uniqueness`.
pub async fn create<D: Database>(
    ctx: &Ctx<D>,
    access: &Access,
    resource_type: &ResourceType,
    body: JsonObject,
) -> Result<Resource, ScimError> {
    let attributes = without_secrets(accept(body, resource_type, Mode::Compat)?, resource_type);
    let now = ctx.now();
    let resource = Resource {
        id: ctx.new_id(now),
        version: 1,
        created: now,
        modified: now,
        attributes,
    };
    let store = ctx.store().await.map_err(scim_error)?;
    match store.create(access, resource_type, &resource).await {
        Ok(()) => Ok(resource),
        Err(StoreError::Conflict) => Err(taken(&resource.attributes, resource_type)),
        Err(error) => Err(scim_error(error)),
    }
}
