//! `/admin/v1/tenants`.

use http::StatusCode;
use rollcall_core::JsonObject;
use rollcall_service::{Ctx, Database, Tenant, admin};
use serde_json::{Value as Json, json};

use crate::object::required;
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

pub(super) async fn list<D: Database>(ctx: &Ctx<D>) -> Result<FullResponse, Problem> {
    let tenants: Vec<Json> = admin::tenants(ctx).await?.iter().map(show).collect();
    Ok(respond::json(
        StatusCode::OK,
        "application/json",
        &json!({ "tenants": tenants }),
    ))
}

pub(super) async fn create<D: Database>(
    ctx: &Ctx<D>,
    body: JsonObject,
) -> Result<FullResponse, Problem> {
    let tenant = admin::create_tenant(ctx, required(&body, "name")?).await?;
    Ok(respond::json(
        StatusCode::CREATED,
        "application/json",
        &show(&tenant),
    ))
}

pub(super) async fn get<D: Database>(ctx: &Ctx<D>, name: &str) -> Result<FullResponse, Problem> {
    Ok(respond::json(
        StatusCode::OK,
        "application/json",
        &show(&admin::tenant(ctx, name).await?),
    ))
}

pub(super) async fn delete<D: Database>(ctx: &Ctx<D>, name: &str) -> Result<FullResponse, Problem> {
    admin::delete_tenant(ctx, name).await?;
    Ok(respond::empty(StatusCode::NO_CONTENT))
}

fn show(tenant: &Tenant) -> Json {
    json!({ "name": tenant.name.as_str(), "created_at": tenant.created.to_string() })
}
