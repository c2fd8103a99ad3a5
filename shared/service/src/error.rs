//! Store errors as SCIM errors.

use rollcall_core::ScimError;
use rollcall_store::StoreError;

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
        StoreError::Backend(_) => {
            eprintln!("{error}");
            ScimError::internal()
        }
    }
}
