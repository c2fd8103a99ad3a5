//! `/Bulk`: many operations in one request.

use rollcall_edge::scim;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_with_passwords(request, async |ctx, request| {
        scim::bulk(ctx, request).await
    })
    .await
}
