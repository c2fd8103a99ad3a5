//! What the registrations of the operator and of the clients themselves have in common (RFC 7591 §2).

use rollcall_core::JsonObject;
use rollcall_oauth::OAuthError;
use rollcall_oauth::client::{AuthMethod, ClientMetadata};
use rollcall_oauth::token::{OpaqueKind, mint};
use rollcall_store::{Database, StoreError, TokenHash};

use crate::ctx::Ctx;

/// Reads metadata, and checks it.
///
/// # Errors
/// `invalid_client_metadata`, `invalid_redirect_uri`, `unapproved_software_statement`.
pub(crate) fn accept<D: Database>(
    ctx: &Ctx<D>,
    metadata: &JsonObject,
) -> Result<ClientMetadata, OAuthError> {
    // One that is passed over would let the client believe that what it says counts (RFC 7591 §3.1.1).
    if metadata
        .get("software_statement")
        .is_some_and(|statement| !statement.is_null())
    {
        return Err(OAuthError::unapproved_software_statement(
            "`software_statement` is none that counts here: register without one",
        ));
    }
    let text = serde_json::to_vec(metadata)
        .map_err(|_| OAuthError::invalid_client_metadata("the metadata cannot be read"))?;
    let metadata = ClientMetadata::parse(&text)?;
    if let Some(uri) = &metadata.jwks_uri {
        ctx.config.outbound.check(uri).map_err(|reason| {
            OAuthError::invalid_client_metadata(format!("`jwks_uri` {reason}"))
        })?;
    }
    Ok(metadata)
}

/// Whether a client proves itself with a secret.
pub(crate) const fn needs_secret(metadata: &ClientMetadata) -> bool {
    matches!(
        metadata.token_endpoint_auth_method,
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
    )
}

/// Metadata as they are kept.
///
/// # Errors
/// [`StoreError::Backend`].
pub(crate) fn text(metadata: &ClientMetadata) -> Result<String, StoreError> {
    serde_json::to_string(metadata).map_err(|error| StoreError::Backend(error.to_string()))
}

/// A new secret of that kind, and what is kept of it.
pub(crate) fn secret<D: Database>(ctx: &Ctx<D>, kind: OpaqueKind) -> (String, TokenHash) {
    let secret = mint(kind, &ctx.new_secret());
    let hash = TokenHash::of(&secret);
    (secret, hash)
}
