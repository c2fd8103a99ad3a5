//! Deleting a resource (RFC 7644 §3.6).

use rollcall_core::ResourceType;
use rollcall_store::{Database, StoreError};

use super::{IfMatch, View, get, no_such};
use crate::error::Error;
use crate::session::Session;

/// Deletes a resource.
///
/// # Errors
/// 401, 404, 412.
pub async fn delete<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    (id, if_match): (&str, &IfMatch),
) -> Result<(), Error> {
    let expected = match if_match {
        IfMatch::Any => None,
        IfMatch::OneOf(_) => {
            let found = get(session, resource_type, id, &View::default()).await?;
            if_match.check(found.version)?;
            Some(found.version)
        }
    };
    let deleted = session
        .store
        .delete(&session.caller(), resource_type, id, expected)
        .await;
    deleted.map_err(|error| match error {
        StoreError::NotFound => no_such(resource_type, id).into(),
        error => error.into(),
    })
}
