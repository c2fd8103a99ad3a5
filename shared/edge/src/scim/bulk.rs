//! `/Bulk`: many operations in one request (RFC 7644 §3.7).

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Body;
use rollcall_core::{BulkAction, BulkPlan};
use rollcall_service::policy::{Deed, enforce};
use rollcall_service::{Ctx, Database, Profile, bulk as service, plan_bulk};
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
        enforce(ctx, profile, &call.holder, &deeds(&plan, profile)).await?;
        let response = service(ctx, call.access(), profile, &call.base, plan).await?;
        let body = Json::Object(response.to_json());
        Ok(respond::json(StatusCode::OK, CONTENT_TYPE, &body))
    })
    .await
}

/// What the operations do. Where there is no such type, nothing is done.
fn deeds<'p>(plan: &'p BulkPlan, profile: &'p Profile) -> Vec<Deed<'p>> {
    let operations = plan.operations.iter();
    let operations = operations.filter_map(|planned| planned.operation.as_ref().ok());
    let deeds = operations.filter_map(|operation| {
        let id = Some(operation.id.as_str());
        let (action, id) = match operation.action {
            BulkAction::Post(_) => ("scim:create", None),
            BulkAction::Put(_) => ("scim:replace", id),
            BulkAction::Patch(_) => ("scim:update", id),
            BulkAction::Delete => ("scim:delete", id),
        };
        let kind = &profile.type_at(&operation.endpoint)?.name;
        Some(Deed {
            action,
            kind,
            id,
            is_deleted: false,
        })
    });
    deeds.collect()
}
