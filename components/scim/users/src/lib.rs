//! `/Users`: the people of a tenant.

use rollcall_edge::scim;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_with_passwords(request, async |ctx, request| {
        scim::resources(ctx, request).await
    })
    .await
}
