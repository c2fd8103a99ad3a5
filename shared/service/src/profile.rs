//! What a tenant is served by: its settings and its resource types. An instance remembers them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rollcall_core::{Mode, ResourceType, ResourceTypes, ScimError};
use rollcall_store::{Access, Credential, Database, Settings, StoreError, TenantName};
use serde::de::DeserializeOwned;

use crate::ctx::Ctx;
use crate::error::{Error, scim_error};

/// How many tenants an instance remembers.
const MAX_TENANTS: usize = 64;

/// How many tokens of a tenant an instance remembers.
const MAX_TOKENS: usize = 64;

/// A tenant's settings, and what follows from them.
#[derive(Debug)]
pub struct Profile {
    /// The settings.
    pub settings: Settings,
    /// The resource types that the tenant has.
    pub types: Cow<'static, ResourceTypes>,
}

impl Profile {
    fn new(settings: Settings) -> Result<Self, Error> {
        let types = if settings.schemas.is_empty() && settings.resource_types.is_empty() {
            Cow::Borrowed(ResourceTypes::built_in())
        } else {
            Cow::Owned(ResourceTypes::assemble(
                &read(&settings.schemas)?,
                &read(&settings.resource_types)?,
            )?)
        };
        Ok(Self { settings, types })
    }

    /// Whether another profile is of the same settings.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.settings.is_same(&other.settings)
    }

    /// How strictly requests are taken.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.settings.mode
    }

    /// The resource type at an endpoint, such as `/Users`.
    #[must_use]
    pub fn type_at(&self, endpoint: &str) -> Option<&ResourceType> {
        self.types.by_endpoint(endpoint)
    }
}

/// Definitions as they are kept: each was checked before it was.
pub(crate) fn read<T: DeserializeOwned>(definitions: &[String]) -> Result<Vec<T>, StoreError> {
    let read = definitions.iter().map(|text| serde_json::from_str(text));
    read.collect::<Result<_, _>>()
        .map_err(|error| StoreError::Backend(format!("a definition is damaged: {error}")))
}

/// The profiles that an instance remembers, each with tokens that have opened the tenant.
#[derive(Default)]
pub(crate) struct Profiles(RefCell<BTreeMap<TenantName, Known>>);

struct Known {
    profile: Rc<Profile>,
    tokens: Vec<Credential>,
}

impl Profiles {
    fn get(&self, tenant: &TenantName) -> Option<Rc<Profile>> {
        self.0
            .borrow()
            .get(tenant)
            .map(|known| Rc::clone(&known.profile))
    }

    fn has_opened(&self, access: &Access) -> bool {
        let known = self.0.borrow();
        known
            .get(&access.tenant)
            .is_some_and(|known| known.tokens.contains(&access.token))
    }

    fn remember(&self, access: &Access, profile: Rc<Profile>) {
        let mut known = self.0.borrow_mut();
        if known.len() >= MAX_TENANTS {
            known.clear();
        }
        let tokens = vec![access.token.clone()];
        known.insert(access.tenant.clone(), Known { profile, tokens });
    }

    fn remember_token(&self, access: &Access) {
        if let Some(known) = self.0.borrow_mut().get_mut(&access.tenant) {
            if known.tokens.len() >= MAX_TOKENS {
                known.tokens.clear();
            }
            known.tokens.push(access.token.clone());
        }
    }
}

/// The profile of the tenant, from memory if it is there: then whether it holds, and whether the caller's token is good,
/// is for the statement that does the work to say.
///
/// # Errors
/// 401 when the token does not open the tenant.
pub async fn profile<D: Database>(ctx: &Ctx<D>, access: &Access) -> Result<Rc<Profile>, Error> {
    match ctx.profiles.get(&access.tenant) {
        Some(profile) => Ok(profile),
        None => fresh_profile(ctx, access).await,
    }
}

/// The profile of the tenant as it is now. The token is checked.
///
/// # Errors
/// 401 when the token does not open the tenant.
pub async fn fresh_profile<D: Database>(
    ctx: &Ctx<D>,
    access: &Access,
) -> Result<Rc<Profile>, Error> {
    let settings = ctx.store().await?.settings(access, ctx.now()).await?;
    let profile = Rc::new(Profile::new(settings)?);
    ctx.profiles.remember(access, Rc::clone(&profile));
    Ok(profile)
}

/// Turns strangers away: a token that has never opened the tenant on this instance is checked.
///
/// One that has may have been revoked since. Nothing is read or written with it then, since each statement checks it
/// again; it only is no reason to refuse a request before it has been read.
///
/// # Errors
/// 401; 500 when the store fails.
pub async fn admit<D: Database>(ctx: &Ctx<D>, access: &Access) -> Result<(), ScimError> {
    if ctx.profiles.has_opened(access) {
        return Ok(());
    }
    authenticate(ctx, access).await?;
    ctx.profiles.remember_token(access);
    Ok(())
}

/// Checks the caller's token alone. The use cases need no such check: each has its own, in the statement that does the
/// work.
///
/// # Errors
/// 401; 500 when the store fails.
pub async fn authenticate<D: Database>(ctx: &Ctx<D>, access: &Access) -> Result<(), ScimError> {
    let store = ctx.store().await.map_err(scim_error)?;
    store
        .authenticate(access, ctx.now())
        .await
        .map_err(scim_error)
}
