//! `/admin/v1/tenants/{tenant}/keys`: what the tenant's tokens are signed with.

use http::StatusCode;
use rollcall_service::admin::{self, KeyInfo};
use rollcall_service::{Ctx, Database};
use serde_json::{Value as Json, json};

use crate::problem::Problem;
use crate::respond::{self, FullResponse};

pub(super) async fn list<D: Database>(ctx: &Ctx<D>, tenant: &str) -> Result<FullResponse, Problem> {
    Ok(document(&admin::keys(ctx, tenant).await?))
}

/// The keys that there are then; one is `next`.
pub(super) async fn rotate<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
) -> Result<FullResponse, Problem> {
    Ok(document(&admin::rotate_keys(ctx, tenant).await?))
}

fn document(keys: &[KeyInfo]) -> FullResponse {
    let keys: Vec<Json> = keys.iter().map(show).collect();
    respond::json(StatusCode::OK, "application/json", &json!({ "keys": keys }))
}

fn show(info: &KeyInfo) -> Json {
    let key = &info.key;
    let public: Json = serde_json::from_str(&key.public).unwrap_or_default();
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm.name(),
        "state": info.state_name(),
        "created_at": key.created.to_string(),
        "active_from": key.active_from.to_string(),
        "jwk": public,
    })
}
