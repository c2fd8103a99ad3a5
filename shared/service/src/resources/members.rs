//! The members of a group, where they are needed one by one.

use rollcall_core::{MemberChange, Resource, ResourceType, ScimError, excerpt};
use rollcall_store::Database;
use serde_json::Value as Json;

use super::{View, get};
use crate::error::Error;
use crate::session::Session;

/// 400 with the id that is no user's or group's.
pub(super) async fn no_such_member<D: Database>(
    session: &Session<'_, D>,
    members: &MemberChange,
) -> Error {
    let ids: Vec<String> = members.add.iter().map(|member| member.id.clone()).collect();
    match session.store.missing(&session.caller(), &ids).await {
        Ok(Some(id)) => ScimError::invalid_value(format!(
            "there is no user or group with the id `{}`: create it first, or leave it out of `members`",
            excerpt(&id)
        ))
        .into(),
        // It has come in the meantime.
        Ok(None) => ScimError::conflict("the members have just changed: send the request again").into(),
        Err(error) => error.into(),
    }
}

/// The group with its members among its attributes, for operations that depend on who they are.
pub(super) async fn with_members<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    group: &Resource,
) -> Result<Resource, Error> {
    let Some((_, target)) = resource_type.related() else {
        return Ok(group.clone());
    };
    let subs: Vec<String> = target
        .attr
        .sub_attributes
        .iter()
        .map(|sub| sub.name.clone())
        .collect();
    let view = View {
        subs: &subs,
        most: None,
    };
    let found = get(session, resource_type, &group.id, &view).await?;
    let members = found.related.as_deref().unwrap_or("[]");
    let members: Json = serde_json::from_str(members).map_err(|_| ScimError::internal())?;
    let mut whole = group.clone();
    whole.attributes.insert(target.attr.name.clone(), members);
    Ok(whole)
}
