//! Tenants.

use std::ops::RangeInclusive;

use rollcall_core::{Mode, excerpt};
use rollcall_store::auth::{SigningAlgorithm, TokenSettings};
use rollcall_store::{Database, StoreError, Tenant, TenantChange, TenantName};

use super::AdminError;
use crate::auth::{MAX_ACCESS_TOKEN_SECS, withdraw};
use crate::ctx::Ctx;

/// The longest time that deleted people are kept, in days.
const MAX_RETENTION_DAYS: u32 = 3650;

/// How long an access token may live, in seconds: one that lives longer is better renewed.
const TOKEN_SECS: RangeInclusive<u32> = 60..=MAX_ACCESS_TOKEN_SECS;

/// The longest time that a key signs, in days.
const MAX_ROTATION_DAYS: u32 = 3650;

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
    /// Whether the SCIM endpoints ask the policies before they do anything, and access tokens administer people as far as
    /// these permit it.
    pub enforce_policies: Option<bool>,
    /// `EdDSA` or `ES256`.
    pub signing_algorithm: Option<String>,
    /// How long access tokens live, in seconds.
    pub access_token_lifetime: Option<i64>,
    /// After how many days there is a new key; 0 is never.
    pub key_rotation_days: Option<i64>,
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
        let signing_algorithm = match self.signing_algorithm.as_deref() {
            None => None,
            Some(name) => Some(SigningAlgorithm::parse(name).ok_or_else(|| {
                AdminError::Invalid(format!(
                    "`signingAlgorithm` is `{}`: use EdDSA or ES256",
                    excerpt(name)
                ))
            })?),
        };
        Ok(TenantChange {
            mode,
            restore_on_create: self.restore_on_create,
            retention_days: within("retentionDays", self.retention_days, 0..=MAX_RETENTION_DAYS)?,
            ignore_unknown_members: self.ignore_unknown_members,
            enforce_policies: self.enforce_policies,
            signing_algorithm,
            access_token_secs: within(
                "accessTokenLifetime",
                self.access_token_lifetime,
                TOKEN_SECS,
            )?,
            rotation_days: within(
                "keyRotationDays",
                self.key_rotation_days,
                0..=MAX_ROTATION_DAYS,
            )?,
        })
    }
}

/// A number that a setting may have.
fn within(
    name: &str,
    number: Option<i64>,
    range: RangeInclusive<u32>,
) -> Result<Option<u32>, AdminError> {
    match number.map(u32::try_from) {
        None => Ok(None),
        Some(Ok(number)) if range.contains(&number) => Ok(Some(number)),
        Some(_) => Err(AdminError::Invalid(format!(
            "`{name}` must be between {} and {}",
            range.start(),
            range.end()
        ))),
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
    let defaults = TokenSettings::default();
    let tenant = Tenant {
        mode: settings.mode.unwrap_or_default(),
        restore_on_create: settings.restore_on_create.unwrap_or_default(),
        retention_days: settings.retention_days.unwrap_or_default(),
        ignore_unknown_members: settings.ignore_unknown_members.unwrap_or_default(),
        enforce_policies: settings.enforce_policies.unwrap_or_default(),
        tokens: TokenSettings {
            signing_algorithm: settings
                .signing_algorithm
                .unwrap_or(defaults.signing_algorithm),
            access_token_secs: settings
                .access_token_secs
                .unwrap_or(defaults.access_token_secs),
            rotation_days: settings.rotation_days.unwrap_or(defaults.rotation_days),
        },
        ..Tenant::new(name, ctx.now())
    };
    let store = ctx.store().await.map_err(AdminError::Store)?;
    match store.create_tenant(&tenant).await {
        Ok(()) => {
            // There may have been one of that name before.
            withdraw(ctx, &tenant.name).await;
            Ok(tenant)
        }
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

/// Suspends a tenant, or ends that: at the next request, on every instance. The operator goes on as before.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn suspend_tenant<D: Database>(
    ctx: &Ctx<D>,
    name: &str,
    suspended: bool,
) -> Result<Tenant, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .set_suspended(&parse(name)?, suspended, ctx.now())
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
        .map_err(|error| in_tenant(error, name))?;
    withdraw(ctx, &parsed).await;
    Ok(())
}

/// The tenant that an address names.
///
/// # Errors
/// [`AdminError::NotFound`] when it is no tenant's name.
pub fn parse(name: &str) -> Result<TenantName, AdminError> {
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
