//! What anyone may know of an issuer: its keys, and what it says of itself.

use rollcall_oauth::OAuthError;
use rollcall_oauth::grant::GrantType;
use rollcall_oauth::metadata::Supported;
use rollcall_oauth::scim_scopes;
use rollcall_store::Database;
use serde_json::Value;

use super::keys::algorithm;
use super::resource::{ADMINISTER, EVALUATE};
use super::{Issuer, known_keys, master_keys, oauth_error, published, signing_keys};
use crate::ctx::Ctx;

/// The grants that a client can begin with today: nothing gives out codes or refresh tokens yet.
const GRANTS: [GrantType; 2] = [GrantType::ClientCredentials, GrantType::TokenExchange];

/// Whether clients may register themselves (RFC 7591).
const HAS_REGISTRATION: bool = true;

/// The endpoints that scopes are named after.
const ENDPOINTS: [&str; 2] = ["Users", "Groups"];

/// The public keys of a tenant (RFC 7517 §5), and for how many seconds they may be kept.
///
/// # Errors
/// 404 when there is no such issuer; 503 without a master key, or when the store is busy; 500.
pub async fn jwks<D: Database>(ctx: &Ctx<D>, issuer: &Issuer) -> Result<(Value, i64), OAuthError> {
    master_keys(ctx)?;
    let tenant = &issuer.tenant;
    if let Some(published) = published::find(ctx, tenant).await {
        return Ok(published);
    }
    let mut keys = known_keys(ctx, tenant, true).await?;
    if keys.all().is_empty() {
        // There is no such tenant, or it has no key yet: some clients read the keys before they ask for a token.
        let store = ctx.store().await.map_err(oauth_error)?;
        let read = store.authenticate_client(tenant, "", ctx.now());
        let read = read.await.map_err(oauth_error)?;
        keys = signing_keys(ctx, tenant, &read).await?;
    }
    Ok(published::publish(ctx, tenant, &keys).await)
}

/// The metadata of an issuer (RFC 8414, OpenID discovery).
///
/// # Errors
/// As [`jwks`].
pub async fn metadata<D: Database>(ctx: &Ctx<D>, issuer: &Issuer) -> Result<Value, OAuthError> {
    master_keys(ctx)?;
    let store = ctx.store().await.map_err(oauth_error)?;
    let read = store.authenticate_client(&issuer.tenant, "", ctx.now());
    let read = read.await.map_err(oauth_error)?;
    // What signs now, and what the operator has set for the next key.
    let mut signing = match read.newest_key {
        Some(_) => signing_keys(ctx, &issuer.tenant, &read)
            .await?
            .algorithms(ctx.now()),
        None => Vec::new(),
    };
    let wanted = algorithm(read.settings.signing_algorithm);
    if !signing.contains(&wanted) {
        signing.push(wanted);
    }
    let mut scopes = scim_scopes::supported(&ENDPOINTS);
    scopes.extend([EVALUATE, ADMINISTER].map(str::to_owned));
    let supported = Supported {
        issuer: &issuer.url,
        grant_types: &GRANTS,
        scopes: &scopes,
        signing: &signing,
        authorization_endpoint: None,
        has_registration: HAS_REGISTRATION,
    };
    Ok(supported.document())
}
