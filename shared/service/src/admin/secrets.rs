//! The secrets of clients.

use rollcall_core::{Timestamp, excerpt};
use rollcall_oauth::client::ClientMetadata;
use rollcall_oauth::token::OpaqueKind;
use rollcall_store::auth::{MAX_SECRETS, Secret, SecretDraft};
use rollcall_store::{Database, StoreError};

use super::AdminError;
use super::clients::{client, in_client};
use super::tenants::parse;
use crate::auth::registration;
use crate::ctx::Ctx;

/// A secret that was just made: the only time that it is known.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// What is kept of it.
    pub secret: Secret,
    /// What the client sends.
    pub text: String,
}

/// Gives a client another secret. With `others_end`, those that it has stop working then at the latest.
///
/// # Errors
/// [`AdminError::Invalid`] when a time has passed; [`AdminError::Conflict`] when it has as many as it may, or proves
/// itself otherwise; [`AdminError::NotFound`].
pub async fn add_secret<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    id: &str,
    expires: Option<Timestamp>,
    others_end: Option<Timestamp>,
) -> Result<NewSecret, AdminError> {
    let now = ctx.now();
    if expires.is_some_and(|expires| expires <= now) {
        return Err(AdminError::Invalid(
            "`expires_at` has passed: name a time to come, or leave it out".into(),
        ));
    }
    let known = client(ctx, tenant, id).await?;
    let metadata: ClientMetadata = serde_json::from_str(&known.metadata)
        .map_err(|error| AdminError::Store(StoreError::Backend(error.to_string())))?;
    if !registration::needs_secret(&metadata) {
        return Err(AdminError::Conflict(format!(
            "the client authenticates by `{}`, which takes no secret: change `token_endpoint_auth_method` first",
            metadata.token_endpoint_auth_method.as_str()
        )));
    }
    let (text, hash) = registration::secret(ctx, OpaqueKind::ClientSecret);
    let secret = Secret {
        id: ctx.new_id(now),
        created: now,
        expires,
    };
    let draft = SecretDraft {
        id: &secret.id,
        hash: &hash,
        expires,
    };
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .add_secret(&parse(tenant)?, id, &draft, others_end, now)
        .await
        .map_err(|error| match error {
            StoreError::TooMany => AdminError::Conflict(format!(
                "the client has {MAX_SECRETS} secrets: delete one, or let them end with `others_expire_at`"
            )),
            error => in_client(error, tenant, id),
        })?;
    Ok(NewSecret { secret, text })
}

/// The secrets of a client, the oldest first.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn secrets<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    id: &str,
) -> Result<Vec<Secret>, AdminError> {
    client(ctx, tenant, id).await?;
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .secrets(&parse(tenant)?, id)
        .await
        .map_err(AdminError::Store)
}

/// Deletes a secret; it stops working at once.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn delete_secret<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    client: &str,
    id: &str,
) -> Result<(), AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .delete_secret(&parse(tenant)?, client, id, ctx.now())
        .await
        .map_err(|error| match error {
            StoreError::NotFound => AdminError::NotFound(format!(
                "the client has no secret with the id `{}`",
                excerpt(id)
            )),
            error => AdminError::Store(error),
        })
}
