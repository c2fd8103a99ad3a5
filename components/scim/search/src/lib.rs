//! `/` and `/.search`: a query over all resource types.

use rollcall_edge::scim;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_scim(request, async |ctx, request| {
        scim::search(ctx, request).await
    })
    .await
}
