//! A client gives back a token.
//!
//! [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)

use rollcall_core::Timestamp;
use rollcall_oauth::client::Presented;
use rollcall_oauth::metadata::paths;
use rollcall_oauth::token::OpaqueKind;
use rollcall_oauth::{Form, OAuthError};
use rollcall_store::auth::Actor;
use rollcall_store::{Database, TokenHash};

use super::{Issuer, authenticate, oauth_error, verify_own};
use crate::ctx::Ctx;

/// Revokes a token of the client's: a refresh token with its whole family. What is no token, or another client's, is
/// passed over:
///
/// > invalid tokens do not cause an error response since the client cannot handle such an error in a reasonable way
///
/// The hint is not needed: a token says what it is.
///
/// # Errors
/// `invalid_client`; `invalid_request`; `unsupported_token_type` for what has another way to end; 404 when there is no
/// such issuer; 503 and 500 when the store fails, and the token may not be revoked.
pub async fn revoke<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    presented: &Presented,
    form: &Form,
) -> Result<(), OAuthError> {
    let (client, _) = authenticate(ctx, issuer, paths::REVOKE, presented).await?;
    let token = form.required("token")?;
    let (tenant, client, now) = (&issuer.tenant, client.client.id.as_str(), ctx.now());
    let store = ctx.store().await.map_err(oauth_error)?;
    let hash = TokenHash::of(token);
    match OpaqueKind::of(token) {
        Some(OpaqueKind::AccessToken) => store.revoke_opaque(tenant, client, &hash, now).await,
        Some(OpaqueKind::RefreshToken) => store.revoke_refresh(tenant, client, &hash, now).await,
        Some(_) => {
            return Err(OAuthError::unsupported_token_type(
                "only access tokens and refresh tokens are revoked here",
            ));
        }
        None => match verify_own(ctx, issuer, token).await? {
            Ok(claims) if claims.client_id == client => {
                let named = (claims.jti.as_str(), Timestamp::from_secs(claims.exp));
                store
                    .revoke_jwt(tenant, Actor::Client(client), named, now)
                    .await
            }
            Ok(_) | Err(_) => return Ok(()),
        },
    }
    .map_err(oauth_error)
}
