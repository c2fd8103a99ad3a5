//! `/admin/v1/tenants/{tenant}/initial-access-tokens`: what lets clients register themselves (RFC 7591 §3).

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::Body;
use rollcall_service::{Ctx, Database, InitialToken, admin};
use serde_json::{Value as Json, json};

use super::nothing_at;
use super::page::Page;
use crate::body::MAX_BODY;
use crate::object::{self, optional, required, time};
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// Answers a request to the initial access tokens of a tenant.
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
            let tokens = admin::initial_tokens(ctx, tenant, &after, page.count).await?;
            let next = tokens.last().map(|last| last.id.clone()).unwrap_or(after);
            let tokens: Vec<Json> = tokens.iter().map(show).collect();
            let body = json!({ "tokens": tokens, "next": next });
            Ok(respond::json(StatusCode::OK, "application/json", &body))
        }
        ([], &Method::POST) => {
            let known = ["name", "expires_at", "uses"];
            let body = object::read(body, MAX_BODY, &known).await?;
            let name = required(&body, "name")?;
            let uses = optional(&body, "uses", "a number of clients", Json::as_i64)?;
            let expires = time(&body, "expires_at")?;
            let new = admin::create_initial_token(ctx, tenant, name, expires, uses).await?;
            // The answer is the only one that ever shows the token itself.
            let mut shown = show(&new.token);
            shown["token"] = new.secret.into();
            Ok(respond::json(
                StatusCode::CREATED,
                "application/json",
                &shown,
            ))
        }
        ([], _) => Err(Problem::method("GET, POST")),
        ([id], &Method::DELETE) => {
            admin::delete_initial_token(ctx, tenant, id).await?;
            Ok(respond::empty(StatusCode::NO_CONTENT))
        }
        ([_], _) => Err(Problem::method("DELETE")),
        _ => Err(nothing_at(&rest.join("/"))),
    }
}

fn show(token: &InitialToken) -> Json {
    json!({
        "id": token.id,
        "name": token.name,
        "created_at": token.created.to_string(),
        "expires_at": token.expires.map(|expires| expires.to_string()),
        "uses": token.uses,
    })
}
