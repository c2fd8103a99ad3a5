//! Initial access tokens: what lets a client register itself (RFC 7591 §3).

use rollcall_core::Timestamp;

use super::columns::Columns;
use crate::access::{TenantName, TokenHash};
use crate::error::StoreError;
use crate::procedures::REGISTRATION;
use crate::sql::Database;
use crate::store::Store;

/// An initial access token, without its secret.
#[derive(Clone, Debug, PartialEq)]
pub struct InitialToken {
    /// Its identifier.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was issued.
    pub created: Timestamp,
    /// When it stops working; `None` is never.
    pub expires: Option<Timestamp>,
    /// How many clients may still register with it; `None` is any number.
    pub uses: Option<u32>,
}

/// An initial access token that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct InitialTokenDraft<'d> {
    /// Its identifier.
    pub id: &'d str,
    /// What its owner calls it.
    pub name: &'d str,
    /// Its hash.
    pub hash: &'d TokenHash,
    /// When it stops working; `None` is never.
    pub expires: Option<Timestamp>,
    /// How many clients may register with it; `None` is any number.
    pub uses: Option<u32>,
}

impl<D: Database> Store<D> {
    /// Keeps an initial access token under its hash.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    pub async fn create_initial_token(
        &self,
        tenant: &TenantName,
        token: &InitialTokenDraft<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO allow_registration (tenant, at, id, name, hash, expires, uses) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            token.id.into(),
            token.name.into(),
            token.hash.into(),
            token.expires.map(Timestamp::as_micros).into(),
            token.uses.map(i64::from).into(),
        ];
        self.call(&REGISTRATION, statement, parameters)
            .await
            .map(drop)
    }

    /// Whether an initial access token lets a client register now: strangers are turned away before their requests are
    /// looked at. Whether it still does is for [`Self::create_client`] to say.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn allows_registration(
        &self,
        tenant: &TenantName,
        initial: &TokenHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = "SELECT 1 FROM tenant t CROSS JOIN initial_access_token i ON i.tenant = t.id AND i.hash = ?2 \
            WHERE t.name = ?1 AND NOT t.suspended AND (i.expires IS NULL OR i.expires > ?3) \
            AND (i.uses IS NULL OR i.uses > 0)";
        let parameters = vec![
            tenant.as_str().into(),
            initial.into(),
            now.as_micros().into(),
        ];
        Ok(!self.run(statement, parameters).await?.is_empty())
    }

    /// Up to `limit` initial access tokens of a tenant whose id comes after `after`, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn initial_tokens(
        &self,
        tenant: &TenantName,
        (after, limit): (&str, u32),
    ) -> Result<Vec<InitialToken>, StoreError> {
        let statement = "SELECT i.id, i.name, i.created, i.expires, i.uses \
            FROM tenant t CROSS JOIN initial_access_token i ON i.tenant = t.id AND i.id > ?2 \
            WHERE t.name = ?1 ORDER BY i.id LIMIT ?3 + 0";
        let parameters = vec![
            tenant.as_str().into(),
            after.into(),
            i64::from(limit).into(),
        ];
        let rows = self.run(statement, parameters).await?;
        let tokens = rows.iter().map(|row| {
            let mut columns = Columns::of(row);
            Ok(InitialToken {
                id: columns.text()?,
                name: columns.text()?,
                created: columns.time()?,
                expires: columns.optional_time()?,
                uses: columns
                    .optional_integer()?
                    .and_then(|uses| u32::try_from(uses).ok()),
            })
        });
        tokens.collect()
    }

    /// Deletes an initial access token; it stops working at once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has none of that id.
    pub async fn delete_initial_token(
        &self,
        tenant: &TenantName,
        id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO disallow_registration (tenant, at, id) VALUES (?1, ?2, ?3)";
        let parameters = vec![tenant.as_str().into(), now.as_micros().into(), id.into()];
        self.call(&REGISTRATION, statement, parameters)
            .await
            .map(drop)
    }
}
