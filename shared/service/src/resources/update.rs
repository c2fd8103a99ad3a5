//! What PUT and PATCH have in common: a new state made from the current one, and no update lost between the two.

use rollcall_core::{JsonObject, Relation, Resource, ResourceType, ScimError};
use rollcall_store::{Besides, Database, Found, Operation, StoreError};

use super::conflict::{holder, taken};
use super::members::no_such_member;
use super::{IfMatch, View, get, no_such};
use crate::error::Error;
use crate::session::Session;

/// How often a change is made anew because another one came between. Each round that fails is another request's
/// success, so only a crowd of more than this many simultaneous writers of one resource could exhaust it.
const ATTEMPTS: usize = 64;

/// A new state of a resource.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    /// Its attributes, without relations and secrets.
    pub attributes: JsonObject,
    /// What changes beside them.
    pub besides: Besides,
}

/// Loads the resource, makes its new state with `change`, and writes it if it differs. When another write came between,
/// all of that is done again with what that write left.
pub(super) async fn update<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    (id, if_match): (&str, &IfMatch),
    operation: Operation,
    view: &View<'_>,
    change: impl AsyncFn(&Resource) -> Result<Change, Error>,
) -> Result<Found, Error> {
    // The groups of a user stay the same, and come along; members are read when the change has been made.
    let has_members = matches!(resource_type.related(), Some((Relation::Members, _)));
    let first_view = if has_members { View::default() } else { *view };
    for _ in 0..ATTEMPTS {
        let found = get(session, resource_type, id, &first_view).await?;
        if_match.check(found.version)?;
        let old = found.resource()?;
        let new = change(&old).await?;
        let outcome = write(session, resource_type, operation, &old, &new).await;
        match outcome {
            // Whether a change of members has come to anything, and so led to a new version, is for the store to say.
            Ok(_) if has_members && !(view.subs.is_empty() && new.besides.members.is_empty()) => {
                return get(session, resource_type, id, view).await;
            }
            Ok(None) => return Ok(found),
            Ok(Some(resource)) => {
                return Ok(Found {
                    related: found.related,
                    ..Found::of(&resource)
                });
            }
            Err(StoreError::PreconditionFailed) => {}
            Err(StoreError::NotFound) => return Err(no_such(resource_type, id).into()),
            Err(StoreError::NoSuchMember) => {
                return Err(no_such_member(session, &new.besides.members).await);
            }
            Err(StoreError::Conflict) => {
                let holder = holder(session, resource_type, &new.attributes).await?;
                let taken = taken(session, resource_type, &new.attributes, holder.as_ref());
                return Err(taken.into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(ScimError::conflict(
        "too many simultaneous changes of this resource: send the request again",
    )
    .into())
}

/// Writes what differs, if anything does, and returns the resource as it is then.
async fn write<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    operation: Operation,
    old: &Resource,
    new: &Change,
) -> Result<Option<Resource>, StoreError> {
    let caller = session.caller();
    let is_same = new.attributes == old.attributes;
    // RFC 7644 §3.5.2.1: "If the value already exists, no changes SHOULD be made to the resource"
    if is_same && new.besides.is_empty() {
        return Ok(None);
    }
    let resource = Resource {
        id: old.id.clone(),
        version: old.version + 1,
        created: old.created,
        modified: session.now(),
        attributes: new.attributes.clone(),
    };
    let besides = &new.besides;
    if is_same {
        let what = (old.id.as_str(), Some(old.version));
        session
            .store
            .update_besides(&caller, resource_type, operation, what, besides)
            .await?;
    } else {
        session
            .store
            .update(&caller, resource_type, operation, (old, &resource), besides)
            .await?;
    }
    Ok(Some(resource))
}
