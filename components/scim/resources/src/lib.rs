//! The resource types that a tenant has defined for itself, each under its own endpoint. It also answers for whatever
//! else is asked under `/scim/v2`, so that a client gets a SCIM error there, too.

use rollcall_edge::scim;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_scim(request, async |ctx, request| {
        scim::resources(ctx, request).await
    })
    .await
}
