//! `/admin/v1/tenants`.

use http::StatusCode;
use rollcall_core::{JsonObject, Mode};
use rollcall_service::admin::{self, TenantSettings};
use rollcall_service::{Ctx, Database, Tenant};
use serde_json::{Value as Json, json};

use crate::object::{optional, required};
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
    let tenant = admin::create_tenant(ctx, required(&body, "name")?, &settings(&body)?).await?;
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

pub(super) async fn update<D: Database>(
    ctx: &Ctx<D>,
    name: &str,
    body: JsonObject,
) -> Result<FullResponse, Problem> {
    let tenant = admin::update_tenant(ctx, name, &settings(&body)?).await?;
    Ok(respond::json(
        StatusCode::OK,
        "application/json",
        &show(&tenant),
    ))
}

pub(super) async fn delete<D: Database>(ctx: &Ctx<D>, name: &str) -> Result<FullResponse, Problem> {
    admin::delete_tenant(ctx, name).await?;
    Ok(respond::empty(StatusCode::NO_CONTENT))
}

pub(super) async fn suspend<D: Database>(
    ctx: &Ctx<D>,
    name: &str,
    suspended: bool,
) -> Result<FullResponse, Problem> {
    let tenant = admin::suspend_tenant(ctx, name, suspended).await?;
    Ok(respond::json(
        StatusCode::OK,
        "application/json",
        &show(&tenant),
    ))
}

/// The members that settings have.
pub(super) const SETTINGS: [&str; 8] = [
    "mode",
    "restoreOnCreate",
    "retentionDays",
    "ignoreUnknownMembers",
    "enforcePolicies",
    "signingAlgorithm",
    "accessTokenLifetime",
    "keyRotationDays",
];

/// The settings that a body has; null and what is left out stay as they are.
fn settings(body: &JsonObject) -> Result<TenantSettings, Problem> {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    Ok(TenantSettings {
        mode: optional(body, "mode", "a string", text)?,
        restore_on_create: optional(body, "restoreOnCreate", "true or false", Json::as_bool)?,
        ignore_unknown_members: optional(
            body,
            "ignoreUnknownMembers",
            "true or false",
            Json::as_bool,
        )?,
        enforce_policies: optional(body, "enforcePolicies", "true or false", Json::as_bool)?,
        retention_days: optional(body, "retentionDays", "a number of days", Json::as_i64)?,
        signing_algorithm: optional(body, "signingAlgorithm", "a string", text)?,
        access_token_lifetime: optional(
            body,
            "accessTokenLifetime",
            "a number of seconds",
            Json::as_i64,
        )?,
        key_rotation_days: optional(body, "keyRotationDays", "a number of days", Json::as_i64)?,
    })
}

fn show(tenant: &Tenant) -> Json {
    let mode = match tenant.mode {
        Mode::Compat => "compat",
        Mode::Strict => "strict",
    };
    json!({
        "name": tenant.name.as_str(),
        "created_at": tenant.created.to_string(),
        "mode": mode,
        "restoreOnCreate": tenant.restore_on_create,
        "retentionDays": tenant.retention_days,
        "ignoreUnknownMembers": tenant.ignore_unknown_members,
        "enforcePolicies": tenant.enforce_policies,
        "signingAlgorithm": tenant.tokens.signing_algorithm.name(),
        "accessTokenLifetime": tenant.tokens.access_token_secs,
        "keyRotationDays": tenant.tokens.rotation_days,
        "suspended_at": tenant.suspended.map(|since| since.to_string()),
    })
}
