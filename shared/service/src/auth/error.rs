//! What the client gets where the store fails, and what the change log gets where a client is refused.

use rollcall_oauth::{ErrorCode, OAuthError};
use rollcall_store::{Database, StoreError, TenantName};

use crate::ctx::Ctx;
use crate::limits::may_be_made_up;

/// The error for a store error. What went wrong inside is logged, and doesn't leave.
#[must_use]
pub fn oauth_error(error: StoreError) -> OAuthError {
    match error {
        StoreError::NotFound => OAuthError {
            status: 404,
            ..OAuthError::invalid_request("there is no such issuer")
        },
        StoreError::Busy | StoreError::Reconfigured => OAuthError::temporarily_unavailable(
            "the store is busy: send the request again in a moment",
        ),
        error => {
            eprintln!("{error}");
            OAuthError::internal()
        }
    }
}

/// Notes a refusal for the change log: an error that is the client's, and not the server's. To be told a nonce is none, and
/// an issuer that is not there has no change log: where there may be none, a request that comes too early is not noted, since
/// that would be to ask the store after all.
pub fn note_refusal<D: Database>(ctx: &Ctx<D>, tenant: &TenantName, error: &OAuthError) {
    let is_refusal =
        error.status < 500 && error.status != 404 && error.code != ErrorCode::UseDpopNonce;
    let is_for_nobody = error.status == 429 && may_be_made_up(ctx, tenant);
    if is_refusal && !is_for_nobody {
        let (client, code) = (error.client.as_deref(), error.code.as_str());
        ctx.chores.refused(tenant, ctx.now(), client, code);
    }
}
