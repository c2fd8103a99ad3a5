//! Clients that register and manage themselves.
//!
//! [RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591#section-3),
//! [RFC 7592 §2](https://www.rfc-editor.org/rfc/rfc7592#section-2)

use rollcall_core::JsonObject;
use rollcall_oauth::OAuthError;
use rollcall_oauth::client::{ClientMetadata, is_secret};
use rollcall_oauth::token::OpaqueKind;
use rollcall_store::auth::{Client, ClientDraft, SecretDraft, TokenFormat};
use rollcall_store::{Database, StoreError, TokenHash};
use serde_json::Value as Json;

use super::{Issuer, oauth_error, registration};
use crate::ctx::Ctx;

/// Members of a client's registration that it is told, and does not send (RFC 7592 §2.2).
const OURS: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// What begins the scopes of the endpoints that are ours, which the operator alone gives.
const OWN_SCOPES: [&str; 3] = ["scim:", "policy:", "admin:"];

/// A client, as it is told of itself.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The client.
    pub client: Client,
    /// What it has registered.
    pub metadata: ClientMetadata,
}

/// A client that was just registered: the only time that its secrets are known.
#[derive(Clone, Debug)]
pub struct NewRegistration {
    /// The client.
    pub registration: Registration,
    /// Its secret, if it proves itself with one.
    pub secret: Option<String>,
    /// With what it manages itself.
    pub token: String,
}

/// Turns away who may not register a client, before the request is looked at.
///
/// # Errors
/// `invalid_token`; 503 and 500 when the store fails.
pub async fn admit_registration<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    initial: Option<&str>,
) -> Result<TokenHash, OAuthError> {
    // What is no initial access token needs no look-up.
    let initial = initial.filter(|token| OpaqueKind::of(token) == Some(OpaqueKind::InitialToken));
    let initial = TokenHash::of(initial.ok_or_else(not_allowed)?);
    let store = ctx.store().await.map_err(oauth_error)?;
    let allows = store
        .allows_registration(&issuer.tenant, &initial, ctx.now())
        .await;
    match allows.map_err(oauth_error)? {
        true => Ok(initial),
        false => Err(not_allowed()),
    }
}

/// Registers a client (RFC 7591 §3.1) with an initial access token.
///
/// # Errors
/// `invalid_client_metadata`, `invalid_redirect_uri`, `unapproved_software_statement`; `invalid_token` when the token has
/// been used up meanwhile; 503 and 500 when the store fails.
pub async fn register<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    initial: &TokenHash,
    metadata: &JsonObject,
) -> Result<NewRegistration, OAuthError> {
    let metadata = own(registration::accept(ctx, metadata)?, None)?;
    let text = registration::text(&metadata).map_err(oauth_error)?;
    let now = ctx.now();
    let (id, secret_id) = (ctx.new_id(now), ctx.new_id(now));
    let (token, token_hash) = registration::secret(ctx, OpaqueKind::RegistrationToken);
    let secret = registration::needs_secret(&metadata)
        .then(|| registration::secret(ctx, OpaqueKind::ClientSecret));
    let draft = ClientDraft {
        id: &id,
        name: metadata.client_name.as_deref().unwrap_or_default(),
        token_format: TokenFormat::default(),
        metadata: &text,
        registration: Some(&token_hash),
    };
    let secret_draft = secret.as_ref().map(|(_, hash)| SecretDraft {
        id: &secret_id,
        hash,
        expires: None,
    });
    let store = ctx.store().await.map_err(oauth_error)?;
    store
        .create_client(
            &issuer.tenant,
            &draft,
            secret_draft.as_ref(),
            Some(initial),
            now,
        )
        .await
        .map_err(|error| match error {
            StoreError::Unauthenticated | StoreError::NotFound => not_allowed(),
            error => oauth_error(error),
        })?;
    Ok(NewRegistration {
        registration: registered(ctx, issuer, &id, Some(&token)).await?,
        secret: secret.map(|(secret, _)| secret),
        token,
    })
}

/// A client, for itself (RFC 7592 §2.1).
///
/// # Errors
/// `invalid_token` when that is not its registration access token, also when it is gone; 503 and 500.
pub async fn registered<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    id: &str,
    token: Option<&str>,
) -> Result<Registration, OAuthError> {
    let hash = token_hash(token)?;
    let store = ctx.store().await.map_err(oauth_error)?;
    let client = store
        .registered_client(&issuer.tenant, id, &hash)
        .await
        .map_err(managed)?;
    let metadata = serde_json::from_str(&client.metadata)
        .map_err(|error| oauth_error(StoreError::Backend(error.to_string())))?;
    Ok(Registration { client, metadata })
}

/// Puts what a client sends in the place of what it has registered (RFC 7592 §2.2). Its registration access token stays:
/// a client that missed the answer would have lost it.
///
/// # Errors
/// As [`registered`]; `invalid_request`, `invalid_client_metadata`, `invalid_redirect_uri`.
pub async fn reregister<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    known: &Registration,
    token: Option<&str>,
    body: &JsonObject,
) -> Result<Registration, OAuthError> {
    let hash = token_hash(token)?;
    let id = known.client.id.as_str();
    if let Some(ours) = OURS.iter().find(|name| body.contains_key(**name)) {
        return Err(OAuthError::invalid_request(format!(
            "`{ours}` is not the client's to send: leave it out"
        )));
    }
    // > This MUST be the same as the client's currently issued client identifier.
    if body.get("client_id").and_then(Json::as_str) != Some(id) {
        return Err(OAuthError::invalid_request(
            "`client_id` must be that of the client",
        ));
    }
    let store = ctx.store().await.map_err(oauth_error)?;
    // > If the client includes the "client_secret" member in the request, the value of this member MUST match the currently
    // > issued client secret for that client.
    if let Some(secret) = body.get("client_secret") {
        let read = store.authenticate_client(&issuer.tenant, id, ctx.now());
        let login = read.await.map_err(oauth_error)?.client;
        let secrets = login.map(|login| login.secrets).unwrap_or_default();
        let hashes: Vec<_> = secrets.iter().map(|hash| *hash.as_bytes()).collect();
        if !secret
            .as_str()
            .is_some_and(|secret| is_secret(secret, &hashes))
        {
            return Err(OAuthError::invalid_client_metadata(
                "`client_secret` is not the client's: it can't choose one",
            ));
        }
    }
    let metadata = own(registration::accept(ctx, body)?, Some(&known.metadata))?;
    if registration::needs_secret(&metadata) && !registration::needs_secret(&known.metadata) {
        return Err(OAuthError::invalid_client_metadata(
            "`token_endpoint_auth_method` can't become one that takes a secret, since the client has none: register a client anew",
        ));
    }
    let text = registration::text(&metadata).map_err(oauth_error)?;
    let draft = ClientDraft {
        id,
        name: metadata.client_name.as_deref().unwrap_or_default(),
        token_format: known.client.token_format,
        metadata: &text,
        registration: None,
    };
    store
        .update_client(&issuer.tenant, &draft, Some(&hash), ctx.now())
        .await
        .map_err(managed)?;
    registered(ctx, issuer, id, token).await
}

/// Deletes a client (RFC 7592 §2.3); its tokens are dead at once.
///
/// # Errors
/// As [`registered`].
pub async fn unregister<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    id: &str,
    token: Option<&str>,
) -> Result<(), OAuthError> {
    let hash = token_hash(token)?;
    let store = ctx.store().await.map_err(oauth_error)?;
    store
        .delete_client(&issuer.tenant, id, Some(&hash), ctx.now())
        .await
        .map_err(managed)
}

/// What a client can give itself. Access to people, and to what others protect, is the operator's to give, and what the
/// operator has given stays.
fn own(
    metadata: ClientMetadata,
    before: Option<&ClientMetadata>,
) -> Result<ClientMetadata, OAuthError> {
    let asked = metadata.scope.as_ref();
    let had = before.and_then(|before| before.scope.as_ref());
    let is_given = |token: &&str| had.is_some_and(|had| had.contains(token));
    let is_own = |token: &&str| OWN_SCOPES.iter().any(|own| token.starts_with(own));
    let more = asked.and_then(|asked| asked.iter().find(|token| is_own(token) && !is_given(token)));
    if let Some(more) = more {
        return Err(OAuthError::invalid_client_metadata(format!(
            "`scope` has `{more}`, which the operator alone can give to a client"
        )));
    }
    Ok(ClientMetadata {
        resources: before
            .map(|before| before.resources.clone())
            .unwrap_or_default(),
        protected_resources: before
            .map(|before| before.protected_resources.clone())
            .unwrap_or_default(),
        ..metadata
    })
}

/// The hash of a registration access token.
fn token_hash(token: Option<&str>) -> Result<TokenHash, OAuthError> {
    token
        .filter(|token| OpaqueKind::of(token) == Some(OpaqueKind::RegistrationToken))
        .map(TokenHash::of)
        .ok_or_else(not_managed)
}

fn managed(error: StoreError) -> OAuthError {
    match error {
        StoreError::Unauthenticated | StoreError::NotFound => not_managed(),
        error => oauth_error(error),
    }
}

fn not_managed() -> OAuthError {
    OAuthError::invalid_token("the token is not the registration access token of this client")
}

fn not_allowed() -> OAuthError {
    OAuthError::invalid_token(
        "the token is no initial access token of this issuer, has expired, or has been used up",
    )
}
