//! What an endpoint has to know of a client and its tenant before it does anything for them: one read.

use rollcall_core::Timestamp;

use super::client::{self, Client};
use super::columns::Columns;
use super::packed::{packed, unpacked};
use super::settings::TokenSettings;
use crate::access::{TenantName, TokenHash};
use crate::error::StoreError;
use crate::sql::{Database, Row, Value};
use crate::store::Store;

/// A tenant's settings for tokens, and the client that says it calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Authentication {
    /// Drawn anew at each change of the tenant's settings.
    pub revision: i64,
    /// Whether the tenant is suspended: then nobody is let in.
    pub suspended: bool,
    /// What the operator has set for tokens.
    pub settings: TokenSettings,
    /// From when the tenant's newest key signs, so that an instance learns of a rotation; `None` if it has no key yet.
    pub newest_key: Option<Timestamp>,
    /// The client, if there is one of that id.
    pub client: Option<ClientLogin>,
}

/// A client, and what it may prove itself with.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientLogin {
    /// The client. It may be disabled.
    pub client: Client,
    /// The hashes of its secrets that are valid now.
    pub secrets: Vec<TokenHash>,
}

/// How many columns [`columns`] has.
pub(super) const WIDTH: usize = 15;

/// The columns that [`read`] takes, of the tenant `t` and the client `c`, which may be NULL. The time is `?3`.
pub(super) fn columns() -> String {
    format!(
        "t.revision, t.suspended, {}, (SELECT max(active_from) FROM signing_key k WHERE k.tenant = t.id), \
         (SELECT group_concat(hex(s.hash), '') FROM client_secret s \
         WHERE s.tenant = t.id AND s.client = c.id AND (s.expires IS NULL OR s.expires > ?3)), {}",
        TokenSettings::COLUMNS,
        client::COLUMNS
    )
}

/// The tenant `?1` and its client `?2`.
pub(super) const FROM: &str = "FROM tenant t LEFT JOIN client c ON c.tenant = t.id AND c.id = ?2";

pub(super) fn read(row: &Row) -> Result<Authentication, StoreError> {
    let mut columns = Columns::of(row);
    let revision = columns.integer()?;
    let suspended = columns.is_set()?;
    let settings = TokenSettings::read(&mut columns)?;
    let newest_key = columns.optional_time()?;
    let secrets = columns.hashes()?;
    let client = if columns.is_null() {
        None
    } else {
        let client = Client::read(&mut columns)?;
        Some(ClientLogin { client, secrets })
    };
    Ok(Authentication {
        revision,
        suspended,
        settings,
        newest_key,
        client,
    })
}

/// The parameters 1 to 3.
pub(super) fn parameters(tenant: &TenantName, client: &str, now: Timestamp) -> Vec<Value> {
    vec![
        tenant.as_str().into(),
        client.into(),
        now.as_micros().into(),
    ]
}

impl<D: Database> Store<D> {
    /// What has to be known to authenticate a client (RFC 6749 §2.3), and to issue it a token.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    pub async fn authenticate_client(
        &self,
        tenant: &TenantName,
        client: &str,
        now: Timestamp,
    ) -> Result<Authentication, StoreError> {
        let statement = format!("SELECT {} {FROM} WHERE t.name = ?1", packed(&columns()));
        let rows = self
            .run(&statement, parameters(tenant, client, now))
            .await?;
        read(&unpacked(rows.first().ok_or(StoreError::NotFound)?)?)
    }
}
