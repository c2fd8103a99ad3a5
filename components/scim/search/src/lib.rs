//! `/` and `/.search`: a query over all resource types.

use rollcall_edge::scim;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_scim(request, async |ctx, request| {
        scim::search(ctx, request).await
    })
    .await
}
