//! `/admin/v1`: tenants and all that they have, for the operator; and people, for whomever the tenant's policies permit.

use rollcall_edge::admin;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_admin(request, async |ctx, request| {
        admin::handle(ctx, request).await
    })
    .await
}
