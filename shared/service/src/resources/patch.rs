//! Modifying a resource with PATCH (RFC 7644 §3.5.2).

use rollcall_core::{
    MemberChange, Members, PatchOp, Patched, Relation, Resource, ResourceType, ScimError, apply,
    member_change,
};
use rollcall_store::{Besides, Database, Found, Operation, StoreError};

use super::members::{no_such_member, with_members};
use super::secret::take_secrets;
use super::update::{Change, update};
use super::{IfMatch, View, get, no_such};
use crate::error::Error;
use crate::session::Session;

/// How many members a group may have for an answer to PATCH to show them, unless the client asks for them: it would cost
/// as much as the group is large, and a client that adds one member hardly wants to see a hundred thousand.
pub const MOST_MEMBERS_SHOWN: u64 = 1000;

/// Applies all of the request's operations, or none of them.
///
/// # Errors
/// 400 when an operation cannot be applied, 401, 404, 409 `uniqueness`, 412.
pub async fn patch<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    (id, if_match): (&str, &IfMatch),
    operations: &[PatchOp],
    view: &View<'_>,
) -> Result<Found, Error> {
    let mode = session.mode();
    let has_members = matches!(resource_type.related(), Some((Relation::Members, _)));
    if has_members
        && *if_match == IfMatch::Any
        && let Some(members) = member_change(operations, resource_type, mode)?
    {
        return change_members(session, resource_type, id, members, view).await;
    }
    let what = (id, if_match);
    update(
        session,
        resource_type,
        what,
        Operation::Patch,
        view,
        async |old| change(session, resource_type, old, operations).await,
    )
    .await
}

/// What the operations make of a resource.
async fn change<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    old: &Resource,
    operations: &[PatchOp],
) -> Result<Change, Error> {
    let mode = session.mode();
    let mut patched = apply(old, operations, resource_type, mode)?;
    if patched.members == Members::Needed {
        let whole = with_members(session, resource_type, old).await?;
        patched = apply(&whole, operations, resource_type, mode)?;
    }
    let Patched {
        mut attributes,
        members,
    } = patched;
    let password = take_secrets(&mut attributes, resource_type);
    Ok(Change {
        attributes,
        besides: Besides {
            members: match members {
                Members::Changed(members) => members,
                Members::Needed => return Err(ScimError::internal().into()),
            },
            password: session.hash(password).await?,
        },
    })
}

/// Changes the members of a group, and nothing else of it: the group need not be read before.
async fn change_members<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    id: &str,
    members: MemberChange,
    view: &View<'_>,
) -> Result<Found, Error> {
    let besides = Besides {
        members,
        password: None,
    };
    if !besides.is_empty() {
        let written = session
            .store
            .update_besides(
                &session.caller(),
                resource_type,
                Operation::Patch,
                (id, None),
                &besides,
            )
            .await;
        match written {
            Ok(()) => {}
            Err(StoreError::NotFound) => return Err(no_such(resource_type, id).into()),
            Err(StoreError::NoSuchMember) => {
                return Err(no_such_member(session, &besides.members).await);
            }
            Err(error) => return Err(error.into()),
        }
    }
    get(session, resource_type, id, view).await
}
