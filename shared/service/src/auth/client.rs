//! Who the client is, and whether it is.
//!
//! [RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3),
//! [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523#section-3)

use rollcall_core::Timestamp;
use rollcall_oauth::client::{
    AssertionRules, AuthMethod, ClientMetadata, Presented, is_secret, verify_assertion,
};
use rollcall_oauth::jose::JwkSet;
use rollcall_oauth::metadata::paths;
use rollcall_oauth::{OAuthError, SingleUse};
use rollcall_store::auth::{Authentication, Client, ClientLogin};
use rollcall_store::{Database, TokenHash};

use super::{Issuer, client_keys, oauth_error};
use crate::ctx::Ctx;

/// A client that has proved who it is, or is a public one, which cannot.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient {
    /// The client.
    pub client: Client,
    /// What it has registered.
    pub metadata: ClientMetadata,
}

impl AuthenticatedClient {
    /// Whether it has no way to prove who it is.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == AuthMethod::None
    }
}

/// Authenticates a client at an endpoint, such as `/oauth/token`: one read of the store, and a write for an assertion,
/// which is good for one use.
///
/// # Errors
/// `invalid_client`; 404 when there is no such issuer; 503 and 500 when the store fails.
pub async fn authenticate<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    endpoint: &str,
    presented: &Presented,
) -> Result<(AuthenticatedClient, Authentication), OAuthError> {
    let store = ctx.store().await.map_err(oauth_error)?;
    let read = store
        .authenticate_client(&issuer.tenant, presented.client_id(), ctx.now())
        .await
        .map_err(oauth_error)?;
    let client = check(ctx, issuer, endpoint, presented, &read).await?;
    Ok((client, read))
}

/// The same where the client has been read already, by a statement that reads more than that.
///
/// # Errors
/// As [`authenticate`].
pub async fn check<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    endpoint: &str,
    presented: &Presented,
    read: &Authentication,
) -> Result<AuthenticatedClient, OAuthError> {
    let checked = checked(ctx, issuer, endpoint, presented, read).await;
    checked.map_err(|error| match &read.client {
        Some(login) => error.of_client(&login.client.id),
        None => error,
    })
}

async fn checked<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    endpoint: &str,
    presented: &Presented,
    read: &Authentication,
) -> Result<AuthenticatedClient, OAuthError> {
    // The same words for a client that is not there, and for one that does not prove who it is.
    let login = read.client.as_ref().ok_or_else(unproved)?;
    let metadata: ClientMetadata =
        serde_json::from_str(&login.client.metadata).map_err(|error| {
            eprintln!("client `{}` is damaged: {error}", login.client.id);
            OAuthError::internal()
        })?;
    let used = prove(ctx, (issuer, endpoint), presented, login, &metadata).await?;
    // Only who proved who it is learns that the tenant is suspended, or that it is disabled itself.
    let closed = match (read.suspended, login.client.disabled) {
        (true, _) => Some("the tenant is suspended"),
        (_, true) => Some("the client is disabled"),
        _ => None,
    };
    if let Some(why) = closed {
        return Err(OAuthError::invalid_client(why).to_proved());
    }
    if let Some(used) = used {
        let name = format!("assertion {} {}", login.client.id, used.id);
        let is_first = use_once(ctx, issuer, &name, &used).await?;
        if !is_first {
            return Err(OAuthError::invalid_client(
                "the client assertion is not accepted: its `jti` was used before",
            ));
        }
    }
    Ok(AuthenticatedClient {
        client: login.client.clone(),
        metadata,
    })
}

/// Checks the proof; what is returned must not have been used before.
async fn prove<D: Database>(
    ctx: &Ctx<D>,
    (issuer, endpoint): (&Issuer, &str),
    presented: &Presented,
    login: &ClientLogin,
    metadata: &ClientMetadata,
) -> Result<Option<SingleUse>, OAuthError> {
    if presented.method() != metadata.token_endpoint_auth_method {
        return Err(unproved());
    }
    match presented {
        Presented::Public { .. } => Ok(None),
        Presented::Secret { secret, .. } => {
            let hashes: Vec<_> = login.secrets.iter().map(|hash| *hash.as_bytes()).collect();
            if is_secret(secret, &hashes) {
                Ok(None)
            } else {
                Err(unproved())
            }
        }
        Presented::Assertion { assertion, .. } => {
            let keys = registered_keys(ctx, metadata, false).await?;
            let verify = |keys: &JwkSet| {
                let rules = AssertionRules {
                    client_id: &login.client.id,
                    // > The token endpoint URL of the authorization server MAY be used as a value for an "aud" element to
                    // > identify the authorization server as an intended audience of the JWT.
                    audiences: &[
                        &issuer.url,
                        &issuer.endpoint(paths::TOKEN),
                        &issuer.endpoint(endpoint),
                    ],
                    keys,
                    now_secs: ctx.now().as_secs(),
                };
                verify_assertion(assertion, &rules)
            };
            let verified = verify(&keys);
            if verified.is_ok() || metadata.jwks_uri.is_none() {
                return verified.map(Some);
            }
            // The client may have another key by now.
            let newer = registered_keys(ctx, metadata, true).await?;
            if newer == keys {
                verified.map(Some)
            } else {
                verify(&newer).map(Some)
            }
        }
    }
}

/// The keys that a client signs its assertions with. With `anew`, what it publishes is fetched again, if that was a while
/// ago.
async fn registered_keys<D: Database>(
    ctx: &Ctx<D>,
    metadata: &ClientMetadata,
    anew: bool,
) -> Result<JwkSet, OAuthError> {
    if let Some(address) = &metadata.jwks_uri {
        return client_keys(ctx, address, anew).await;
    }
    let keys = metadata.jwks.as_ref().and_then(JwkSet::of);
    keys.ok_or_else(unproved)
}

/// Whether this is the first use of something. What is not known counts as used: the store failing is an error.
///
/// # Errors
/// 503 and 500 when the store fails.
pub(super) async fn use_once<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    name: &str,
    used: &SingleUse,
) -> Result<bool, OAuthError> {
    let store = ctx.store().await.map_err(oauth_error)?;
    store
        .use_once(
            &issuer.tenant,
            &TokenHash::of(name),
            Timestamp::from_secs(used.until_secs),
            ctx.now(),
        )
        .await
        .map_err(oauth_error)
}

fn unproved() -> OAuthError {
    OAuthError::invalid_client(
        "the client is unknown, or did not prove who it is in the way that it has registered",
    )
}
