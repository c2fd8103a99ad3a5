//! Tenants.

use rollcall_core::excerpt;
use rollcall_store::{Database, StoreError, Tenant, TenantName};

use super::AdminError;
use crate::ctx::Ctx;

/// Creates a tenant.
///
/// # Errors
/// [`AdminError::Invalid`] when the name can't stand in an address, [`AdminError::Conflict`] when it is taken.
pub async fn create_tenant<D: Database>(ctx: &Ctx<D>, name: &str) -> Result<Tenant, AdminError> {
    let name = TenantName::parse(name).ok_or_else(|| {
        AdminError::Invalid(format!(
            "`{}` can't name a tenant: use 1 to 63 of a-z, 0-9 and -, without a hyphen at either end",
            excerpt(name)
        ))
    })?;
    let tenant = Tenant {
        name,
        created: ctx.now(),
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
pub(super) fn parse(name: &str) -> Result<TenantName, AdminError> {
    TenantName::parse(name).ok_or_else(|| no_tenant(name))
}

/// A store error, where only the tenant can be what was not found.
pub(super) fn in_tenant(error: StoreError, tenant: &str) -> AdminError {
    match error {
        StoreError::NotFound => no_tenant(tenant),
        error => AdminError::Store(error),
    }
}

fn no_tenant(name: &str) -> AdminError {
    AdminError::NotFound(format!("there is no tenant `{}`", excerpt(name)))
}
