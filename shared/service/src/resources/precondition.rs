//! The condition that a client puts on a change (RFC 7644 §3.14).

use rollcall_core::{Resource, ScimError};

/// Which versions of a resource the client is willing to change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum IfMatch {
    /// Any: the client sent no `If-Match`, or `*`.
    Any,
    /// One of these; a tag that this service never issued matches nothing, so the list may be empty.
    OneOf(Vec<u64>),
}

impl IfMatch {
    /// # Errors
    /// 412 when the resource is at another version.
    pub(super) fn check(&self, resource: &Resource) -> Result<(), ScimError> {
        match self {
            Self::OneOf(versions) if !versions.contains(&resource.version) => {
                Err(ScimError::precondition_failed(format!(
                    "the resource is at version `{}` by now: read it again, and send its current ETag in If-Match",
                    resource.etag()
                )))
            }
            _ => Ok(()),
        }
    }
}
