//! `/admin/v1/tenants/{tenant}/tokens`.

use http::StatusCode;
use rollcall_core::JsonObject;
use rollcall_service::{Ctx, Database, Token, admin};
use serde_json::{Value as Json, json};

use crate::object::{required, time};
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

pub(super) async fn list<D: Database>(ctx: &Ctx<D>, tenant: &str) -> Result<FullResponse, Problem> {
    let tokens: Vec<Json> = admin::tokens(ctx, tenant).await?.iter().map(show).collect();
    Ok(respond::json(
        StatusCode::OK,
        "application/json",
        &json!({ "tokens": tokens }),
    ))
}

/// The answer is the only one that ever shows the token itself.
pub(super) async fn create<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    body: JsonObject,
) -> Result<FullResponse, Problem> {
    let issued = admin::create_token(
        ctx,
        tenant,
        required(&body, "name")?,
        time(&body, "expires_at")?,
    )
    .await?;
    let mut answer = show(&issued.token);
    answer["token"] = issued.secret.into();
    Ok(respond::json(
        StatusCode::CREATED,
        "application/json",
        &answer,
    ))
}

pub(super) async fn delete<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    id: &str,
) -> Result<FullResponse, Problem> {
    admin::delete_token(ctx, tenant, id).await?;
    Ok(respond::empty(StatusCode::NO_CONTENT))
}

fn show(token: &Token) -> Json {
    json!({
        "id": token.id,
        "name": token.name,
        "created_at": token.created.to_string(),
        "expires_at": token.expires.map(|expires| expires.to_string()),
    })
}
