//! `/access/v1`: decisions by a tenant's policies (AuthZEN), and the operator's side of them.

use std::rc::Rc;

use rollcall_edge::policy::{self, PolicyCache};
use rollcall_policy::CedarSet;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

thread_local! {
    /// The parsed policies of this instance, which serves many requests.
    static POLICIES: Rc<PolicyCache<CedarSet>> = Rc::default();
}

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    let policies = POLICIES.with(Rc::clone);
    rollcall_spin::serve_scim(request, async |ctx, request| {
        policy::handle(ctx, &policies, request).await
    })
    .await
}
