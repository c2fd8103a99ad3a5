//! The keys that a tenant's tokens are signed with.
//!
//! A key signs from the time that it is given until that of the next one, and is published before and after. So its
//! state follows from the clock, and nobody has to write it.

use rollcall_core::Timestamp;

use super::actor::Actor;
use super::columns::{Columns, damaged};
use super::settings::SigningAlgorithm;
use crate::access::TenantName;
use crate::error::StoreError;
use crate::procedures::KEYS;
use crate::sql::{Database, Value};
use crate::store::Store;

/// A key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its identifier (RFC 7517 §4.5).
    pub kid: String,
    /// What it is for.
    pub algorithm: SigningAlgorithm,
    /// The public key as a JWK.
    pub public: String,
    /// The private key, encrypted.
    pub sealed: Vec<u8>,
    /// When it was made and published.
    pub created: Timestamp,
    /// From when it signs.
    pub active_from: Timestamp,
}

/// A key that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct KeyDraft<'d> {
    /// Its identifier (RFC 7517 §4.5).
    pub kid: &'d str,
    /// What it is for.
    pub algorithm: SigningAlgorithm,
    /// The public key as a JWK.
    pub public: &'d str,
    /// The private key, encrypted.
    pub sealed: &'d [u8],
    /// From when it signs.
    pub active_from: Timestamp,
}

const MICROS: i64 = 1_000_000;

impl<D: Database> Store<D> {
    /// The keys of a tenant, in the order in which they sign.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn keys(&self, tenant: &TenantName) -> Result<Vec<Key>, StoreError> {
        let statement = "SELECT k.kid, k.alg, k.public, k.sealed, k.created, k.active_from \
            FROM tenant t CROSS JOIN signing_key k ON k.tenant = t.id WHERE t.name = ?1 ORDER BY k.active_from";
        let rows = self.run(statement, vec![tenant.as_str().into()]).await?;
        let keys = rows.iter().map(|row| {
            let mut columns = Columns::of(row);
            Ok(Key {
                kid: columns.text()?,
                algorithm: SigningAlgorithm::parse(&columns.text()?).ok_or_else(damaged)?,
                public: columns.text()?,
                sealed: columns.blob()?.ok_or_else(damaged)?.to_vec(),
                created: columns.time()?,
                active_from: columns.time()?,
            })
        });
        keys.collect()
    }

    /// Keeps a key, unless another instance came first: `newest` is the newest key that the caller knows of, if the
    /// tenant has one, and there is never more than one that doesn't sign yet. Which keys there are then,
    /// [`Self::keys`] says.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    pub async fn add_key(
        &self,
        tenant: &TenantName,
        actor: Actor<'_>,
        key: &KeyDraft<'_>,
        newest: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO add_key (tenant, at, actor, newest, kid, alg, public, sealed, active_from) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            actor.into(),
            newest.into(),
            key.kid.into(),
            key.algorithm.name().into(),
            key.public.into(),
            Value::Blob(key.sealed.to_vec()),
            key.active_from.as_micros().into(),
        ];
        self.call(&KEYS, statement, parameters).await.map(drop)
    }

    /// Keeps a private key as `new`, where it is still kept as `old`: encrypted under another master key.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn reseal_key(
        &self,
        tenant: &TenantName,
        kid: &str,
        (old, new): (&[u8], &[u8]),
    ) -> Result<(), StoreError> {
        let statement = "UPDATE signing_key SET sealed = ?4 \
            WHERE tenant = (SELECT id FROM tenant WHERE name = ?1) AND kid = ?2 AND sealed = ?3";
        let parameters = vec![
            tenant.as_str().into(),
            kid.into(),
            Value::Blob(old.to_vec()),
            Value::Blob(new.to_vec()),
        ];
        self.run(statement, parameters).await.map(drop)
    }

    /// Deletes the keys that have not signed for longer than any token lives, and says whether there were any.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn drop_keys(
        &self,
        tenant: &TenantName,
        longest_life_secs: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = "DELETE FROM signing_key WHERE tenant = (SELECT id FROM tenant WHERE name = ?1) \
            AND EXISTS (SELECT 1 FROM signing_key l WHERE l.tenant = signing_key.tenant \
            AND l.active_from > signing_key.active_from AND l.active_from <= ?2) RETURNING 1";
        let retired_by = now.as_micros() - i64::from(longest_life_secs) * MICROS;
        let parameters = vec![tenant.as_str().into(), retired_by.into()];
        Ok(!self.run(statement, parameters).await?.is_empty())
    }
}
