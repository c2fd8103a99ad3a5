//! The keys that a tenant's tokens are signed with.

use rollcall_core::Timestamp;
use rollcall_oauth::jose::{Algorithm, KeySet, KeyState, KeyTimes, Lifetimes};
use rollcall_store::Database;
use rollcall_store::auth::{Actor, Key, SigningAlgorithm};

use super::AdminError;
use super::tenants::parse;
use crate::auth;
use crate::ctx::Ctx;

/// A key, and what it is for at the moment.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyInfo {
    /// The key. What is sealed stays with the store.
    pub key: Key,
    /// What it is for.
    pub state: KeyState,
}

impl KeyInfo {
    /// `next`, `active` or `retired`.
    #[must_use]
    pub const fn state_name(&self) -> &'static str {
        match self.state {
            KeyState::Next => "next",
            KeyState::Active => "active",
            KeyState::Retired | KeyState::Dropped => "retired",
        }
    }
}

/// The keys of a tenant, in the order in which they sign. None is made for asking.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn keys<D: Database>(ctx: &Ctx<D>, tenant: &str) -> Result<Vec<KeyInfo>, AdminError> {
    super::tenant(ctx, tenant).await?;
    let store = ctx.store().await.map_err(AdminError::Store)?;
    let rows = store.keys(&parse(tenant)?).await;
    let rows = rows.map_err(AdminError::Store)?;
    Ok(states(rows, ctx.now()))
}

/// What each is for.
fn states(keys: Vec<Key>, now: Timestamp) -> Vec<KeyInfo> {
    let lifetimes = Lifetimes {
        jwks_secs: auth::JWKS_SECS,
        token_secs: auth::MAX_ACCESS_TOKEN_SECS.into(),
        // Whether it is time for another one does not matter here.
        rotate_after_secs: i64::MAX,
    };
    let set = KeySet::new(keys.iter().map(times).collect(), lifetimes);
    let state_of = |kid: &str| {
        let mut states = set.states(now.as_secs());
        let found = states.find(|(times, _)| times.kid == kid);
        found.map_or(KeyState::Dropped, |(_, state)| state)
    };
    keys.into_iter()
        .map(|key| KeyInfo {
            state: state_of(&key.kid),
            key,
        })
        .filter(|info| info.state != KeyState::Dropped)
        .collect()
}

fn times(key: &Key) -> KeyTimes {
    KeyTimes {
        kid: key.kid.clone(),
        algorithm: match key.algorithm {
            SigningAlgorithm::EdDsa => Algorithm::EdDsa,
            SigningAlgorithm::Es256 => Algorithm::Es256,
        },
        created_secs: key.created.as_secs(),
        active_from_secs: key.active_from.as_secs(),
    }
}

/// Makes the key that signs next, unless there is one already, and says which keys there are then.
///
/// # Errors
/// [`AdminError::NotFound`]; [`AdminError::Unavailable`] while the authorization server is off.
pub async fn rotate_keys<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
) -> Result<Vec<KeyInfo>, AdminError> {
    let found = super::tenant(ctx, tenant).await?;
    auth::rotate(ctx, &found.name, Actor::Admin, &found.tokens)
        .await
        .map_err(|error| match error.status {
            503 => AdminError::Unavailable(error.description),
            _ => AdminError::Failed,
        })?;
    keys(ctx, tenant).await
}
