//! What the operator does with a tenant's policies.

use rollcall_core::excerpt;
use rollcall_core::policy::{Checked, Finding, PolicySet};
use rollcall_store::{Database, NewPolicies, Policies, PolicyText, PolicyVersion, StoreError};

use crate::admin::{AdminError, in_tenant, parse};
use crate::ctx::Ctx;

/// The longest note, in characters.
const MAX_NOTE: usize = 200;

/// How often an upload is tried again because another came between.
const ATTEMPTS: usize = 8;

/// Why policies are refused.
#[derive(Clone, Debug, PartialEq)]
pub enum PolicyError {
    /// For what the engine found in them.
    Findings(Vec<Finding>),
    /// For another reason.
    Admin(AdminError),
}

impl From<AdminError> for PolicyError {
    fn from(error: AdminError) -> Self {
        Self::Admin(error)
    }
}

/// What was uploaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Uploaded {
    /// Its version.
    pub version: u64,
    /// How many policies it has.
    pub count: usize,
    /// What the engine has to say about it.
    pub warnings: Vec<Finding>,
}

/// Checks policies, without keeping them.
///
/// # Errors
/// [`PolicyError::Findings`]; [`AdminError::NotFound`] when there is no such tenant.
pub async fn validate_policies<D: Database, P: PolicySet>(
    ctx: &Ctx<D>,
    tenant: &str,
    text: &PolicyText,
) -> Result<Checked, PolicyError> {
    crate::admin::tenant(ctx, tenant).await?;
    check::<P>(text)
}

/// Checks policies, and makes a version of them that is the active one at once.
///
/// # Errors
/// [`PolicyError::Findings`]; [`AdminError::NotFound`]; [`AdminError::Invalid`] when the note is too long.
pub async fn publish_policies<D: Database, P: PolicySet>(
    ctx: &Ctx<D>,
    tenant: &str,
    text: PolicyText,
    note: Option<String>,
) -> Result<Uploaded, PolicyError> {
    let name = parse(tenant)?;
    if note
        .as_deref()
        .is_some_and(|note| note.chars().count() > MAX_NOTE)
    {
        let detail = format!("`note` is longer than {MAX_NOTE} characters");
        return Err(AdminError::Invalid(detail).into());
    }
    let checked = check::<P>(&text)?;
    let new = NewPolicies {
        note,
        count: checked.count,
        text,
    };
    let store = ctx.store().await.map_err(AdminError::Store)?;
    for _ in 0..ATTEMPTS {
        match store.publish_policies(&name, &new, ctx.now()).await {
            Ok(version) => {
                return Ok(Uploaded {
                    version,
                    count: new.count,
                    warnings: checked.warnings,
                });
            }
            Err(StoreError::PreconditionFailed) => {}
            Err(error) => return Err(in_tenant(error, tenant).into()),
        }
    }
    Err(AdminError::Store(StoreError::Busy).into())
}

/// The versions of a tenant, the latest first.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn policy_versions<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
) -> Result<Vec<PolicyVersion>, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .policy_versions(&parse(tenant)?)
        .await
        .map_err(|error| in_tenant(error, tenant))
}

/// One version with its texts: the active one if it is named `active`.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn policies<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    version: &str,
) -> Result<Policies, AdminError> {
    let number = match version {
        "active" => None,
        other => Some(whole(tenant, other)?),
    };
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .policies(&parse(tenant)?, number)
        .await
        .map_err(|error| in_version(error, tenant, version))
}

/// Makes an earlier version the active one, or a later one again.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn activate_policies<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    version: &str,
) -> Result<Policies, AdminError> {
    let number = whole(tenant, version)?;
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .activate_policies(&parse(tenant)?, number, ctx.now())
        .await
        .map_err(|error| in_version(error, tenant, version))?;
    policies(ctx, tenant, version).await
}

/// Deletes all versions. Nothing is permitted from then on.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn withdraw_policies<D: Database>(ctx: &Ctx<D>, tenant: &str) -> Result<(), AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .withdraw_policies(&parse(tenant)?, ctx.now())
        .await
        .map_err(|error| in_tenant(error, tenant))
}

fn check<P: PolicySet>(text: &PolicyText) -> Result<Checked, PolicyError> {
    P::check(&text.policies, text.schema.as_deref()).map_err(PolicyError::Findings)
}

fn whole(tenant: &str, version: &str) -> Result<u64, AdminError> {
    version.parse().map_err(|_| no_such(tenant, version))
}

fn in_version(error: StoreError, tenant: &str, version: &str) -> AdminError {
    match error {
        StoreError::NotFound => no_such(tenant, version),
        error => AdminError::Store(error),
    }
}

fn no_such(tenant: &str, version: &str) -> AdminError {
    AdminError::NotFound(match version {
        "active" => format!("tenant `{}` has no active policies", excerpt(tenant)),
        version => format!(
            "tenant `{}` has no policies of the version `{}`",
            excerpt(tenant),
            excerpt(version)
        ),
    })
}
