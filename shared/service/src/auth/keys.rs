//! The keys of a tenant: unsealed and parsed once per instance, made and rotated by one instance of all.
//!
//! An instance learns of a rotation from what it reads anyway: every read of a client says from when the tenant's newest
//! key signs, and a key is published for [`JWKS_SECS`] before it does.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rollcall_core::Timestamp;
use rollcall_oauth::OAuthError;
use rollcall_oauth::jose::{
    Algorithm, JwkSet, KeySet, KeyTimes, Lifetimes, MasterKeys, SigningKey, associated_data,
};
use rollcall_store::auth::{Actor, Authentication, Key, KeyDraft, SigningAlgorithm, TokenSettings};
use rollcall_store::{Database, Store, TenantName};

use super::published::publish;
use super::{master_keys, oauth_error};
use crate::ctx::Ctx;

/// For how long anyone may keep a JWKS, in seconds. A key is published for as long before it signs.
pub const JWKS_SECS: i64 = 300;

/// The longest life that an operator can give to access tokens. A key is published for as long after its last signature.
pub const MAX_ACCESS_TOKEN_SECS: u32 = 86_400;

const DAY_SECS: i64 = 86_400;

/// How many tenants' keys an instance remembers.
const MAX_TENANTS: usize = 64;

/// How often bytes are drawn for a key. That any are unsuitable has a chance of one in four billion.
const DRAWS: usize = 4;

/// What an instance remembers of its tenants' keys.
#[derive(Default)]
pub(crate) struct KeyRing(RefCell<BTreeMap<TenantName, Rc<Keys>>>);

impl KeyRing {
    fn get(&self, tenant: &TenantName) -> Option<Rc<Keys>> {
        self.0.borrow().get(tenant).cloned()
    }

    fn remember(&self, tenant: &TenantName, keys: &Rc<Keys>) {
        let mut known = self.0.borrow_mut();
        if known.len() >= MAX_TENANTS {
            known.clear();
        }
        known.insert(tenant.clone(), Rc::clone(keys));
    }
}

/// The keys of a tenant.
#[derive(Debug)]
pub struct Keys {
    /// From when the newest signs; `None` where there is none.
    newest: Option<Timestamp>,
    /// Those that could be unsealed.
    usable: Vec<SigningKey>,
    times: Vec<KeyTimes>,
    /// The kid of the newest.
    newest_kid: Option<String>,
    /// Whether a master key other than the first has sealed any.
    is_outdated: bool,
}

impl Keys {
    /// The keys that tokens are verified over.
    #[must_use]
    pub fn all(&self) -> &[SigningKey] {
        &self.usable
    }

    /// The key that signs.
    ///
    /// # Errors
    /// 500 when there is none, or no master key opens it; the log says which.
    pub fn signer(&self, now: Timestamp) -> Result<&SigningKey, OAuthError> {
        let set = self.set(&TokenSettings::default());
        // Another instance's clock may be ahead, so that the first key seems not to sign yet.
        let active = set.active(now.as_secs()).or_else(|| self.times.first());
        let kid = active.map(|times| times.kid.as_str());
        let signer = self.usable.iter().find(|key| Some(key.kid()) == kid);
        signer.ok_or_else(|| {
            eprintln!("no master key opens the signing key {kid:?}");
            OAuthError::internal()
        })
    }

    /// The JWKS, and for how long it may be kept.
    #[must_use]
    pub fn published(&self, now: Timestamp) -> (JwkSet, i64) {
        let set = self.set(&TokenSettings::default());
        let jwks: Vec<_> = set
            .published(now.as_secs())
            .filter_map(|times| self.usable.iter().find(|key| key.kid() == times.kid))
            .map(SigningKey::jwk)
            .collect();
        (jwks.into(), set.max_age_secs(now.as_secs()))
    }

    /// The algorithms of the keys that are published.
    #[must_use]
    pub fn algorithms(&self, now: Timestamp) -> Vec<Algorithm> {
        let set = self.set(&TokenSettings::default());
        let mut algorithms = Vec::new();
        for times in set.published(now.as_secs()) {
            if !algorithms.contains(&times.algorithm) {
                algorithms.push(times.algorithm);
            }
        }
        algorithms
    }

    /// Whether a key is to be made, or sealed anew.
    pub(super) fn need_tending(&self, settings: &TokenSettings, now: Timestamp) -> bool {
        self.is_outdated || self.is_rotation_due(settings, now)
    }

    fn is_rotation_due(&self, settings: &TokenSettings, now: Timestamp) -> bool {
        let wanted = algorithm(settings.signing_algorithm);
        self.set(settings).is_rotation_due(now.as_secs(), wanted)
    }

    fn set(&self, settings: &TokenSettings) -> KeySet {
        let rotate_after_secs = match settings.rotation_days {
            0 => i64::MAX,
            days => i64::from(days) * DAY_SECS,
        };
        let lifetimes = Lifetimes {
            jwks_secs: JWKS_SECS,
            token_secs: MAX_ACCESS_TOKEN_SECS.into(),
            rotate_after_secs,
        };
        KeySet::new(self.times.clone(), lifetimes)
    }
}

/// The keys of a tenant, by what was just read of it: those that the instance remembers, unless there is a newer one. The
/// tenant's first key is made here.
///
/// # Errors
/// 503 without a master key, or when the store is busy; 500.
pub async fn signing_keys<D: Database>(
    ctx: &Ctx<D>,
    tenant: &TenantName,
    read: &Authentication,
) -> Result<Rc<Keys>, OAuthError> {
    let now = ctx.now();
    let remembered = ctx.keys.get(tenant).filter(|keys| {
        // None has been made yet, or the instance has seen the newest.
        keys.newest.is_some() && keys.newest == read.newest_key
    });
    let keys = match remembered {
        Some(keys) => keys,
        None => load(ctx, tenant).await?,
    };
    let keys = if keys.times.is_empty() {
        add(ctx, tenant, Actor::Service, &read.settings, &keys).await?;
        load(ctx, tenant).await?
    } else {
        keys
    };
    if keys.need_tending(&read.settings, now) {
        ctx.chores.tend_keys(tenant);
    }
    Ok(keys)
}

/// The keys that the instance remembers, or all that there are now. Whoever meets a `kid` that is not among them asks with
/// `is_fresh`.
///
/// # Errors
/// As [`signing_keys`].
pub async fn known_keys<D: Database>(
    ctx: &Ctx<D>,
    tenant: &TenantName,
    is_fresh: bool,
) -> Result<Rc<Keys>, OAuthError> {
    match ctx.keys.get(tenant).filter(|_| !is_fresh) {
        Some(keys) => Ok(keys),
        None => load(ctx, tenant).await,
    }
}

/// Makes the key that comes next, unless there is one already, and says what it is called. It signs when nobody keeps a
/// JWKS without it.
///
/// # Errors
/// As [`signing_keys`]; 404 when there is no such tenant.
pub async fn rotate<D: Database>(
    ctx: &Ctx<D>,
    tenant: &TenantName,
    actor: Actor<'_>,
    settings: &TokenSettings,
) -> Result<Option<String>, OAuthError> {
    let keys = load(ctx, tenant).await?;
    add(ctx, tenant, actor, settings, &keys).await?;
    let keys = load(ctx, tenant).await?;
    publish(ctx, tenant, &keys).await;
    Ok(keys.newest_kid.clone())
}

/// What is left to do for a tenant's keys: rotate them by age, seal them anew, forget the old ones.
pub(super) async fn tend<D: Database>(ctx: &Ctx<D>, tenant: &TenantName) -> Result<(), OAuthError> {
    let store = ctx.store().await.map_err(oauth_error)?;
    let now = ctx.now();
    let read = store.authenticate_client(tenant, "", now).await;
    let settings = read.map_err(oauth_error)?.settings;
    reseal(store, master_keys(ctx)?, tenant, &ctx.random()).await?;
    let dropped = store.drop_keys(tenant, MAX_ACCESS_TOKEN_SECS, now).await;
    dropped.map_err(oauth_error)?;
    let keys = load(ctx, tenant).await?;
    if keys.is_rotation_due(&settings, now) {
        add(ctx, tenant, Actor::Service, &settings, &keys).await?;
        let keys = load(ctx, tenant).await?;
        publish(ctx, tenant, &keys).await;
    }
    Ok(())
}

/// Seals under the first master key what another one has sealed.
async fn reseal<D: Database>(
    store: &Store<D>,
    master: &MasterKeys,
    tenant: &TenantName,
    random: &[u8; 8],
) -> Result<(), OAuthError> {
    let rows = store.keys(tenant).await.map_err(oauth_error)?;
    for (number, row) in (0_u32..).zip(rows) {
        let bound_to = associated_data(tenant.as_str(), &row.kid);
        let Ok(opened) = master.open(&row.sealed, &bound_to) else {
            continue;
        };
        if !opened.is_outdated {
            continue;
        }
        // Another one for each.
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(random);
        nonce[8..].copy_from_slice(&number.to_be_bytes());
        let sealed = master.seal(&opened.plain, &nonce, &bound_to);
        let sealed = sealed.map_err(|_| OAuthError::internal())?;
        store
            .reseal_key(tenant, &row.kid, (&row.sealed, &sealed))
            .await
            .map_err(oauth_error)?;
    }
    Ok(())
}

/// Adds a key after those that are known. Where another instance was quicker, its key stays, and this one is gone.
async fn add<D: Database>(
    ctx: &Ctx<D>,
    tenant: &TenantName,
    actor: Actor<'_>,
    settings: &TokenSettings,
    known: &Keys,
) -> Result<(), OAuthError> {
    let master = master_keys(ctx)?;
    let wanted = algorithm(settings.signing_algorithm);
    let made = (0..DRAWS).find_map(|_| SigningKey::generate(wanted, &ctx.new_secret()).ok());
    let key = made.ok_or_else(OAuthError::internal)?;
    let bound_to = associated_data(tenant.as_str(), key.kid());
    let sealed = master.seal(&key.secret(), &ctx.random(), &bound_to);
    let sealed = sealed.map_err(|_| OAuthError::internal())?;
    let now = ctx.now();
    let active_from = match known.newest {
        None => now,
        Some(_) => Timestamp::from_micros(now.as_micros() + JWKS_SECS * 1_000_000),
    };
    let draft = KeyDraft {
        kid: key.kid(),
        algorithm: settings.signing_algorithm,
        public: &key.jwk().to_json().to_string(),
        sealed: &sealed,
        active_from,
    };
    let store = ctx.store().await.map_err(oauth_error)?;
    store
        .add_key(tenant, actor, &draft, known.newest_kid.as_deref(), now)
        .await
        .map_err(oauth_error)
}

/// Reads the keys, and remembers them. What is remembered already is not unsealed again.
async fn load<D: Database>(ctx: &Ctx<D>, tenant: &TenantName) -> Result<Rc<Keys>, OAuthError> {
    let master = master_keys(ctx)?;
    let store = ctx.store().await.map_err(oauth_error)?;
    let rows = store.keys(tenant).await.map_err(oauth_error)?;
    let known = ctx.keys.get(tenant);
    let known = known.as_deref();
    let mut is_outdated = false;
    let mut usable = Vec::with_capacity(rows.len());
    for row in &rows {
        let same = known.and_then(|known| known.usable.iter().find(|key| key.kid() == row.kid));
        if let Some(key) = same {
            usable.push(key.clone());
            continue;
        }
        match unseal(master, tenant, row) {
            Some((key, is_old)) => {
                is_outdated |= is_old;
                usable.push(key);
            }
            None => eprintln!(
                "no master key opens the signing key `{}` of tenant `{tenant}`",
                row.kid
            ),
        }
    }
    let keys = Rc::new(Keys {
        newest: rows.last().map(|row| row.active_from),
        newest_kid: rows.last().map(|row| row.kid.clone()),
        times: rows.iter().map(times).collect(),
        usable,
        is_outdated,
    });
    ctx.keys.remember(tenant, &keys);
    Ok(keys)
}

/// A private key, and whether it should be sealed anew.
fn unseal(master: &MasterKeys, tenant: &TenantName, row: &Key) -> Option<(SigningKey, bool)> {
    let bound_to = associated_data(tenant.as_str(), &row.kid);
    let opened = master.open(&row.sealed, &bound_to).ok()?;
    let secret = opened.plain.as_slice().try_into().ok()?;
    let key = SigningKey::from_secret(algorithm(row.algorithm), &row.kid, secret).ok()?;
    Some((key, opened.is_outdated))
}

fn times(row: &Key) -> KeyTimes {
    KeyTimes {
        kid: row.kid.clone(),
        algorithm: algorithm(row.algorithm),
        created_secs: row.created.as_secs(),
        // Not a moment before it was published for long enough.
        active_from_secs: if row.active_from == row.created {
            row.active_from.as_secs()
        } else {
            Timestamp::from_micros(row.active_from.as_micros() + 999_999).as_secs()
        },
    }
}

/// The algorithm that a tenant has set.
pub(super) const fn algorithm(setting: SigningAlgorithm) -> Algorithm {
    match setting {
        SigningAlgorithm::EdDsa => Algorithm::EdDsa,
        SigningAlgorithm::Es256 => Algorithm::Es256,
    }
}
