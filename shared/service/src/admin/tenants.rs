//! Tenants.

use rollcall_core::{Mode, excerpt};
use rollcall_store::{Database, StoreError, Tenant, TenantChange, TenantName};

use super::AdminError;
use crate::ctx::Ctx;

/// The longest time that deleted people are kept, in days.
const MAX_RETENTION_DAYS: u32 = 3650;

/// What an operator sets for a tenant; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TenantSettings {
    /// `compat` or `strict`.
    pub mode: Option<String>,
    /// Whether creating a person who is there, and inactive, reactivates them.
    pub restore_on_create: Option<bool>,
    /// For how many days deleted people are kept; 0 is not at all.
    pub retention_days: Option<i64>,
    /// Whether unknown ids are passed over in the members of a group.
    pub ignore_unknown_members: Option<bool>,
}

impl TenantSettings {
    fn change(&self) -> Result<TenantChange, AdminError> {
        let mode = match self.mode.as_deref() {
            None => None,
            Some("compat") => Some(Mode::Compat),
            Some("strict") => Some(Mode::Strict),
            Some(other) => {
                return Err(AdminError::Invalid(format!(
                    "`mode` is `{}`: use compat or strict",
                    excerpt(other)
                )));
            }
        };
        let retention_days = match self.retention_days.map(u32::try_from) {
            None => None,
            Some(Ok(days)) if days <= MAX_RETENTION_DAYS => Some(days),
            Some(_) => {
                return Err(AdminError::Invalid(format!(
                    "`retentionDays` must be between 0 and {MAX_RETENTION_DAYS}"
                )));
            }
        };
        Ok(TenantChange {
            mode,
            restore_on_create: self.restore_on_create,
            retention_days,
            ignore_unknown_members: self.ignore_unknown_members,
        })
    }
}

/// Creates a tenant.
///
/// # Errors
/// [`AdminError::Invalid`] when the name can't stand in an address, [`AdminError::Conflict`] when it is taken.
pub async fn create_tenant<D: Database>(
    ctx: &Ctx<D>,
    name: &str,
    settings: &TenantSettings,
) -> Result<Tenant, AdminError> {
    let name = TenantName::parse(name).ok_or_else(|| {
        AdminError::Invalid(format!(
            "`{}` can't name a tenant: use 1 to 63 of a-z, 0-9 and -, without a hyphen at either end",
            excerpt(name)
        ))
    })?;
    let settings = settings.change()?;
    let tenant = Tenant {
        mode: settings.mode.unwrap_or_default(),
        restore_on_create: settings.restore_on_create.unwrap_or_default(),
        retention_days: settings.retention_days.unwrap_or_default(),
        ignore_unknown_members: settings.ignore_unknown_members.unwrap_or_default(),
        ..Tenant::new(name, ctx.now())
    };
    let store = ctx.store().await.map_err(AdminError::Store)?;
    match store.create_tenant(&tenant).await {
        Ok(()) => Ok(tenant),
        Err(StoreError::Conflict) => Err(AdminError::Conflict(format!(
            "there is a tenant `{}` already",
            tenant.name
        ))),
        Err(error) => Err(AdminError::Store(error)),
    }
}

/// All tenants, by name.
///
/// # Errors
/// [`AdminError::Store`].
pub async fn tenants<D: Database>(ctx: &Ctx<D>) -> Result<Vec<Tenant>, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store.tenants().await.map_err(AdminError::Store)
}

/// One tenant.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn tenant<D: Database>(ctx: &Ctx<D>, name: &str) -> Result<Tenant, AdminError> {
    let parsed = parse(name)?;
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .tenant(&parsed)
        .await
        .map_err(AdminError::Store)?
        .ok_or_else(|| no_tenant(name))
}

/// Changes a tenant's settings. They hold for the next request, on every instance.
///
/// # Errors
/// [`AdminError::NotFound`]; [`AdminError::Invalid`].
pub async fn update_tenant<D: Database>(
    ctx: &Ctx<D>,
    name: &str,
    settings: &TenantSettings,
) -> Result<Tenant, AdminError> {
    let change = settings.change()?;
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .update_tenant(&parse(name)?, &change, ctx.now())
        .await
        .map_err(|error| in_tenant(error, name))?;
    tenant(ctx, name).await
}

/// Deletes a tenant with its tokens, its resources and its change log.
///
/// # Errors
/// [`AdminError::NotFound`]; [`AdminError::Conflict`] for the default tenant, which always exists.
pub async fn delete_tenant<D: Database>(ctx: &Ctx<D>, name: &str) -> Result<(), AdminError> {
    let parsed = parse(name)?;
    if parsed.is_default() {
        return Err(AdminError::Conflict(
            "the default tenant can't be deleted: delete its resources and tokens".into(),
        ));
    }
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .delete_tenant(&parsed)
        .await
        .map_err(|error| in_tenant(error, name))
}

/// The tenant that an address names.
pub(crate) fn parse(name: &str) -> Result<TenantName, AdminError> {
    TenantName::parse(name).ok_or_else(|| no_tenant(name))
}

/// A store error, where only the tenant can be what was not found.
pub(crate) fn in_tenant(error: StoreError, tenant: &str) -> AdminError {
    match error {
        StoreError::NotFound => no_tenant(tenant),
        error => AdminError::Store(error),
    }
}

fn no_tenant(name: &str) -> AdminError {
    AdminError::NotFound(format!("there is no tenant `{}`", excerpt(name)))
}
