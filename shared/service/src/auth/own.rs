//! Access tokens of our own, as they come back: JWTs that are verified over the tenant's keys.

use rollcall_core::Timestamp;
use rollcall_oauth::OAuthError;
use rollcall_oauth::token::{AccessClaims, TokenError, may_be_jwt};
use rollcall_store::{Claims, Database};
use serde_json::json;

use super::{Issuer, known_keys};
use crate::ctx::Ctx;

/// Verifies signature, issuer and times of a JWT. That it is live, with all that it hangs on, is for the store to say.
///
/// A key that the instance has not met may have been made by another one: then the keys are read again, which is one
/// statement for each token that names an unknown key, as a token without meaning would cost, too.
///
/// # Errors
/// What is wrong with the token, or with the server.
pub async fn verify_own<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    token: &str,
) -> Result<Result<AccessClaims, TokenError>, OAuthError> {
    if !may_be_jwt(token) {
        return Ok(Err(TokenError::NotOurs));
    }
    let now_secs = ctx.now().as_secs();
    let keys = known_keys(ctx, &issuer.tenant, false).await?;
    let verified = AccessClaims::verify(token, keys.all(), &issuer.url, now_secs);
    let is_known = || {
        let kid = AccessClaims::kid(token);
        kid.is_none_or(|kid| keys.all().iter().any(|key| key.kid() == kid))
    };
    if verified != Err(TokenError::NotOurs) || is_known() {
        return Ok(verified);
    }
    let keys = known_keys(ctx, &issuer.tenant, true).await?;
    Ok(AccessClaims::verify(
        token,
        keys.all(),
        &issuer.url,
        now_secs,
    ))
}

/// What the store has to check of a JWT that was verified; `None` if its epochs are none that we write.
#[must_use]
pub fn store_claims(claims: &AccessClaims) -> Option<Claims> {
    let (client_epoch, person) = match claims.epoch.as_slice() {
        [client] => (*client, None),
        [client, person] => (*client, Some((claims.sub.clone(), *person))),
        _ => return None,
    };
    Some(Claims {
        client: claims.client_id.clone(),
        client_epoch,
        person,
        grant: claims.grant.clone(),
        links: (!claims.links.is_empty()).then(|| json!(claims.links).to_string()),
        jti: claims.jti.clone(),
        expires: Timestamp::from_secs(claims.exp),
    })
}
