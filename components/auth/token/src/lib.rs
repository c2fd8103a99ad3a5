//! `/oauth/token`: tokens for clients.

use rollcall_edge::auth;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_with_fetch(request, async |ctx, request| {
        auth::token(ctx, request).await
    })
    .await
}
