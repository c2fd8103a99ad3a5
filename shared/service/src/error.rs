//! Store errors as SCIM errors.

use rollcall_core::ScimError;
use rollcall_store::{MAX_DOCUMENT, StoreError};

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
        StoreError::Conflict => ScimError::uniqueness("a value that must be unique is taken"),
        StoreError::TooLarge => ScimError::payload_too_large(format!(
            "the resource would be larger than {MAX_DOCUMENT} bytes: remove something first"
        )),
        StoreError::Busy => ScimError {
            status: 503,
            scim_type: None,
            detail: "the store is busy: send the request again".to_owned(),
        },
        StoreError::Backend(_) => {
            eprintln!("{error}");
            ScimError::internal()
        }
    }
}
