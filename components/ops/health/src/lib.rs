//! `/health/live` and `/health/ready`, for load balancers and orchestrators.

use rollcall_edge::health;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve(request, async |ctx, request| {
        health::handle(ctx, request).await
    })
    .await
}
