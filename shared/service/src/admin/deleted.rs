//! People that were deleted, for as long as the tenant keeps them.

use std::borrow::Cow;

use rollcall_core::{Resource, excerpt, violation};
use rollcall_store::{Administrator, Database, Deleted, StoreError};

use super::AdminError;
use super::catalogue::Catalogue;
use super::tenants::in_tenant;
use crate::ctx::Ctx;
use crate::resources::secret::take_secrets;

/// How many people a page has when nobody says, and at the most.
const MAX_PEOPLE: u32 = 1000;

/// How often restoring is begun anew because something came between.
const ATTEMPTS: usize = 8;

/// The deleted people of a tenant whose id comes after `after`, in the order of their ids.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn deleted<D: Database>(
    ctx: &Ctx<D>,
    by: Administrator<'_>,
    after: &str,
    count: Option<u32>,
) -> Result<Vec<Deleted>, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    let limit = count.unwrap_or(MAX_PEOPLE).min(MAX_PEOPLE);
    store
        .deleted(by, (after, limit), ctx.now())
        .await
        .map_err(|error| in_tenant(error, by.tenant().as_str()))
}

/// Brings a deleted person back under the same id, with their password and in the groups that are still there.
///
/// # Errors
/// [`AdminError::NotFound`]; [`AdminError::Conflict`] when a value that must be unique is taken meanwhile, or they do not
/// fit what the tenant has defined meanwhile.
pub async fn restore<D: Database>(
    ctx: &Ctx<D>,
    by: Administrator<'_>,
    id: &str,
) -> Result<Resource, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    for _ in 0..ATTEMPTS {
        let now = ctx.now();
        let settings = match by {
            Administrator::Operator(tenant) => store
                .settings_of(tenant)
                .await
                .map(Cow::Owned)
                .map_err(|error| in_tenant(error, tenant.as_str()))?,
            Administrator::Delegate(_, settings) => Cow::Borrowed(settings),
        };
        let catalogue = Catalogue::of(&settings).map_err(AdminError::Store)?;
        let types = catalogue.assemble().map_err(super::definitions::damaged)?;
        let found = store
            .deleted_one(by, id, now)
            .await
            .map_err(AdminError::Store)?;
        let (deleted, mut attributes) = found.ok_or_else(|| no_such(id))?;
        let resource_type = types
            .by_name(&deleted.resource_type)
            .ok_or_else(|| no_such(id))?;
        // What has become never returned is not kept.
        take_secrets(&mut attributes, resource_type);
        if let Some(why) = violation(&attributes, resource_type) {
            return Err(AdminError::Conflict(format!(
                "the {} with the id `{id}` does not fit what is defined now: {why}",
                resource_type.name
            )));
        }
        let resource = Resource {
            id: deleted.id,
            version: deleted.version + 1,
            created: deleted.created,
            modified: now,
            attributes,
        };
        match store.restore(by, &settings, resource_type, &resource).await {
            Ok(()) => return Ok(resource),
            Err(StoreError::Conflict) if matches!(by, Administrator::Delegate(..)) => {
                // Who has it may be none of their business.
                return Err(AdminError::Conflict(
                    "a value that must be unique is taken by somebody else: change or delete that first".into(),
                ));
            }
            Err(StoreError::Conflict) => {
                let holder = store.holder(&settings, resource_type, &resource.attributes);
                // Without one, the value is free again.
                if let Some(holder) = holder.await.map_err(AdminError::Store)? {
                    return Err(AdminError::Conflict(format!(
                        "`{}` `{}` is taken by the {} with the id `{}`: change or delete that first",
                        holder.path,
                        excerpt(&holder.value),
                        resource_type.name,
                        holder.id
                    )));
                }
            }
            Err(StoreError::NotFound) => return Err(no_such(id)),
            Err(StoreError::PreconditionFailed) => {}
            Err(StoreError::Reconfigured) if matches!(by, Administrator::Operator(_)) => {}
            Err(error) => return Err(AdminError::Store(error)),
        }
    }
    Err(AdminError::Store(StoreError::Busy))
}

/// Forgets a deleted person now.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn purge<D: Database>(
    ctx: &Ctx<D>,
    by: Administrator<'_>,
    id: &str,
) -> Result<(), AdminError> {
    if let Administrator::Operator(tenant) = by {
        super::tenant(ctx, tenant.as_str()).await?;
    }
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .purge(by, id, ctx.now())
        .await
        .map_err(|error| match error {
            StoreError::NotFound => no_such(id),
            error => AdminError::Store(error),
        })
}

fn no_such(id: &str) -> AdminError {
    AdminError::NotFound(format!(
        "nobody with the id `{}` was deleted and is still kept",
        excerpt(id)
    ))
}
