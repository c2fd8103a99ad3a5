//! `/admin/v1/tenants/{tenant}/issuers`: external issuers whose tokens the tenant takes.

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::Body;
use rollcall_core::excerpt;
use rollcall_service::admin::{self, Trust};
use rollcall_service::{Ctx, Database, Issuer};
use serde_json::{Value as Json, json};

use super::page::Page;
use crate::body::MAX_BODY;
use crate::object::{self, required};
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// Answers a request to the issuers that a tenant trusts.
pub(super) async fn answer<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    tenant: &str,
    (rest, method): (&[&str], &Method),
    query: Option<&str>,
    body: B,
) -> Result<FullResponse, Problem> {
    match (rest, method) {
        ([], &Method::GET) => {
            let page = Page::of(query)?;
            let after = page.after.unwrap_or_default();
            let issuers = admin::trusted_issuers(ctx, tenant, &after, page.count).await?;
            let next = issuers.last().map(|last| last.issuer.clone());
            let issuers: Vec<Json> = issuers.iter().map(show).collect();
            let body = json!({ "issuers": issuers, "next": next.unwrap_or(after) });
            Ok(respond::json(StatusCode::OK, "application/json", &body))
        }
        ([], _) => Err(Problem::method("GET")),
        ([issuer], &Method::GET) => {
            let found = admin::trusted_issuer(ctx, tenant, issuer).await?;
            Ok(document(&found))
        }
        ([issuer], &Method::PUT) => {
            let known = ["jwks_uri", "audience", "person"];
            let body = object::read(body, MAX_BODY, &known).await?;
            let trust = Trust {
                jwks_uri: required(&body, "jwks_uri")?,
                audience: required(&body, "audience")?,
                person: body.get("person").filter(|person| !person.is_null()),
            };
            let trusted = admin::trust(ctx, tenant, issuer, &trust).await?;
            Ok(document(&trusted))
        }
        ([issuer], &Method::DELETE) => {
            admin::distrust(ctx, tenant, issuer).await?;
            Ok(respond::empty(StatusCode::NO_CONTENT))
        }
        ([_], _) => Err(Problem::method("GET, PUT, DELETE")),
        ([first, ..], _) => Err(Problem::not_found(format!(
            "there is nothing at `{}`: in an address, write `/` and `:` of a URI as %2F and %3A",
            excerpt(first)
        ))),
    }
}

fn document(issuer: &Issuer) -> FullResponse {
    respond::json(StatusCode::OK, "application/json", &show(issuer))
}

fn show(issuer: &Issuer) -> Json {
    let person: Json = serde_json::from_str(&issuer.mapping).unwrap_or_default();
    let jwks = issuer.jwks.as_ref();
    let open_until = Some(issuer.breaker.open_until).filter(|until| until.as_micros() > 0);
    json!({
        "issuer": issuer.issuer,
        "jwks_uri": issuer.jwks_uri,
        "audience": issuer.audience,
        "person": person,
        "created_at": issuer.created.to_string(),
        "fetched_at": jwks.map(|jwks| jwks.fetched.to_string()),
        "failures": issuer.breaker.failures,
        "not_fetched_until": open_until.map(|until| until.to_string()),
    })
}
