//! `/health/live` and `/health/ready`, for load balancers and orchestrators.

use rollcall_edge::health;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve(request, async |ctx, request| {
        health::handle(ctx, request).await
    })
    .await
}
