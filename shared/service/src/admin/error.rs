//! Why an admin call is refused.

use rollcall_oauth::OAuthError;
use rollcall_store::StoreError;
use thiserror::Error;

/// Why an admin call is refused; the text says what to change.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum AdminError {
    /// No `admin_token` is configured.
    #[error("the admin API is off: set the variable `admin_token` to turn it on")]
    Off,
    /// The caller did not send the admin token.
    #[error("send the admin token as `Authorization: Bearer …`")]
    Unauthenticated,
    /// Something in the request is not as it should be.
    #[error("{0}")]
    Invalid(String),
    /// What the request names does not exist.
    #[error("{0}")]
    NotFound(String),
    /// The request goes against what is there.
    #[error("{0}")]
    Conflict(String),
    /// It can't be done at the moment.
    #[error("{0}")]
    Unavailable(String),
    /// Something failed inside, and the log says what.
    #[error("the authorization server failed")]
    Failed,
    /// The store failed.
    #[error("the store failed")]
    Store(StoreError),
}

impl From<OAuthError> for AdminError {
    /// What a client would be told of its metadata, the operator is told of them.
    fn from(error: OAuthError) -> Self {
        Self::Invalid(error.description)
    }
}
