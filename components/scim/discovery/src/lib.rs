//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas`: what the service can do.

use rollcall_edge::scim;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_scim(request, async |ctx, request| {
        scim::discovery(ctx, request).await
    })
    .await
}
