//! What a use case works with: one per component instance, shared by its requests.

use std::cell::OnceCell;

use rollcall_core::Timestamp;
use rollcall_store::{Database, Store, StoreError};
use uuid::Builder;

use crate::auth::{Chores, ClientKeys, KeyRing, RecentAnswers, Sweeper, Verified};
use crate::config::Config;
use crate::limits::Limits;
use crate::ports::{
    Cache, Clock, Documents, Fetch, Guard, Limiter, NoDocuments, NoFetch, NoGuard, NoVerifier,
    Passwords, Random, Verifier,
};
use crate::profile::Profiles;
use crate::shared_cache::SharedCache;

/// The store, the ports and the configuration.
pub struct Ctx<D: Database> {
    database: D,
    store: OnceCell<Store<D>>,
    pub(crate) profiles: Profiles,
    pub(crate) keys: KeyRing,
    pub(crate) chores: Chores,
    pub(crate) verified: Verified,
    pub(crate) verifier: Box<dyn Verifier>,
    pub(crate) guard: Box<dyn Guard>,
    pub(crate) limits: Limits,
    pub(crate) recent: RecentAnswers,
    pub(crate) shared_cache: SharedCache,
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
    pub(crate) fetch: Box<dyn Fetch>,
    pub(crate) documents: Box<dyn Documents>,
    pub(crate) client_keys: ClientKeys,
    pub(crate) sweeper: Sweeper,
    /// Whoever hashes passwords.
    pub passwords: Box<dyn Passwords>,
    /// What the operator set.
    pub config: Config,
}

impl<D: Database> Ctx<D> {
    /// Puts a context together. The database is opened when the first use case asks for it.
    pub fn new(
        database: D,
        clock: impl Clock + 'static,
        random: impl Random + 'static,
        passwords: impl Passwords + 'static,
        config: Config,
    ) -> Self {
        Self {
            database,
            store: OnceCell::new(),
            profiles: Profiles::default(),
            keys: KeyRing::default(),
            chores: Chores::default(),
            verified: Verified::default(),
            verifier: Box::new(NoVerifier),
            guard: Box::new(NoGuard),
            limits: Limits::default(),
            recent: RecentAnswers::default(),
            shared_cache: SharedCache::default(),
            clock: Box::new(clock),
            random: Box::new(random),
            fetch: Box::new(NoFetch),
            documents: Box::new(NoDocuments),
            client_keys: ClientKeys::default(),
            sweeper: Sweeper::default(),
            passwords: Box::new(passwords),
            config,
        }
    }

    /// The same for a component that fetches what others publish.
    #[must_use]
    pub fn with_fetch(self, fetch: impl Fetch + 'static) -> Self {
        Self {
            fetch: Box::new(fetch),
            ..self
        }
    }

    /// The same with what is remembered shared with other instances.
    #[must_use]
    pub fn with_cache(self, cache: impl Cache + 'static) -> Self {
        Self {
            shared_cache: SharedCache::new(cache),
            ..self
        }
    }

    /// The same with requests counted by a limiter that other instances share, not by this one alone.
    #[must_use]
    pub fn with_limiter(self, limiter: impl Limiter + 'static) -> Self {
        Self {
            limits: Limits::shared(limiter),
            ..self
        }
    }

    /// The context with a place where documents are published.
    #[must_use]
    pub fn with_documents(self, documents: impl Documents + 'static) -> Self {
        Self {
            documents: Box::new(documents),
            ..self
        }
    }

    /// The context with someone who verifies access tokens.
    #[must_use]
    pub fn with_verifier(self, verifier: impl Verifier + 'static) -> Self {
        Self {
            verifier: Box::new(verifier),
            ..self
        }
    }

    /// The context with someone who decides by policies.
    #[must_use]
    pub fn with_guard(self, guard: impl Guard + 'static) -> Self {
        Self {
            guard: Box::new(guard),
            ..self
        }
    }

    /// The store, opened at first use.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when it cannot be opened; the next call tries again.
    pub(crate) async fn store(&self) -> Result<&Store<D>, StoreError> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let opened = Store::open(&self.database, self.config.durability).await?;
        Ok(self.store.get_or_init(|| opened))
    }

    /// A store of its own for a batch of writes.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub(crate) async fn begin(&self) -> Result<Store<D>, StoreError> {
        Store::begin(&self.database, self.config.durability).await
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when it doesn't.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.store().await?.ping().await
    }

    /// The time of day.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new UUIDv7 (RFC 9562 §5.7).
    pub(crate) fn new_id(&self, now: Timestamp) -> String {
        let random = self.random();
        let millis = u64::try_from(now.as_millis()).unwrap_or_default();
        Builder::from_unix_timestamp_millis(millis, &random)
            .into_uuid()
            .to_string()
    }

    /// As many random bytes as are asked for.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// A new 256-bit secret.
    pub(crate) fn new_secret(&self) -> [u8; 32] {
        self.random()
    }
}
