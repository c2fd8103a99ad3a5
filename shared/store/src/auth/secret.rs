//! The secrets of clients (RFC 6749 §2.3.1): 256 random bits each, kept as their hash.

use rollcall_core::Timestamp;

use super::columns::Columns;
use crate::access::{TenantName, TokenHash};
use crate::error::StoreError;
use crate::procedures::CLIENTS;
use crate::sql::Database;
use crate::store::Store;

/// How many secrets of a client are valid at a time: one more than one, so that it can be rotated without a gap.
pub const MAX_SECRETS: usize = 2;

/// A secret, without what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Secret {
    /// Its identifier.
    pub id: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it stops working; `None` is never.
    pub expires: Option<Timestamp>,
}

/// A secret that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct SecretDraft<'d> {
    /// Its identifier.
    pub id: &'d str,
    /// Its hash.
    pub hash: &'d TokenHash,
    /// When it stops working; `None` is never.
    pub expires: Option<Timestamp>,
}

impl<D: Database> Store<D> {
    /// Gives a client another secret. With `others_end`, those that it has stop working then at the latest: now, or
    /// when the rotation has to be over.
    ///
    /// A third one is refused rather than the oldest retired: that may be the one that the client uses.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::TooMany`] when [`MAX_SECRETS`] would still be valid beside it.
    pub async fn add_secret(
        &self,
        tenant: &TenantName,
        client: &str,
        secret: &SecretDraft<'_>,
        others_end: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO add_secret (tenant, at, client, id, hash, expires, others_end) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            client.into(),
            secret.id.into(),
            secret.hash.into(),
            secret.expires.map(Timestamp::as_micros).into(),
            others_end.map(Timestamp::as_micros).into(),
        ];
        self.call(&CLIENTS, statement, parameters).await.map(drop)
    }

    /// The secrets of a client, in the order of their ids; expired ones stay listed until they are swept.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn secrets(
        &self,
        tenant: &TenantName,
        client: &str,
    ) -> Result<Vec<Secret>, StoreError> {
        let statement = "SELECT s.id, s.created, s.expires \
            FROM tenant t CROSS JOIN client_secret s ON s.tenant = t.id AND s.client = ?2 WHERE t.name = ?1 ORDER BY s.id";
        let parameters = vec![tenant.as_str().into(), client.into()];
        let rows = self.run(statement, parameters).await?;
        let secrets = rows.iter().map(|row| {
            let mut columns = Columns::of(row);
            Ok(Secret {
                id: columns.text()?,
                created: columns.time()?,
                expires: columns.optional_time()?,
            })
        });
        secrets.collect()
    }

    /// Deletes a secret; it stops working at once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the client has none of that id.
    pub async fn delete_secret(
        &self,
        tenant: &TenantName,
        client: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement =
            "INSERT INTO remove_secret (tenant, at, client, id) VALUES (?1, ?2, ?3, ?4)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            client.into(),
            id.into(),
        ];
        self.call(&CLIENTS, statement, parameters).await.map(drop)
    }
}
