//! Replacing a resource with PUT (RFC 7644 §3.5.1).

use rollcall_core::{JsonObject, Mode, Resource, ResourceType, ScimError, accept};
use rollcall_store::{Access, Database, Operation};

use super::IfMatch;
use super::update::update;
use crate::ctx::Ctx;

/// Puts what the client sent in the place of the resource's attributes; read-only ones stay.
///
/// # Errors
/// 400 when the body is not a valid resource of the type or would change an immutable attribute, 401, 404, 409
/// `uniqueness`, 412.
pub async fn replace<D: Database>(
    ctx: &Ctx<D>,
    access: &Access,
    resource_type: &ResourceType,
    id: &str,
    if_match: &IfMatch,
    body: JsonObject,
) -> Result<Resource, ScimError> {
    let new = accept(body, resource_type, Mode::Compat)?;
    let change = |old: &Resource| rollcall_core::replace(old, new.clone(), resource_type);
    update(
        ctx,
        access,
        resource_type,
        id,
        if_match,
        Operation::Replace,
        change,
    )
    .await
}
