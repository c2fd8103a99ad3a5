//! What PUT and PATCH have in common: a new state made from the current one, and no update lost between the two.

use rollcall_core::{JsonObject, Resource, ResourceType, ScimError};
use rollcall_store::{Access, Database, Operation, StoreError};

use super::secret::without_secrets;
use super::{IfMatch, get, taken};
use crate::ctx::Ctx;
use crate::error::scim_error;

/// How often a change is made anew because another one came between. Each round that fails is another request's
/// success, so only a crowd of more than this many simultaneous writers of one resource could exhaust it.
const ATTEMPTS: usize = 64;

/// Loads the resource, makes its new attributes with `change`, and writes them if they differ. When another write came
/// between, all of that is done again with what that write left.
pub(super) async fn update<D: Database>(
    ctx: &Ctx<D>,
    access: &Access,
    resource_type: &ResourceType,
    id: &str,
    if_match: &IfMatch,
    operation: Operation,
    change: impl Fn(&Resource) -> Result<JsonObject, ScimError>,
) -> Result<Resource, ScimError> {
    for _ in 0..ATTEMPTS {
        let old = get(ctx, access, resource_type, id).await?;
        if_match.check(&old)?;
        let attributes = without_secrets(change(&old)?, resource_type);
        // RFC 7644 §3.5.2.1: "If the value already exists, no changes SHOULD be made to the resource"
        if attributes == old.attributes {
            return Ok(old);
        }
        let new = Resource {
            id: old.id.clone(),
            version: old.version + 1,
            created: old.created,
            modified: ctx.now(),
            attributes,
        };
        let store = ctx.store().await.map_err(scim_error)?;
        match store
            .update(access, resource_type, operation, &old, &new)
            .await
        {
            Ok(()) => return Ok(new),
            Err(StoreError::PreconditionFailed) => {}
            Err(StoreError::Conflict) => return Err(taken(&new.attributes, resource_type)),
            Err(error) => return Err(scim_error(error)),
        }
    }
    Err(ScimError::conflict(
        "too many simultaneous changes of this resource: send the request again",
    ))
}
