//! `/oauth/revoke`: tokens that clients give back.

use rollcall_edge::auth;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_with_fetch(request, async |ctx, request| {
        auth::revoke(ctx, request).await
    })
    .await
}
