//! Modifying a resource with PATCH (RFC 7644 §3.5.2).

use rollcall_core::{JsonObject, Mode, PatchRequest, Resource, ResourceType, ScimError};
use rollcall_store::{Access, Database, Operation};

use super::IfMatch;
use super::update::update;
use crate::ctx::Ctx;

/// Applies all of the request's operations, or none of them.
///
/// # Errors
/// 400 when an operation is malformed or cannot be applied, 401, 404, 409 `uniqueness`, 412.
pub async fn patch<D: Database>(
    ctx: &Ctx<D>,
    access: &Access,
    resource_type: &ResourceType,
    id: &str,
    if_match: &IfMatch,
    body: JsonObject,
) -> Result<Resource, ScimError> {
    let request = PatchRequest::parse(body, Mode::Compat)?;
    let change = |old: &Resource| {
        rollcall_core::apply(old, &request.operations, resource_type, Mode::Compat)
    };
    update(
        ctx,
        access,
        resource_type,
        id,
        if_match,
        Operation::Patch,
        change,
    )
    .await
}
