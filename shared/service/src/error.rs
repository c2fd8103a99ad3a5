//! Why a use case fails.

use rollcall_core::ScimError;
use rollcall_store::{MAX_DOCUMENT, StoreError};

use crate::ports::PasswordError;

/// Why a use case fails. It then changed nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// The client gets this error.
    Refused(ScimError),
    /// The tenant's settings have changed: take the new ones, and do it again.
    Reconfigured,
}

impl From<ScimError> for Error {
    fn from(error: ScimError) -> Self {
        Self::Refused(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Reconfigured => Self::Reconfigured,
            error => Self::Refused(scim_error(error)),
        }
    }
}

impl From<PasswordError> for Error {
    fn from(error: PasswordError) -> Self {
        Self::Refused(match error {
            PasswordError::Refused(detail) => {
                ScimError::invalid_value(format!("`password`: {detail}"))
            }
            PasswordError::Unavailable(_) => {
                eprintln!("{error}");
                unavailable("passwords can't be set at the moment: send the request again")
            }
        })
    }
}

/// 503: it may work in a moment.
pub(crate) fn unavailable(detail: &str) -> ScimError {
    ScimError {
        status: 503,
        scim_type: None,
        detail: detail.to_owned(),
    }
}

/// The SCIM error (RFC 7644 §3.12) for a store error. What went wrong inside is logged, and doesn't leave.
pub(crate) fn scim_error(error: StoreError) -> ScimError {
    match error {
        StoreError::Unauthenticated => ScimError::unauthorized(
            "the bearer token is unknown, has expired, or belongs to another tenant",
        ),
        StoreError::NotFound => ScimError::not_found("there is no such resource"),
        StoreError::PreconditionFailed => ScimError::precondition_failed(
            "the resource has changed: read it again, and send its current ETag in If-Match",
        ),
        StoreError::NoSuchMember => {
            ScimError::invalid_value("one of `members` is no user or group of this tenant")
        }
        StoreError::Conflict => ScimError::uniqueness("a value that must be unique is taken"),
        StoreError::TooLarge => ScimError::payload_too_large(format!(
            "the resource would be larger than {MAX_DOCUMENT} bytes: remove something first"
        )),
        StoreError::Busy | StoreError::Reconfigured => {
            unavailable("the store is busy: send the request again")
        }
        StoreError::TooMany | StoreError::Backend(_) => {
            eprintln!("{error}");
            ScimError::internal()
        }
    }
}
