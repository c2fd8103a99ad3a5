//! `/oauth/register`: clients that register and manage themselves.

use rollcall_edge::auth;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_with_chores(request, async |ctx, request| {
        auth::register(ctx, request).await
    })
    .await
}
