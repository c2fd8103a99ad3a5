//! Clients (RFC 6749 §2), with the metadata of RFC 7591.

use rollcall_core::{JsonObject, excerpt};
use rollcall_oauth::token::OpaqueKind;
use rollcall_store::auth::{Client, ClientDraft, SecretDraft, TokenFormat};
use rollcall_store::{Database, StoreError};

use super::AdminError;
use super::tenants::{in_tenant, parse};
use crate::auth::registration;
use crate::ctx::Ctx;

/// How many clients a page has when the operator doesn't say, and at the most.
const MAX_CLIENTS: u32 = 1000;

/// A client that was just registered.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// The client.
    pub client: Client,
    /// Its secret, if it proves itself with one: the only time that it is known.
    pub secret: Option<String>,
}

/// Registers a client under a new id, with a secret if it proves itself with one.
///
/// # Errors
/// [`AdminError::Invalid`]; [`AdminError::NotFound`].
pub async fn create_client<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    metadata: &JsonObject,
    token_format: Option<&str>,
) -> Result<NewClient, AdminError> {
    let name = parse(tenant)?;
    let format = format_of(token_format)?.unwrap_or_default();
    let metadata = registration::accept(ctx, metadata).map_err(AdminError::from)?;
    let text = registration::text(&metadata).map_err(AdminError::Store)?;
    let now = ctx.now();
    let (id, secret_id) = (ctx.new_id(now), ctx.new_id(now));
    let secret = registration::needs_secret(&metadata)
        .then(|| registration::secret(ctx, OpaqueKind::ClientSecret));
    let draft = ClientDraft {
        id: &id,
        name: metadata.client_name.as_deref().unwrap_or_default(),
        token_format: format,
        metadata: &text,
        registration: None,
    };
    let secret_draft = secret.as_ref().map(|(_, hash)| SecretDraft {
        id: &secret_id,
        hash,
        expires: None,
    });
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .create_client(&name, &draft, secret_draft.as_ref(), None, now)
        .await
        .map_err(|error| in_tenant(error, tenant))?;
    Ok(NewClient {
        client: client(ctx, tenant, &id).await?,
        secret: secret.map(|(secret, _)| secret),
    })
}

/// The clients of a tenant whose id comes after `after`, in the order of their ids.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn clients<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    after: &str,
    count: Option<u32>,
) -> Result<Vec<Client>, AdminError> {
    super::tenant(ctx, tenant).await?;
    let store = ctx.store().await.map_err(AdminError::Store)?;
    let limit = count.unwrap_or(MAX_CLIENTS).min(MAX_CLIENTS);
    store
        .clients(&parse(tenant)?, (after, limit))
        .await
        .map_err(AdminError::Store)
}

/// One client.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn client<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    id: &str,
) -> Result<Client, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    let found = store.client(&parse(tenant)?, id).await;
    found
        .map_err(AdminError::Store)?
        .ok_or_else(|| no_client(tenant, id))
}

/// Puts other metadata in the place of a client's. Without a token format that stays as it is.
///
/// # Errors
/// [`AdminError::Invalid`]; [`AdminError::NotFound`].
pub async fn update_client<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    id: &str,
    metadata: &JsonObject,
    token_format: Option<&str>,
) -> Result<Client, AdminError> {
    let format = format_of(token_format)?;
    let metadata = registration::accept(ctx, metadata).map_err(AdminError::from)?;
    let text = registration::text(&metadata).map_err(AdminError::Store)?;
    let known = client(ctx, tenant, id).await?;
    let draft = ClientDraft {
        id,
        name: metadata.client_name.as_deref().unwrap_or_default(),
        token_format: format.unwrap_or(known.token_format),
        metadata: &text,
        registration: None,
    };
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .update_client(&parse(tenant)?, &draft, None, ctx.now())
        .await
        .map_err(|error| in_client(error, tenant, id))?;
    client(ctx, tenant, id).await
}

/// Deletes a client; its tokens are dead at once.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn delete_client<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    id: &str,
) -> Result<(), AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .delete_client(&parse(tenant)?, id, None, ctx.now())
        .await
        .map_err(|error| in_client(error, tenant, id))
}

/// Disables a client, or enables it again. Its tokens are dead at once, and stay so.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn set_client_disabled<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    id: &str,
    disabled: bool,
) -> Result<Client, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .set_client_disabled(&parse(tenant)?, id, disabled, ctx.now())
        .await
        .map_err(|error| in_client(error, tenant, id))?;
    client(ctx, tenant, id).await
}

fn format_of(name: Option<&str>) -> Result<Option<TokenFormat>, AdminError> {
    let Some(name) = name else { return Ok(None) };
    TokenFormat::parse(name).map(Some).ok_or_else(|| {
        AdminError::Invalid(format!(
            "`tokenFormat` is `{}`: use jwt or opaque",
            excerpt(name)
        ))
    })
}

/// A store error, where only the client can be what was not found.
pub(super) fn in_client(error: StoreError, tenant: &str, id: &str) -> AdminError {
    match error {
        StoreError::NotFound => no_client(tenant, id),
        error => AdminError::Store(error),
    }
}

fn no_client(tenant: &str, id: &str) -> AdminError {
    AdminError::NotFound(format!(
        "tenant `{}` has no client with the id `{}`",
        excerpt(tenant),
        excerpt(id)
    ))
}
