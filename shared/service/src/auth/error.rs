//! What the client gets where the store fails.

use rollcall_oauth::OAuthError;
use rollcall_store::StoreError;

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

/// Whether an error is the client's, and not the server's: a refusal, which belongs in the change log.
#[must_use]
pub const fn refused(error: &OAuthError) -> bool {
    error.status < 500
}
