//! Creating a resource (RFC 7644 §3.3).

use rollcall_core::{JsonObject, MemberChange, Resource, ResourceType, accept, members_of};
use rollcall_store::{Besides, Database, Found, Operation, StoreError};
use serde_json::Value as Json;

use super::conflict::{holder, is_inactive, taken};
use super::members::no_such_member;
use super::secret::take_secrets;
use super::update::{Change, update};
use super::{IfMatch, View, get};
use crate::error::Error;
use crate::session::Session;

/// What became of a request to create a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Created {
    /// It is new.
    New(Found),
    /// It was there, as an inactive person, and is active again: the tenant wants it so.
    Restored(Found),
}

/// Creates a resource from what the client sent, under the given id or a new one. Before a person of another id is put in
/// its place, `may_replace` is asked.
///
/// # Errors
/// 400 when the body is not a valid resource of the type, 401, 409 `uniqueness`, and what `may_replace` says.
pub async fn create<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    id: Option<String>,
    body: JsonObject,
    view: &View<'_>,
    may_replace: impl AsyncFn(&str) -> Result<(), Error>,
) -> Result<Created, Error> {
    let mut attributes = accept(body, resource_type, session.mode())?;
    let members = members_of(&mut attributes, resource_type)?.unwrap_or_default();
    let password = take_secrets(&mut attributes, resource_type);
    let now = session.now();
    let resource = Resource {
        id: id.unwrap_or_else(|| session.ctx.new_id(now)),
        version: 1,
        created: now,
        modified: now,
        attributes,
    };
    let besides = Besides {
        members: MemberChange {
            add: members,
            ..MemberChange::default()
        },
        password: session.hash(password).await?,
    };
    let created = session
        .store
        .create(&session.caller(), resource_type, &resource, &besides)
        .await;
    match created {
        Ok(()) if besides.members.is_empty() => Ok(Created::New(Found::of(&resource))),
        Ok(()) => get(session, resource_type, &resource.id, view)
            .await
            .map(Created::New),
        Err(StoreError::NoSuchMember) => Err(no_such_member(session, &besides.members).await),
        Err(StoreError::Conflict) => {
            let new = Change {
                attributes: resource.attributes,
                besides,
            };
            restore(session, resource_type, new, view, may_replace).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Puts a person who was to be created in the place of the inactive one who has the name, if the tenant wants that.
async fn restore<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    new: Change,
    view: &View<'_>,
    may_replace: impl AsyncFn(&str) -> Result<(), Error>,
) -> Result<Created, Error> {
    let holder = holder(session, resource_type, &new.attributes).await?;
    let inactive = holder.as_ref().filter(|holder| is_inactive(holder));
    // The operations of a batch refer to the person by the id that they were given in advance.
    let is_wanted = session.profile.settings.restore_on_create
        && !session.is_batch
        && new.attributes.get("active") != Some(&Json::Bool(false));
    let Some(inactive) = inactive.filter(|_| is_wanted) else {
        return Err(taken(session, resource_type, &new.attributes, holder.as_ref()).into());
    };
    may_replace(&inactive.id).await?;
    let change = async |old: &Resource| {
        // Somebody else may have brought them back meanwhile, and written what they are.
        if old.attributes.get("active") != Some(&Json::Bool(false)) {
            return Err(taken(session, resource_type, &new.attributes, None).into());
        }
        let mut attributes = rollcall_core::replace(old, new.attributes.clone(), resource_type)?;
        attributes.insert("active".to_owned(), Json::Bool(true));
        Ok(Change {
            attributes,
            besides: new.besides.clone(),
        })
    };
    let id = &inactive.id;
    let if_match = IfMatch::Any;
    update(
        session,
        resource_type,
        (id, &if_match),
        Operation::Replace,
        view,
        change,
    )
    .await
    .map(Created::Restored)
}
