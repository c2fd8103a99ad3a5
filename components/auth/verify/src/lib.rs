//! Access tokens that were sent to resources of our own, for the components behind those alone.

use rollcall_edge::auth;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_with_chores(request, async |ctx, request| {
        auth::verify(ctx, request).await
    })
    .await
}
