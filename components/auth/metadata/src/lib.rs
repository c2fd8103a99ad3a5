//! `/.well-known/…`: what an issuer says of itself.

use rollcall_edge::auth;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_with_chores(request, async |ctx, request| {
        auth::metadata(ctx, request).await
    })
    .await
}
