//! `/oauth/revoke`: tokens that clients give back.

use rollcall_edge::auth;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_with_fetch(request, async |ctx, request| {
        auth::revoke(ctx, request).await
    })
    .await
}
