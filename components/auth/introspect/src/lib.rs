//! `/oauth/introspect`: what is known of a token.

use rollcall_edge::auth;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_with_fetch(request, async |ctx, request| {
        auth::introspect(ctx, request).await
    })
    .await
}
