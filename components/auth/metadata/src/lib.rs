//! `/.well-known/…`: what an issuer says of itself.

use rollcall_edge::auth;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_with_chores(request, async |ctx, request| {
        auth::metadata(ctx, request).await
    })
    .await
}
