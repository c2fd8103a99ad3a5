//! The admin API: tenants, their provisioning tokens, what they have defined and whom they have deleted, and of their
//! authorization servers the clients, keys and trusted issuers; as JSON over HTTP with errors as problem details
//! (RFC 9457).

mod changes;
mod clients;
mod definitions;
mod delegate;
mod deleted;
mod initial_tokens;
mod issuers;
mod keys;
mod page;
mod people;
mod secrets;
mod tenants;
mod tokens;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Body;
use rollcall_core::{ResourceTypeDefinition, Schema, excerpt};
use rollcall_service::admin::AdminError;
use rollcall_service::limits::Client;
use rollcall_service::{Administrator, Ctx, Database, TenantName, admin};
use serde_json::json;

use people::Act;

use crate::bearer;
use crate::body::MAX_BODY;
use crate::limit::Login;
use crate::object;
use crate::path;
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// What the admin API counts by.
const ENDPOINT: &str = "admin";

/// Answers a request under `/admin/v1`, unless there have been too many from the same address, or too many wrong tokens.
pub async fn handle<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts, ());
    limited(ctx, &head, answer(ctx, &head, body)).await
}

/// Has a request to the admin API answered, unless there have been too many from the same address, or too many wrong
/// tokens.
pub(crate) async fn limited<D: Database>(
    ctx: &Ctx<D>,
    head: &Request<()>,
    answer: impl Future<Output = Result<FullResponse, Problem>>,
) -> FullResponse {
    let has_token = bearer::sent(head.headers()).is_some();
    // The admin API belongs to no tenant, so its counts stand beside those of the one that is always there.
    let tenant = TenantName::default_tenant();
    let login = Login::new(ctx, head, ENDPOINT, &tenant, Some(Client::Operator));
    login
        .answer(
            ctx,
            answer,
            |problem: &Problem| has_token && problem.is_unauthenticated(),
            Problem::into_response,
        )
        .await
}

async fn answer<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    head: &Request<()>,
    body: B,
) -> Result<FullResponse, Problem> {
    let segments = path::segments(head.uri().path());
    let segments = path::borrowed(segments.get(2..).unwrap_or_default());
    let people = Act::of(&segments, head.method());
    match (
        admin::authenticate(ctx, bearer::token(head.headers())),
        people,
    ) {
        (Ok(()), None) => {}
        (Ok(()), Some((tenant, act))) => {
            let tenant = admin::tenant_name(tenant)?;
            let by = Administrator::Operator(&tenant);
            return act.answer(ctx, by, head.uri().query()).await;
        }
        (Err(AdminError::Unauthenticated), Some(asked)) => {
            return delegate::answer(ctx, head, asked).await;
        }
        (Err(error), _) => return Err(error.into()),
    }
    match (&segments[..], head.method()) {
        (["tenants"], &Method::GET) => tenants::list(ctx).await,
        (["tenants"], &Method::POST) => {
            let known = [&["name"], &tenants::SETTINGS[..]].concat();
            let body = object::read(body, MAX_BODY, &known).await?;
            tenants::create(ctx, body).await
        }
        (["tenants"], _) => Err(Problem::method("GET, POST")),
        (["tenants", name], &Method::GET) => tenants::get(ctx, name).await,
        (["tenants", name], &Method::PATCH) => {
            let body = object::read(body, MAX_BODY, &tenants::SETTINGS).await?;
            tenants::update(ctx, name, body).await
        }
        (["tenants", name], &Method::DELETE) => tenants::delete(ctx, name).await,
        (["tenants", _], _) => Err(Problem::method("GET, PATCH, DELETE")),
        (["tenants", name, "suspend"], &Method::POST) => tenants::suspend(ctx, name, true).await,
        (["tenants", name, "resume"], &Method::POST) => tenants::suspend(ctx, name, false).await,
        (["tenants", _, "suspend" | "resume"], _) => Err(Problem::method("POST")),
        (["sweep"], &Method::POST) => {
            let has_more = admin::sweep(ctx).await?;
            Ok(respond::json(
                StatusCode::OK,
                "application/json",
                &json!({ "more": has_more }),
            ))
        }
        (["sweep"], _) => Err(Problem::method("POST")),
        (["tenants", name, "clients", rest @ ..], method) => {
            clients::answer(ctx, name, (rest, method), head.uri().query(), body).await
        }
        (["tenants", _, "users", _, "revoke"], _) => Err(Problem::method("POST")),
        (["tenants", name, "initial-access-tokens", rest @ ..], method) => {
            initial_tokens::answer(ctx, name, (rest, method), head.uri().query(), body).await
        }
        (["tenants", name, "issuers", rest @ ..], method) => {
            issuers::answer(ctx, name, (rest, method), head.uri().query(), body).await
        }
        (["tenants", name, "keys"], &Method::GET) => keys::list(ctx, name).await,
        (["tenants", _, "keys"], _) => Err(Problem::method("GET")),
        (["tenants", name, "keys", "rotate"], &Method::POST) => keys::rotate(ctx, name).await,
        (["tenants", _, "keys", "rotate"], _) => Err(Problem::method("POST")),
        (["tenants", name, "changes"], &Method::GET) => {
            changes::list(ctx, name, head.uri().query()).await
        }
        (["tenants", _, "changes"], _) => Err(Problem::method("GET")),
        (["tenants", name, "schemas", rest @ ..], method) => {
            definitions::answer::<Schema, D, B>(ctx, name, rest, method, body).await
        }
        (["tenants", name, "resource-types", rest @ ..], method) => {
            definitions::answer::<ResourceTypeDefinition, D, B>(ctx, name, rest, method, body).await
        }
        (["tenants", _, "deleted"], _) => Err(Problem::method("GET")),
        (["tenants", _, "deleted", _], _) => Err(Problem::method("DELETE")),
        (["tenants", _, "deleted", _, "restore"], _) => Err(Problem::method("POST")),
        (["tenants", name, "tokens"], &Method::GET) => tokens::list(ctx, name).await,
        (["tenants", name, "tokens"], &Method::POST) => {
            let body = object::read(body, MAX_BODY, &["name", "expires_at"]).await?;
            tokens::create(ctx, name, body).await
        }
        (["tenants", _, "tokens"], _) => Err(Problem::method("GET, POST")),
        (["tenants", name, "tokens", id], &Method::DELETE) => tokens::delete(ctx, name, id).await,
        (["tenants", _, "tokens", _], _) => Err(Problem::method("DELETE")),
        _ => Err(nothing_at(head.uri().path())),
    }
}

fn nothing_at(path: &str) -> Problem {
    Problem::not_found(format!("there is nothing at `{}`", excerpt(path)))
}
