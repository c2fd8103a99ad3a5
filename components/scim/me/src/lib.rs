//! `/Me`: the person behind the token.

use rollcall_edge::scim;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_scim(request, async |ctx, request| scim::me(ctx, request).await).await
}
