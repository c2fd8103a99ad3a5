//! What the SCIM components and the admin API ask of this one: `POST /enforce` with a [`Demand`], whether it is permitted.
//! No address from outside leads here.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Body;
use rollcall_core::policy::PolicySet;
use rollcall_service::policy::{Demand, PolicyCache, rule};
use rollcall_service::{Ctx, Database, Ruling};
use serde_json::Value as Json;

use crate::body::{self, MAX_BODY};
use crate::respond::{self, FullResponse};

/// The path. No route of `spin.toml` has it.
pub(super) const PATH: &str = "/enforce";

/// Answers 204 if all is permitted, 403 with the number of what is not, 401 when the token is not live.
pub(super) async fn answer<P: PolicySet, D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    cache: &PolicyCache<P>,
    head: &Request<()>,
    body: B,
) -> FullResponse {
    // The ids of a bulk request's operations are in its body, which is no larger.
    let body = body::read_up_to(body, 2 * MAX_BODY).await.ok();
    let demand = body
        .filter(|_| head.method() == Method::POST)
        .and_then(|body| serde_json::from_slice::<Json>(&body).ok())
        .and_then(|demand| Demand::from_json(&demand));
    let Some(demand) = demand else {
        return respond::empty(StatusCode::BAD_REQUEST);
    };
    match rule(ctx, cache, &demand).await {
        Ok(Ruling::Permitted) => respond::empty(StatusCode::NO_CONTENT),
        Ok(Ruling::Denied(at)) => {
            respond::text(StatusCode::FORBIDDEN, "text/plain", at.to_string())
        }
        Ok(Ruling::Unauthenticated) => respond::empty(StatusCode::UNAUTHORIZED),
        Err(error) => {
            eprintln!("policies are not asked: {error}");
            respond::empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}
