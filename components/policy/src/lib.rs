//! `/access/v1`: decisions by a tenant's policies (AuthZEN), and the operator's side of them.

use std::rc::Rc;

use rollcall_edge::policy::{self, PolicyCache};
use rollcall_policy::CedarSet;
use rollcall_spin::{ErrorCode, Request, Response};

rollcall_spin::export!(handle);

thread_local! {
    /// The parsed policies of this instance, which serves many requests.
    static POLICIES: Rc<PolicyCache<CedarSet>> = Rc::default();
}

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    let policies = POLICIES.with(Rc::clone);
    rollcall_spin::serve_scim(request, async |ctx, request| {
        policy::handle(ctx, &policies, request).await
    })
    .await
}
