//! `/admin/v1/tenants/{tenant}/schemas` and `…/resource-types`: what a tenant has beside the standard's, in the forms of
//! the standard (RFC 7643 §6, §7).

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::Body;
use rollcall_core::excerpt;
use rollcall_service::admin::{self, Definition};
use rollcall_service::{Ctx, Database};
use serde_json::{Value as Json, json};

use crate::body::MAX_BODY;
use crate::object;
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// Answers a request to the definitions of one kind; `rest` is what follows in the address.
pub(super) async fn answer<T: Definition, D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    tenant: &str,
    rest: &[&str],
    method: &Method,
    body: B,
) -> Result<FullResponse, Problem> {
    match (rest, method) {
        ([], &Method::GET) => list::<T, D>(ctx, tenant).await,
        ([], &Method::POST) => {
            let body = object::any(body, MAX_BODY).await?;
            let defined: T = admin::define(ctx, tenant, body).await?;
            Ok(document(StatusCode::CREATED, &defined))
        }
        ([], _) => Err(Problem::method("GET, POST")),
        ([name], &Method::GET) => {
            let found: T = admin::definition(ctx, tenant, name).await?;
            Ok(document(StatusCode::OK, &found))
        }
        ([name], &Method::PUT) => {
            let body = object::any(body, MAX_BODY).await?;
            let defined: T = admin::redefine(ctx, tenant, name, body).await?;
            Ok(document(StatusCode::OK, &defined))
        }
        ([name], &Method::DELETE) => {
            admin::undefine::<T, D>(ctx, tenant, name).await?;
            Ok(respond::empty(StatusCode::NO_CONTENT))
        }
        ([_], _) => Err(Problem::method("GET, PUT, DELETE")),
        ([name, ..], _) => Err(Problem::not_found(format!(
            "there is nothing at `{}`: in an address, write `/`, `?` and `#` of a URI as %2F, %3F and %23",
            excerpt(name)
        ))),
    }
}

/// All of them, as a ListResponse (RFC 7644 §3.4.2). There are so few that they are one page.
async fn list<T: Definition, D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
) -> Result<FullResponse, Problem> {
    let defined = admin::definitions::<T, D>(ctx, tenant).await?;
    let shown: Vec<Json> = defined.iter().map(show).collect();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": shown.len(),
        "itemsPerPage": shown.len(),
        "startIndex": 1,
        "Resources": shown,
    });
    Ok(respond::json(StatusCode::OK, "application/json", &body))
}

fn document<T: Definition>(status: StatusCode, definition: &T) -> FullResponse {
    respond::json(status, "application/json", &show(definition))
}

fn show<T: Definition>(definition: &T) -> Json {
    let mut shown = json!({ "schemas": [T::SCHEMA] });
    if let (Some(shown), Ok(Json::Object(members))) =
        (shown.as_object_mut(), serde_json::to_value(definition))
    {
        shown.extend(members);
    }
    shown
}
