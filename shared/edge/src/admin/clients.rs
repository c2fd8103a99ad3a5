//! `/admin/v1/tenants/{tenant}/clients`.

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::Body;
use rollcall_core::JsonObject;
use rollcall_service::{Client, Ctx, Database, StoreError, admin};
use serde_json::{Value as Json, json};

use super::page::Page;
use super::{nothing_at, secrets};
use crate::body::MAX_BODY;
use crate::object::{self, optional};
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// The members of a client: of RFC 7591 §2, RFC 9449 §5.2, and our own.
const MEMBERS: [&str; 20] = [
    "redirect_uris",
    "token_endpoint_auth_method",
    "grant_types",
    "response_types",
    "client_name",
    "client_uri",
    "logo_uri",
    "scope",
    "contacts",
    "tos_uri",
    "policy_uri",
    "jwks_uri",
    "jwks",
    "software_id",
    "software_version",
    "software_statement",
    "dpop_bound_access_tokens",
    "resources",
    "protected_resources",
    "tokenFormat",
];

/// Answers a request to the clients of a tenant.
pub(super) async fn answer<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    tenant: &str,
    (rest, method): (&[&str], &Method),
    query: Option<&str>,
    body: B,
) -> Result<FullResponse, Problem> {
    match (rest, method) {
        ([], &Method::GET) => list(ctx, tenant, query).await,
        ([], &Method::POST) => {
            let body = object::read(body, MAX_BODY, &MEMBERS).await?;
            let format = token_format(&body)?;
            let new = admin::create_client(ctx, tenant, &body, format.as_deref()).await?;
            let mut shown = show(&new.client)?;
            if let Some(secret) = new.secret {
                shown.insert("client_secret".into(), secret.into());
            }
            Ok(document(StatusCode::CREATED, shown))
        }
        ([], _) => Err(Problem::method("GET, POST")),
        ([id], &Method::GET) => {
            let client = admin::client(ctx, tenant, id).await?;
            Ok(document(StatusCode::OK, show(&client)?))
        }
        ([id], &Method::PUT) => {
            let body = object::read(body, MAX_BODY, &MEMBERS).await?;
            let format = token_format(&body)?;
            let client = admin::update_client(ctx, tenant, id, &body, format.as_deref()).await?;
            Ok(document(StatusCode::OK, show(&client)?))
        }
        ([id], &Method::DELETE) => {
            admin::delete_client(ctx, tenant, id).await?;
            Ok(respond::empty(StatusCode::NO_CONTENT))
        }
        ([_], _) => Err(Problem::method("GET, PUT, DELETE")),
        ([id, switch @ ("disable" | "enable")], &Method::POST) => {
            let is_disabled = *switch == "disable";
            let client = admin::set_client_disabled(ctx, tenant, id, is_disabled).await?;
            Ok(document(StatusCode::OK, show(&client)?))
        }
        ([id, "revoke"], &Method::POST) => {
            admin::revoke_client(ctx, tenant, id).await?;
            Ok(respond::empty(StatusCode::NO_CONTENT))
        }
        ([_, "disable" | "enable" | "revoke"], _) => Err(Problem::method("POST")),
        ([id, "secrets", rest @ ..], method) => {
            secrets::answer(ctx, (tenant, id), (rest, method), body).await
        }
        _ => Err(nothing_at(&rest.join("/"))),
    }
}

/// A page of them. `next` is what the following request has for `after`.
async fn list<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    query: Option<&str>,
) -> Result<FullResponse, Problem> {
    let page = Page::of(query)?;
    let after = page.after.unwrap_or_default();
    let clients = admin::clients(ctx, tenant, &after, page.count).await?;
    let next = clients.last().map(|last| last.id.clone()).unwrap_or(after);
    let clients: Vec<JsonObject> = clients.iter().map(show).collect::<Result<_, _>>()?;
    Ok(respond::json(
        StatusCode::OK,
        "application/json",
        &json!({ "clients": clients, "next": next }),
    ))
}

fn token_format(body: &JsonObject) -> Result<Option<String>, Problem> {
    optional(body, "tokenFormat", "a string", |value| {
        value.as_str().map(str::to_owned)
    })
}

fn document(status: StatusCode, client: JsonObject) -> FullResponse {
    respond::json(status, "application/json", &Json::Object(client))
}

/// What it has registered, and what we know of it.
fn show(client: &Client) -> Result<JsonObject, Problem> {
    let damaged = || StoreError::Backend("the metadata of a client are damaged".into());
    let mut shown: JsonObject = serde_json::from_str(&client.metadata)
        .map_err(|_| Problem::from(admin::AdminError::Store(damaged())))?;
    let ours = [
        ("client_id", json!(client.id)),
        ("tokenFormat", json!(client.token_format.name())),
        ("disabled", json!(client.disabled)),
        ("created_at", json!(client.created.to_string())),
        ("modified_at", json!(client.modified.to_string())),
    ];
    shown.extend(ours.map(|(name, value)| (name.to_owned(), value)));
    Ok(shown)
}
