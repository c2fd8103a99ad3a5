//! `/Bulk`: many operations in one request (RFC 7644 §3.7).

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Body;
use rollcall_service::{Ctx, Database, bulk as service, plan_bulk};
use serde_json::Value as Json;

use super::body;
use super::error::Refusal;
use super::handle::handle;
use super::render::CONTENT_TYPE;
use super::resources::nothing_at;
use super::scopes;
use crate::path;
use crate::respond::{self, FullResponse};

const BULK: &[Method] = &[Method::POST];

/// Runs the operations of a BulkRequest.
pub async fn bulk<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    handle(ctx, request, async |call, profile| {
        let ["Bulk"] = path::borrowed(&call.segments)[..] else {
            return Err(nothing_at(call).into());
        };
        if call.head.method() != Method::POST {
            return Err(Refusal::Method(BULK));
        }
        let body = body::object(call.head.headers(), &call.body)?;
        let plan = plan_bulk(ctx, body)?;
        scopes::check_bulk(call, profile, &plan)?;
        let response = service(ctx, call.access(), profile, &call.base, plan).await?;
        let body = Json::Object(response.to_json());
        Ok(respond::json(StatusCode::OK, CONTENT_TYPE, &body))
    })
    .await
}
