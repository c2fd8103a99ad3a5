//! `/admin/v1`: tenants and their provisioning tokens, for the operator.

use rollcall_edge::admin;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_with_chores(request, async |ctx, request| {
        admin::handle(ctx, request).await
    })
    .await
}
