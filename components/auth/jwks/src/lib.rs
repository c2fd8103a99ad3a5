//! `/oauth/jwks`: the public keys of a tenant.

use rollcall_edge::auth;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_with_chores(request, async |ctx, request| auth::jwks(ctx, request).await)
        .await
}
