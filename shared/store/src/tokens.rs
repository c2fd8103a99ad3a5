//! Provisioning tokens: what an identity provider authenticates with. Several may be valid at a time, so that they can
//! be rotated without a gap.

use rollcall_core::Timestamp;

use crate::access::{TenantName, TokenHash};
use crate::error::StoreError;
use crate::procedures::TOKENS;
use crate::sql::{Database, Row};
use crate::store::Store;

/// A provisioning token, without its secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Its identifier, a UUIDv7.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was issued.
    pub created: Timestamp,
    /// When it stops working; `None` is never.
    pub expires: Option<Timestamp>,
}

impl<D: Database> Store<D> {
    /// Keeps a token of a tenant under its hash. The change log has it without its name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant does not exist.
    pub async fn create_token(
        &self,
        tenant: &TenantName,
        token: &Token,
        hash: &TokenHash,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO issue (tenant, at, id, name, hash, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let parameters = vec![
            tenant.as_str().into(),
            token.created.as_micros().into(),
            token.id.as_str().into(),
            token.name.as_str().into(),
            hash.into(),
            token.expires.map(Timestamp::as_micros).into(),
        ];
        self.call(&TOKENS, statement, parameters).await.map(drop)
    }

    /// The tokens of a tenant, the oldest first; expired ones stay listed until they are deleted.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant does not exist.
    pub async fn tokens(&self, tenant: &TenantName) -> Result<Vec<Token>, StoreError> {
        let statement = "SELECT token.id, token.name, token.created, token.expires \
            FROM tenant LEFT JOIN token ON token.tenant = tenant.id WHERE tenant.name = ?1 ORDER BY token.created, token.id";
        let rows = self.run(statement, vec![tenant.as_str().into()]).await?;
        if rows.is_empty() {
            return Err(StoreError::NotFound);
        }
        rows.iter()
            .filter_map(|row| read(row).transpose())
            .collect()
    }

    /// Deletes a token; it stops working at once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no such token.
    pub async fn delete_token(
        &self,
        tenant: &TenantName,
        id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO revoke (tenant, at, id) VALUES (?1, ?2, ?3)";
        let parameters = vec![tenant.as_str().into(), now.as_micros().into(), id.into()];
        self.call(&TOKENS, statement, parameters).await.map(drop)
    }
}

/// `None` is the one row of a tenant that has no token.
fn read(row: &Row) -> Result<Option<Token>, StoreError> {
    let Some(id) = row.text(0)? else {
        return Ok(None);
    };
    let (Some(name), Some(created)) = (row.text(1)?, row.integer(2)?) else {
        return Err(StoreError::Backend("a row of `token` is damaged".into()));
    };
    let expires = row.integer(3)?.map(Timestamp::from_micros);
    Ok(Some(Token {
        id: id.to_owned(),
        name: name.to_owned(),
        created: Timestamp::from_micros(created),
        expires,
    }))
}
