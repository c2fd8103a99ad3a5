//! `/oauth/jwks`: the public keys of a tenant.

use rollcall_edge::auth;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_with_chores(request, async |ctx, request| auth::jwks(ctx, request).await)
        .await
}
