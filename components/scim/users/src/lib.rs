//! `/Users`: the people of a tenant.

use std::sync::LazyLock;

use rollcall_core::ResourceType;
use rollcall_edge::scim;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

static USER: LazyLock<ResourceType> = LazyLock::new(ResourceType::user);

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve_with_passwords(request, async |ctx, request| {
        scim::resources(ctx, &USER, request).await
    })
    .await
}
