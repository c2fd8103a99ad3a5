//! Reading a resource (RFC 7644 §3.4.1).

use rollcall_core::ResourceType;
use rollcall_store::{Database, Found, Relations};

use super::no_such;
use crate::error::Error;
use crate::session::Session;

/// What of a resource's relations is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct View<'v> {
    /// The sub-attributes of members or groups; none if they are not shown.
    pub subs: &'v [String],
    /// How many members a group may have for them to be shown; `None` is any number.
    pub most: Option<u64>,
}

/// Reads a resource.
///
/// # Errors
/// 401, 404.
pub async fn get<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    id: &str,
    view: &View<'_>,
) -> Result<Found, Error> {
    let relations = Relations {
        base: session.base,
        subs: view.subs,
        most: view.most,
    };
    let found = session
        .store
        .get(&session.caller(), resource_type, id, &relations)
        .await?;
    Ok(found.ok_or_else(|| no_such(resource_type, id))?)
}
