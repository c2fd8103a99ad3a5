//! The admin API: tenants, their provisioning tokens, what they have defined and whom they have deleted, as JSON over
//! HTTP with errors as problem details (RFC 9457).

mod changes;
mod definitions;
mod deleted;
mod page;
mod tenants;
mod tokens;

use bytes::Bytes;
use http::{Method, Request};
use http_body::Body;
use rollcall_core::{ResourceTypeDefinition, Schema, excerpt};
use rollcall_service::admin::AdminError;
use rollcall_service::limits::Client;
use rollcall_service::{Ctx, Database, TenantName, admin};

use crate::bearer;
use crate::body::MAX_BODY;
use crate::limit::Login;
use crate::object;
use crate::path;
use crate::problem::Problem;
use crate::respond::FullResponse;

/// Answers a request under `/admin/v1`.
pub async fn handle<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts, ());
    let answered = match authenticate(ctx, &head).await {
        Ok(()) => answer(ctx, &head, body).await,
        Err(problem) => Err(problem),
    };
    answered.unwrap_or_else(Problem::into_response)
}

/// Checks the operator's token, unless there have been too many wrong ones from the same address.
async fn authenticate<D: Database>(ctx: &Ctx<D>, head: &Request<()>) -> Result<(), Problem> {
    // The admin API belongs to no tenant, so its failures stand beside those of the one that is always there.
    let tenant = TenantName::default_tenant();
    let login = Login::new(ctx, head, &tenant, Some(Client::Operator));
    login.admit(ctx).await?;
    let checked = admin::authenticate(ctx, bearer::token(head.headers()));
    if matches!(checked, Err(AdminError::Unauthenticated)) {
        login.failed(ctx).await;
    }
    Ok(checked?)
}

async fn answer<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    head: &Request<()>,
    body: B,
) -> Result<FullResponse, Problem> {
    let segments = path::segments(head.uri().path());
    let segments = path::borrowed(segments.get(2..).unwrap_or_default());
    match (&segments[..], head.method()) {
        (["tenants"], &Method::GET) => tenants::list(ctx).await,
        (["tenants"], &Method::POST) => {
            let known = [
                "name",
                "mode",
                "restoreOnCreate",
                "retentionDays",
                "ignoreUnknownMembers",
            ];
            let body = object::read(body, MAX_BODY, &known).await?;
            tenants::create(ctx, body).await
        }
        (["tenants"], _) => Err(Problem::method("GET, POST")),
        (["tenants", name], &Method::GET) => tenants::get(ctx, name).await,
        (["tenants", name], &Method::PATCH) => {
            let known = [
                "mode",
                "restoreOnCreate",
                "retentionDays",
                "ignoreUnknownMembers",
            ];
            let body = object::read(body, MAX_BODY, &known).await?;
            tenants::update(ctx, name, body).await
        }
        (["tenants", name], &Method::DELETE) => tenants::delete(ctx, name).await,
        (["tenants", _], _) => Err(Problem::method("GET, PATCH, DELETE")),
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
        (["tenants", name, "deleted"], &Method::GET) => {
            deleted::list(ctx, name, head.uri().query()).await
        }
        (["tenants", _, "deleted"], _) => Err(Problem::method("GET")),
        (["tenants", name, "deleted", id], &Method::DELETE) => deleted::purge(ctx, name, id).await,
        (["tenants", _, "deleted", _], _) => Err(Problem::method("DELETE")),
        (["tenants", name, "deleted", id, "restore"], &Method::POST) => {
            deleted::restore(ctx, name, id).await
        }
        (["tenants", _, "deleted", _, "restore"], _) => Err(Problem::method("POST")),
        (["tenants", name, "tokens"], &Method::GET) => tokens::list(ctx, name).await,
        (["tenants", name, "tokens"], &Method::POST) => {
            let body = object::read(body, MAX_BODY, &["name", "expires_at"]).await?;
            tokens::create(ctx, name, body).await
        }
        (["tenants", _, "tokens"], _) => Err(Problem::method("GET, POST")),
        (["tenants", name, "tokens", id], &Method::DELETE) => tokens::delete(ctx, name, id).await,
        (["tenants", _, "tokens", _], _) => Err(Problem::method("DELETE")),
        _ => Err(Problem::not_found(format!(
            "there is nothing at `{}`",
            excerpt(head.uri().path())
        ))),
    }
}
