//! Decisions by policies: the OpenID AuthZEN Authorization API 1.0 under `/access/v1`, its metadata, and the operator's
//! side of it under `/admin/v1/tenants/{tenant}/policies`.
//!
//! [Authorization API 1.0](https://openid.net/specs/authorization-api-1_0.html)

mod access;
mod address;
mod admin;
mod enforce;
mod metadata;
mod refusal;
mod request;
mod response;

use bytes::Bytes;
use http::{HeaderName, Request};
use http_body::Body;
use rollcall_core::policy::PolicySet;
pub use rollcall_service::policy::PolicyCache;
use rollcall_service::{Ctx, Database};

use crate::admin::limited;
use crate::respond::FullResponse;
use address::{Address, Endpoint};
use refusal::Refusal;

/// What a caller knows its request by (§10.1.3).
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers a request. The instance keeps `cache`.
pub async fn handle<P: PolicySet, D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    cache: &PolicyCache<P>,
    request: Request<B>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts, ());
    if head.uri().path() == enforce::PATH {
        return enforce::answer(ctx, cache, &head, body).await;
    }
    let mut response = if head.uri().path().starts_with("/admin/") {
        limited(ctx, &head, admin::answer::<P, D, B>(ctx, &head, body)).await
    } else {
        answer(ctx, cache, &head, body)
            .await
            .unwrap_or_else(|refusal| refusal.into_response(None))
    };
    // "If the PEP specified a request identifier in the request, the PDP MUST include the same identifier in the
    // response to that request."
    if let Some(id) = head.headers().get(REQUEST_ID) {
        response.headers_mut().insert(REQUEST_ID, id.clone());
    }
    response
}

async fn answer<P: PolicySet, D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    cache: &PolicyCache<P>,
    head: &Request<()>,
    body: B,
) -> Result<FullResponse, Refusal> {
    let address = Address::of(head, &ctx.config)?;
    match address.endpoint {
        Endpoint::Metadata => metadata::answer(head, &address),
        Endpoint::Access(endpoint) => {
            let asked = (head, address.issuer, endpoint);
            Ok(access::answer(ctx, cache, asked, body).await)
        }
    }
}
