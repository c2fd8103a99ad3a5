//! Access tokens that were sent to resources of our own, for the components behind those alone.

use rollcall_edge::auth;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_with_chores(request, async |ctx, request| {
        auth::verify(ctx, request).await
    })
    .await
}
