//! Provisioning tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_core::{Timestamp, excerpt};
use rollcall_store::{Database, StoreError, Token, TokenHash};

use super::AdminError;
use super::tenants::{in_tenant, parse};
use crate::ctx::Ctx;

/// The longest name of a token, in characters.
const MAX_NAME: usize = 100;

/// A token that was just issued: the only time that its secret is known.
#[derive(Clone, Debug)]
pub struct Issued {
    /// What is kept of it.
    pub token: Token,
    /// What the identity provider sends: `rc_` and 256 random bits in base64url.
    pub secret: String,
}

/// Issues a token of a tenant. Any number may be valid at a time, so that a new one can be in place before the old one
/// goes.
///
/// # Errors
/// [`AdminError::Invalid`] when the name is empty or too long, or the expiry has passed; [`AdminError::NotFound`].
pub async fn create_token<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    name: &str,
    expires: Option<Timestamp>,
) -> Result<Issued, AdminError> {
    check_name(name)?;
    let now = ctx.now();
    if expires.is_some_and(|expires| expires <= now) {
        return Err(AdminError::Invalid(
            "`expires_at` has passed: name a time to come, or leave it out".into(),
        ));
    }
    let secret = format!("rc_{}", URL_SAFE_NO_PAD.encode(ctx.new_secret()));
    let token = Token {
        id: ctx.new_id(now),
        name: name.to_owned(),
        created: now,
        expires,
    };
    let store = ctx.store().await.map_err(AdminError::Store)?;
    let created = store
        .create_token(&parse(tenant)?, &token, &TokenHash::of(&secret))
        .await;
    created.map_err(|error| in_tenant(error, tenant))?;
    Ok(Issued { token, secret })
}

/// Checks the name of a token.
pub(super) fn check_name(name: &str) -> Result<(), AdminError> {
    if name.trim().is_empty() || name.chars().count() > MAX_NAME {
        return Err(AdminError::Invalid(format!(
            "`name` must have 1 to {MAX_NAME} characters, so that the token can be told from others"
        )));
    }
    Ok(())
}

/// The tokens of a tenant, the oldest first.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn tokens<D: Database>(ctx: &Ctx<D>, tenant: &str) -> Result<Vec<Token>, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .tokens(&parse(tenant)?)
        .await
        .map_err(|error| in_tenant(error, tenant))
}

/// Deletes a token; it stops working at once.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn delete_token<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    id: &str,
) -> Result<(), AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .delete_token(&parse(tenant)?, id, ctx.now())
        .await
        .map_err(|error| match error {
            StoreError::NotFound => AdminError::NotFound(format!(
                "tenant `{tenant}` has no token with the id `{}`",
                excerpt(id)
            )),
            error => AdminError::Store(error),
        })
}
