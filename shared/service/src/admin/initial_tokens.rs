//! Initial access tokens: what lets clients register themselves (RFC 7591 §3).

use rollcall_core::{Timestamp, excerpt};
use rollcall_oauth::token::OpaqueKind;
use rollcall_store::auth::{InitialToken, InitialTokenDraft};
use rollcall_store::{Database, StoreError};

use super::AdminError;
use super::tenants::{in_tenant, parse};
use super::tokens::check_name;
use crate::auth::registration;
use crate::ctx::Ctx;

/// How many tokens a page has when the operator doesn't say, and at the most.
const MAX_TOKENS: u32 = 1000;

/// A token that was just issued: the only time that its secret is known.
#[derive(Clone, Debug)]
pub struct NewInitialToken {
    /// What is kept of it.
    pub token: InitialToken,
    /// What whoever registers a client sends.
    pub secret: String,
}

/// Issues an initial access token, for `uses` clients, or any number.
///
/// # Errors
/// [`AdminError::Invalid`]; [`AdminError::NotFound`].
pub async fn create_initial_token<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    name: &str,
    expires: Option<Timestamp>,
    uses: Option<i64>,
) -> Result<NewInitialToken, AdminError> {
    check_name(name)?;
    let now = ctx.now();
    if expires.is_some_and(|expires| expires <= now) {
        return Err(AdminError::Invalid(
            "`expires_at` has passed: name a time to come, or leave it out".into(),
        ));
    }
    let uses = match uses.map(u32::try_from) {
        None => None,
        Some(Ok(uses)) if uses > 0 => Some(uses),
        Some(_) => {
            return Err(AdminError::Invalid(format!(
                "`uses` must be between 1 and {}: leave it out for any number",
                u32::MAX
            )));
        }
    };
    let (secret, hash) = registration::secret(ctx, OpaqueKind::InitialToken);
    let token = InitialToken {
        id: ctx.new_id(now),
        name: name.to_owned(),
        created: now,
        expires,
        uses,
    };
    let draft = InitialTokenDraft {
        id: &token.id,
        name,
        hash: &hash,
        expires,
        uses,
    };
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .create_initial_token(&parse(tenant)?, &draft, now)
        .await
        .map_err(|error| in_tenant(error, tenant))?;
    Ok(NewInitialToken { token, secret })
}

/// The initial access tokens of a tenant whose id comes after `after`, in the order of their ids.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn initial_tokens<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    after: &str,
    count: Option<u32>,
) -> Result<Vec<InitialToken>, AdminError> {
    super::tenant(ctx, tenant).await?;
    let store = ctx.store().await.map_err(AdminError::Store)?;
    let limit = count.unwrap_or(MAX_TOKENS).min(MAX_TOKENS);
    store
        .initial_tokens(&parse(tenant)?, (after, limit))
        .await
        .map_err(AdminError::Store)
}

/// Deletes an initial access token; it stops working at once. The clients that it let in stay.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn delete_initial_token<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    id: &str,
) -> Result<(), AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .delete_initial_token(&parse(tenant)?, id, ctx.now())
        .await
        .map_err(|error| match error {
            StoreError::NotFound => AdminError::NotFound(format!(
                "tenant `{tenant}` has no initial access token with the id `{}`",
                excerpt(id)
            )),
            error => AdminError::Store(error),
        })
}
