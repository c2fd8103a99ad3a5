//! `/Groups`: the groups of a tenant, and who is in them.

use rollcall_edge::scim;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_scim(request, async |ctx, request| {
        scim::resources(ctx, request).await
    })
    .await
}
