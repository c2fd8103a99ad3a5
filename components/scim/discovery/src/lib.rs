//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas`: what the service can do. It also answers for whatever
//! else is asked under `/scim/v2`, so that a client gets a SCIM error there, too.

use std::sync::LazyLock;

use rollcall_core::ResourceType;
use rollcall_edge::scim;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

/// The resource types that a component serves.
static SERVED: LazyLock<[ResourceType; 1]> = LazyLock::new(|| [ResourceType::user()]);

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    rollcall_spin::serve(request, async |ctx, request| {
        scim::discovery(ctx, &*SERVED, request).await
    })
    .await
}
