//! Clients (RFC 6749 §2), registered by the operator or by themselves (RFC 7591, RFC 7592).

use rollcall_core::Timestamp;

use super::columns::{Columns, damaged};
use super::secret::SecretDraft;
use crate::access::{TenantName, TokenHash};
use crate::error::StoreError;
use crate::procedures::CLIENTS;
use crate::sql::{Database, Row, Value};
use crate::store::Store;

/// What a client's access tokens are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TokenFormat {
    /// JWTs (RFC 9068).
    #[default]
    Jwt,
    /// Random, and kept under their hashes.
    Opaque,
}

impl TokenFormat {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::Opaque => "opaque",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Jwt, Self::Opaque]
            .into_iter()
            .find(|format| format.name() == name)
    }
}

/// A client, without its secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Its identifier.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What its access tokens are.
    pub token_format: TokenFormat,
    /// Whether the operator has disabled it.
    pub disabled: bool,
    /// What its tokens must name to be live.
    pub epoch: i64,
    /// When it was registered.
    pub created: Timestamp,
    /// When it was last changed.
    pub modified: Timestamp,
    /// What it has registered (RFC 7591 §2), as JSON.
    pub metadata: String,
}

/// What is registered of a client.
#[derive(Clone, Copy, Debug)]
pub struct ClientDraft<'d> {
    /// Its identifier.
    pub id: &'d str,
    /// What its owner calls it.
    pub name: &'d str,
    /// What its access tokens are.
    pub token_format: TokenFormat,
    /// What it has registered (RFC 7591 §2), as JSON.
    pub metadata: &'d str,
    /// The hash of the token with which it manages itself (RFC 7592 §2). In a change, `None` leaves it as it is.
    pub registration: Option<&'d TokenHash>,
}

/// The columns of the client `c` that [`Client::read`] takes.
pub(super) const COLUMNS: &str =
    "c.id, c.name, c.token_format, c.disabled, c.epoch, c.created, c.modified, c.metadata";

impl Client {
    pub(super) fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: columns.text()?,
            name: columns.text()?,
            token_format: TokenFormat::parse(&columns.text()?).ok_or_else(damaged)?,
            disabled: columns.is_set()?,
            epoch: columns.integer()?,
            created: columns.time()?,
            modified: columns.time()?,
            metadata: columns.text()?,
        })
    }
}

fn read(row: &Row) -> Result<Client, StoreError> {
    Client::read(&mut Columns::of(row))
}

impl<D: Database> Store<D> {
    /// Registers a client, with a secret if it has one. `initial` is the hash of the initial access token that allows
    /// it (RFC 7591 §3), which is used up by one; the operator needs none.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant; [`StoreError::Unauthenticated`] when the initial access
    /// token is not good; [`StoreError::Conflict`] when the id is taken.
    pub async fn create_client(
        &self,
        tenant: &TenantName,
        client: &ClientDraft<'_>,
        secret: Option<&SecretDraft<'_>>,
        initial: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO register_client \
            (tenant, at, initial, id, name, token_format, registration, metadata, secret, secret_hash, secret_expires) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let expires = secret.and_then(|secret| secret.expires);
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            initial.into(),
            client.id.into(),
            client.name.into(),
            client.token_format.name().into(),
            client.registration.into(),
            client.metadata.into(),
            secret.map(|secret| secret.id).into(),
            secret.map(|secret| secret.hash).into(),
            expires.map(Timestamp::as_micros).into(),
        ];
        self.call(&CLIENTS, statement, parameters).await.map(drop)
    }

    /// A client, for the operator.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn client(
        &self,
        tenant: &TenantName,
        id: &str,
    ) -> Result<Option<Client>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM tenant t CROSS JOIN client c ON c.tenant = t.id AND c.id = ?2 WHERE t.name = ?1"
        );
        let parameters = vec![tenant.as_str().into(), id.into()];
        let rows = self.run(&statement, parameters).await?;
        rows.first().map(read).transpose()
    }

    /// A client, for itself (RFC 7592 §2.1).
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`] when that is not its registration access token, or it is disabled.
    pub async fn registered_client(
        &self,
        tenant: &TenantName,
        id: &str,
        registration: &TokenHash,
    ) -> Result<Client, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM tenant t CROSS JOIN client c ON c.tenant = t.id AND c.id = ?2 \
             WHERE t.name = ?1 AND c.registration = ?3 AND NOT c.disabled AND NOT t.suspended"
        );
        let parameters = vec![tenant.as_str().into(), id.into(), registration.into()];
        let rows = self.run(&statement, parameters).await?;
        rows.first().map_or(Err(StoreError::Unauthenticated), read)
    }

    /// Up to `limit` clients of a tenant whose id comes after `after`, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn clients(
        &self,
        tenant: &TenantName,
        (after, limit): (&str, u32),
    ) -> Result<Vec<Client>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM tenant t CROSS JOIN client c ON c.tenant = t.id AND c.id > ?2 \
             WHERE t.name = ?1 ORDER BY c.id LIMIT ?3 + 0"
        );
        let parameters = vec![
            tenant.as_str().into(),
            after.into(),
            i64::from(limit).into(),
        ];
        let rows = self.run(&statement, parameters).await?;
        rows.iter().map(read).collect()
    }

    /// Puts a new registration in the place of a client's. `registration` is the hash of the token with which the
    /// client does so itself (RFC 7592 §2.2).
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`] when that is not its registration access token; [`StoreError::NotFound`].
    pub async fn update_client(
        &self,
        tenant: &TenantName,
        client: &ClientDraft<'_>,
        registration: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO revise_client \
            (tenant, at, registration, id, name, token_format, next_registration, metadata) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            registration.into(),
            client.id.into(),
            client.name.into(),
            client.token_format.name().into(),
            client.registration.into(),
            client.metadata.into(),
        ];
        self.call(&CLIENTS, statement, parameters).await.map(drop)
    }

    /// Deletes a client; its tokens are dead at once. `registration` is the hash of the token with which the client
    /// does so itself (RFC 7592 §2.3).
    ///
    /// # Errors
    /// As [`Self::update_client`].
    pub async fn delete_client(
        &self,
        tenant: &TenantName,
        id: &str,
        registration: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement =
            "INSERT INTO remove_client (tenant, at, registration, id) VALUES (?1, ?2, ?3, ?4)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            registration.into(),
            id.into(),
        ];
        self.call(&CLIENTS, statement, parameters).await.map(drop)
    }

    /// Disables a client, or enables it again. Its tokens are dead at once, and stay so. Where it is so already,
    /// nothing is written.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_client_disabled(
        &self,
        tenant: &TenantName,
        id: &str,
        disabled: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement =
            "INSERT INTO switch_client (tenant, at, id, disabled) VALUES (?1, ?2, ?3, ?4)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            id.into(),
            Value::Integer(disabled.into()),
        ];
        self.call(&CLIENTS, statement, parameters).await.map(drop)
    }
}
