//! `/oauth/register`: clients that register and manage themselves.

use rollcall_edge::auth;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_with_chores(request, async |ctx, request| {
        auth::register(ctx, request).await
    })
    .await
}
