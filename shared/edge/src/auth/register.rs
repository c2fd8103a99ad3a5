//! The registration endpoint, and the address at which each client that registered there manages itself.
//!
//! [RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591#section-3),
//! [RFC 7592 §2](https://www.rfc-editor.org/rfc/rfc7592#section-2)

use bytes::Bytes;
use http::header::{PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body::Body;
use rollcall_core::{JsonObject, parse_object};
use rollcall_oauth::metadata::paths;
use rollcall_oauth::{Challenge, ErrorCode, OAuthError, Scheme};
use rollcall_service::auth::{self, Issuer, Registration, master_keys};
use rollcall_service::limits::Client;
use rollcall_service::{Ctx, Database};
use serde_json::{Value as Json, json};

use super::address::{nothing_at, split_tenant};
use super::refusal::Refusal;
use crate::body::{self, BodyError};
use crate::limit::Login;
use crate::respond::{self, FullResponse};
use crate::{bearer, origin, path};

/// The largest request, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Answers a request to register, or of a client that has registered. No cache keeps any of it.
pub async fn register<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts, ());
    let (issuer, client) = match address(ctx, &head) {
        Ok(found) => found,
        Err(error) => return Refusal::from(error).into_response(""),
    };
    let token = bearer::token(head.headers());
    let caller = client.as_deref().map(|id| match token {
        Some(secret) => Client::Secret { id, secret },
        None => Client::Id(id),
    });
    let login = Login::new(ctx, &head, paths::REGISTER, &issuer.tenant, caller);
    let mut response = login
        .answer(
            ctx,
            answer(ctx, &issuer, client.as_deref(), &head, body),
            |refusal| token.is_some() && refusal.error.code == ErrorCode::InvalidToken,
            |refusal| challenged(refusal, &issuer, &head),
        )
        .await;
    let headers = response.headers_mut();
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

async fn answer<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    client: Option<&str>,
    head: &Request<()>,
    body: B,
) -> Result<FullResponse, Refusal> {
    match (client, head.method()) {
        (None, &Method::POST) => create(ctx, issuer, head, body).await,
        (None, _) => Err(Refusal::method("POST")),
        (Some(id), &Method::GET) => show(ctx, issuer, id, head).await,
        (Some(id), &Method::PUT) => replace(ctx, issuer, id, head, body).await,
        (Some(id), &Method::DELETE) => delete(ctx, issuer, id, head).await,
        (Some(_), _) => Err(Refusal::method("GET, PUT, DELETE")),
    }
}

/// The issuer that an address names, and the client if it is one's.
fn address<D: Database>(
    ctx: &Ctx<D>,
    head: &Request<()>,
) -> Result<(Issuer, Option<String>), OAuthError> {
    let whole = head.uri().path();
    let segments = path::segments(whole);
    let (tenant, rest) =
        split_tenant(&path::borrowed(&segments)).ok_or_else(|| nothing_at(whole))?;
    let client = match rest[..] {
        ["oauth", "register"] => None,
        ["oauth", "register", id] => Some(id.to_owned()),
        _ => return Err(nothing_at(whole)),
    };
    Ok((Issuer::at(&origin::base(head, &ctx.config), tenant), client))
}

/// RFC 7591 §3.1.
async fn create<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    head: &Request<()>,
    body: B,
) -> Result<FullResponse, Refusal> {
    master_keys(ctx)?;
    let initial = auth::admit_registration(ctx, issuer, bearer::token(head.headers())).await?;
    let metadata = object(head, body).await?;
    let new = auth::register(ctx, issuer, &initial, &metadata).await?;
    let mut shown = information(issuer, &new.registration, &new.token)?;
    if let Some(secret) = new.secret {
        shown.insert("client_secret".into(), secret.into());
        // > 0 if it will not expire
        shown.insert("client_secret_expires_at".into(), 0.into());
    }
    Ok(document(StatusCode::CREATED, shown))
}

/// RFC 7592 §2.1.
async fn show<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    id: &str,
    head: &Request<()>,
) -> Result<FullResponse, Refusal> {
    let token = bearer::token(head.headers());
    let known = auth::registered(ctx, issuer, id, token).await?;
    let shown = information(issuer, &known, token.unwrap_or_default())?;
    Ok(document(StatusCode::OK, shown))
}

/// RFC 7592 §2.2.
async fn replace<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    id: &str,
    head: &Request<()>,
    body: B,
) -> Result<FullResponse, Refusal> {
    let token = bearer::token(head.headers());
    let known = auth::registered(ctx, issuer, id, token).await?;
    let body = object(head, body).await?;
    let updated = auth::reregister(ctx, issuer, &known, token, &body).await?;
    let shown = information(issuer, &updated, token.unwrap_or_default())?;
    Ok(document(StatusCode::OK, shown))
}

/// RFC 7592 §2.3.
async fn delete<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    id: &str,
    head: &Request<()>,
) -> Result<FullResponse, Refusal> {
    auth::unregister(ctx, issuer, id, bearer::token(head.headers())).await?;
    Ok(respond::empty(StatusCode::NO_CONTENT))
}

/// Reads the JSON object in a body.
async fn object<B: Body<Data = Bytes>>(
    head: &Request<()>,
    body: B,
) -> Result<JsonObject, OAuthError> {
    let is_json = body::media_type(head.headers())
        .is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"));
    if !is_json {
        return Err(OAuthError::invalid_request(
            "header field `Content-Type` must be `application/json`",
        ));
    }
    let bytes = body::read_up_to(body, MAX_BYTES).await;
    let bytes = bytes.map_err(|error| match error {
        BodyError::TooLarge => OAuthError {
            status: 413,
            ..OAuthError::invalid_request(format!("the body is longer than {MAX_BYTES} bytes"))
        },
        BodyError::Broken => OAuthError::invalid_request("the body ended before its time"),
    })?;
    parse_object(&bytes).map_err(|error| OAuthError::invalid_client_metadata(error.detail))
}

/// What a client is told of itself (RFC 7591 §3.2.1, RFC 7592 §3). Its secret is not kept, so it is told but once.
fn information(
    issuer: &Issuer,
    registration: &Registration,
    token: &str,
) -> Result<JsonObject, OAuthError> {
    let client = &registration.client;
    let mut shown = match serde_json::to_value(&registration.metadata) {
        Ok(Json::Object(members)) => members,
        _ => return Err(OAuthError::internal()),
    };
    let address = format!("{}/{}", issuer.endpoint(paths::REGISTER), client.id);
    let ours = [
        ("client_id", json!(client.id)),
        ("client_id_issued_at", json!(client.created.as_secs())),
        ("registration_access_token", json!(token)),
        ("registration_client_uri", json!(address)),
    ];
    shown.extend(ours.map(|(name, value)| (name.to_owned(), value)));
    Ok(shown)
}

fn document(status: StatusCode, members: JsonObject) -> FullResponse {
    respond::json(status, "application/json", &Json::Object(members))
}

/// The response to a refusal: one of a token has the challenge of RFC 6750 §3.
fn challenged(refusal: Refusal, issuer: &Issuer, head: &Request<()>) -> FullResponse {
    if refusal.error.code != ErrorCode::InvalidToken {
        return refusal.into_response(&issuer.url);
    }
    let has_token = bearer::token(head.headers()).is_some();
    let challenge = Challenge {
        scheme: Scheme::Bearer,
        realm: &issuer.url,
        error: has_token.then_some(&refusal.error),
    };
    let value = HeaderValue::try_from(challenge.to_string());
    let mut response = refusal.into_response(&issuer.url);
    if let Ok(value) = value {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    response
}
