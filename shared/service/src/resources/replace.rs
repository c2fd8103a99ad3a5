//! Replacing a resource with PUT (RFC 7644 §3.5.1).

use rollcall_core::{JsonObject, MemberChange, Resource, ResourceType, accept, members_of};
use rollcall_store::{Besides, Database, Found, Operation};

use super::secret::take_secrets;
use super::update::{Change, update};
use super::{IfMatch, View};
use crate::error::Error;
use crate::session::Session;

/// Puts what the client sent in the place of the resource's attributes; read-only ones stay.
///
/// # Errors
/// 400 when the body is not a valid resource of the type or would change an immutable attribute, 401, 404, 409
/// `uniqueness`, 412.
pub async fn replace<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    (id, if_match): (&str, &IfMatch),
    body: JsonObject,
    view: &View<'_>,
) -> Result<Found, Error> {
    let mut new = accept(body, resource_type, session.mode())?;
    let members = members_of(&mut new, resource_type)?;
    let password = take_secrets(&mut new, resource_type);
    let besides = Besides {
        members: members.map_or_else(MemberChange::default, |add| MemberChange {
            clear: true,
            add,
            remove: Vec::new(),
        }),
        password: session.hash(password).await?,
    };
    let change = async |old: &Resource| {
        Ok(Change {
            attributes: rollcall_core::replace(old, new.clone(), resource_type)?,
            besides: besides.clone(),
        })
    };
    update(
        session,
        resource_type,
        (id, if_match),
        Operation::Replace,
        view,
        change,
    )
    .await
}
