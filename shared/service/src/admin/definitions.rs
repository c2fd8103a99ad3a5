//! Custom schemas and resource types (RFC 7643 §6, §7).
//!
//! A definition changes in one transaction with the search index of what is stored, which is looked at while other writes
//! wait, unless the change only adds what need not be there.

use rollcall_core::{JsonObject, Schema, ScimError, excerpt};
use rollcall_store::{Database, Settings, Store, StoreError, TenantName};

use super::AdminError;
use super::catalogue::{Catalogue, Definition, document};
use super::fit::refit;
use super::tenants::{in_tenant, parse};
use crate::ctx::Ctx;

/// What a tenant has defined, by name.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn definitions<T: Definition, D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
) -> Result<Vec<T>, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    let settings = store
        .settings_of(&parse(tenant)?)
        .await
        .map_err(|error| in_tenant(error, tenant))?;
    let mut catalogue = Catalogue::of(&settings).map_err(AdminError::Store)?;
    Ok(std::mem::take(T::all(&mut catalogue)))
}

/// One of them, by its name in any case.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn definition<T: Definition, D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    name: &str,
) -> Result<T, AdminError> {
    let mut all = definitions::<T, D>(ctx, tenant).await?.into_iter();
    all.find(|known| known.key().eq_ignore_ascii_case(name))
        .ok_or_else(|| no_such::<T>(name))
}

/// Adds a definition.
///
/// # Errors
/// [`AdminError::Invalid`]; [`AdminError::NotFound`]; [`AdminError::Conflict`] when there is one of that name, the tenant
/// has too many, or what is stored doesn't fit.
pub async fn define<T: Definition, D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    body: JsonObject,
) -> Result<T, AdminError> {
    let new = T::read(body).map_err(refused)?;
    let edit = Edit::begin(ctx, tenant).await?;
    let mut after = edit.before.clone();
    if after.find::<T>(new.key()).is_some() {
        return Err(AdminError::Conflict(format!(
            "there is a {} `{}` already: PUT it to change it",
            T::WHAT,
            new.key()
        )));
    }
    T::all(&mut after).push(new.clone());
    edit.keep::<T>(ctx, &after, new.key(), Some(&new)).await?;
    Ok(new)
}

/// Puts a definition in the place of the one of the same name.
///
/// # Errors
/// [`AdminError::Invalid`]; [`AdminError::NotFound`]; [`AdminError::Conflict`] when what is stored doesn't fit.
pub async fn redefine<T: Definition, D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    name: &str,
    body: JsonObject,
) -> Result<T, AdminError> {
    let new = T::read(body).map_err(refused)?;
    let edit = Edit::begin(ctx, tenant).await?;
    let mut after = edit.before.clone();
    let place = after.find::<T>(name).ok_or_else(|| no_such::<T>(name))?;
    let Some(known) = T::all(&mut after).get_mut(place) else {
        return Err(no_such::<T>(name));
    };
    if known.key() != new.key() {
        return Err(AdminError::Invalid(format!(
            "the address names the {} `{}`, and the body defines `{}`: send the same name, or POST another {}",
            T::WHAT,
            known.key(),
            excerpt(new.key()),
            T::WHAT
        )));
    }
    if *known != new {
        *known = new.clone();
        edit.keep::<T>(ctx, &after, new.key(), Some(&new)).await?;
    }
    Ok(new)
}

/// Takes a definition away.
///
/// # Errors
/// [`AdminError::NotFound`]; [`AdminError::Conflict`] when a resource type uses the schema, or what is stored needs it.
pub async fn undefine<T: Definition, D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    name: &str,
) -> Result<(), AdminError> {
    let edit = Edit::begin(ctx, tenant).await?;
    let mut after = edit.before.clone();
    let place = after.find::<T>(name).ok_or_else(|| no_such::<T>(name))?;
    let gone = T::all(&mut after).remove(place);
    if T::KIND == Schema::KIND
        && let Some(user) = after.user_of(gone.key())
    {
        return Err(AdminError::Conflict(format!(
            "the resource type `{user}` uses the schema `{}`: delete that, or take the schema out of it, first",
            gone.key()
        )));
    }
    edit.keep::<T>(ctx, &after, gone.key(), None).await
}

/// A change of a tenant's definitions: no other write can come between its beginning and its end.
struct Edit<D: Database> {
    batch: Store<D>,
    tenant: TenantName,
    settings: Settings,
    before: Catalogue,
}

impl<D: Database> Edit<D> {
    async fn begin(ctx: &Ctx<D>, tenant: &str) -> Result<Self, AdminError> {
        let name = parse(tenant)?;
        let batch = ctx.begin().await.map_err(AdminError::Store)?;
        let settings = batch
            .settings_of(&name)
            .await
            .map_err(|error| in_tenant(error, tenant))?;
        Ok(Self {
            before: Catalogue::of(&settings).map_err(AdminError::Store)?,
            batch,
            tenant: name,
            settings,
        })
    }

    /// Keeps the change, if all definitions fit together, and what is stored fits them.
    async fn keep<T: Definition>(
        self,
        ctx: &Ctx<D>,
        after: &Catalogue,
        name: &str,
        new: Option<&T>,
    ) -> Result<(), AdminError> {
        if new.is_some() {
            after.check_size()?;
        }
        let old_types = self.before.assemble().map_err(damaged)?;
        let new_types = after.assemble().map_err(refused)?;
        refit(&self.batch, &self.settings, &old_types, &new_types).await?;
        let text = new.map(document);
        self.batch
            .define(&self.tenant, (T::KIND, name), text.as_deref(), ctx.now())
            .await
            .map_err(AdminError::Store)?;
        self.batch.commit().await.map_err(AdminError::Store)
    }
}

/// A refusal in the words of the core.
fn refused(error: ScimError) -> AdminError {
    match error.status {
        409 => AdminError::Conflict(error.detail),
        _ => AdminError::Invalid(error.detail),
    }
}

/// What is kept was checked before it was.
pub(super) fn damaged(error: ScimError) -> AdminError {
    AdminError::Store(StoreError::Backend(format!(
        "the definitions of a tenant are damaged: {error}"
    )))
}

fn no_such<T: Definition>(name: &str) -> AdminError {
    AdminError::NotFound(format!(
        "the tenant has defined no {} `{}`",
        T::WHAT,
        excerpt(name)
    ))
}
