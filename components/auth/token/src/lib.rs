//! `/oauth/token`: tokens for clients.

use rollcall_edge::auth;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_with_fetch(request, async |ctx, request| {
        auth::token(ctx, request).await
    })
    .await
}
