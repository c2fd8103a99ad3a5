//! `/admin/v1`: tenants and all that they have, for the operator; and people, for whomever the tenant's policies permit.

use rollcall_edge::admin;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_admin(request, async |ctx, request| {
        admin::handle(ctx, request).await
    })
    .await
}
