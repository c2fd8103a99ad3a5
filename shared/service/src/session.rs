//! Who calls a use case, for which tenant, over which store.

use std::borrow::Cow;

use rollcall_core::{Mode, Timestamp};
use rollcall_store::{Access, Caller, Database, Store};

use crate::ctx::Ctx;
use crate::error::Error;
use crate::passwords::Hashes;
use crate::profile::Profile;

/// What a use case works in.
pub struct Session<'s, D: Database> {
    /// The instance's context.
    pub(crate) ctx: &'s Ctx<D>,
    /// The store: the instance's, or that of a batch.
    pub(crate) store: &'s Store<D>,
    /// The caller's claim to the tenant.
    pub(crate) access: &'s Access,
    /// What the tenant is served by.
    pub profile: &'s Profile,
    /// The base URI of the tenant's SCIM service, without a slash at the end.
    pub base: &'s str,
    /// The hashes of passwords that have been worked out already.
    hashes: Cow<'s, Hashes>,
    /// Whether it is part of a batch, whose operations have been given their ids in advance.
    pub(crate) is_batch: bool,
    now: Timestamp,
}

impl<'s, D: Database> Session<'s, D> {
    /// A session over the instance's store.
    ///
    /// # Errors
    /// 500 when the store cannot be opened.
    pub async fn new(
        ctx: &'s Ctx<D>,
        access: &'s Access,
        profile: &'s Profile,
        base: &'s str,
    ) -> Result<Self, Error> {
        Ok(Self {
            ctx,
            store: ctx.store().await?,
            access,
            profile,
            base,
            hashes: Cow::Owned(Hashes::default()),
            is_batch: false,
            now: ctx.now(),
        })
    }

    /// A session over the store of a batch.
    pub(crate) fn in_batch(
        ctx: &'s Ctx<D>,
        store: &'s Store<D>,
        access: &'s Access,
        (profile, base): (&'s Profile, &'s str),
        hashes: &'s Hashes,
    ) -> Self {
        Self {
            ctx,
            store,
            access,
            profile,
            base,
            hashes: Cow::Borrowed(hashes),
            is_batch: true,
            now: ctx.now(),
        }
    }

    /// When the session began: the time of what is written in it.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// How strictly requests are taken.
    pub(crate) fn mode(&self) -> Mode {
        self.profile.mode()
    }

    pub(crate) fn caller(&self) -> Caller<'_> {
        Caller {
            access: self.access,
            settings: &self.profile.settings,
            now: self.now,
        }
    }

    /// The hash of a password, if there is one.
    ///
    /// # Errors
    /// As [`Hashes::hash`].
    pub(crate) async fn hash(&self, password: Option<String>) -> Result<Option<String>, Error> {
        match password {
            None => Ok(None),
            Some(password) => self.hashes.hash(self.ctx, &password).await.map(Some),
        }
    }
}
