//! Opaque access tokens: random, and kept under their hashes.

use rollcall_core::Timestamp;

use super::columns::Columns;
use crate::access::{TenantName, TokenHash};
use crate::error::StoreError;
use crate::procedures::ACCESS_TOKENS;
use crate::sql::Database;
use crate::store::Store;

/// An opaque access token that is live.
#[derive(Clone, Debug, PartialEq)]
pub struct OpaqueToken {
    /// What stands for it where it may not be shown.
    pub id: String,
    /// The client that it was issued to, and its epoch.
    pub client: (String, i64),
    /// The id of the person that the client acts for, and their epoch.
    pub person: Option<(String, i64)>,
    /// The id of the grant that it ends with.
    pub grant: Option<String>,
    /// What else it ends with, as in [`Claims`](crate::Claims).
    pub links: Option<String>,
    /// The scopes, separated by spaces.
    pub scope: String,
    /// Who it is for, as a JSON array.
    pub audience: String,
    /// The thumbprint of the key that it is bound to (RFC 9449 §6).
    pub jkt: Option<String>,
    /// Who acts (RFC 8693 §4.1), as JSON.
    pub act: Option<String>,
    /// When it was issued.
    pub issued: Timestamp,
    /// When it expires.
    pub expires: Timestamp,
}

/// An opaque access token that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct OpaqueDraft<'d> {
    /// Its hash.
    pub hash: &'d TokenHash,
    /// What stands for it where it may not be shown.
    pub id: &'d str,
    /// The client that it is issued to, and its epoch.
    pub client: (&'d str, i64),
    /// The id of the person that the client acts for, and their epoch.
    pub person: Option<(&'d str, i64)>,
    /// The id of the grant that it ends with.
    pub grant: Option<&'d str>,
    /// What else it ends with, as in [`Claims`](crate::Claims).
    pub links: Option<&'d str>,
    /// The scopes, separated by spaces.
    pub scope: &'d str,
    /// Who it is for, as a JSON array.
    pub audience: &'d str,
    /// The thumbprint of the key that it is bound to (RFC 9449 §6).
    pub jkt: Option<&'d str>,
    /// Who acts (RFC 8693 §4.1), as JSON.
    pub act: Option<&'d str>,
    /// When it expires.
    pub expires: Timestamp,
}

/// The columns of the token `a` that [`OpaqueToken::read`] takes.
pub(super) const COLUMNS: &str = "a.id, a.client, a.client_epoch, a.person, a.person_epoch, a.auth_grant, a.links, a.scope, \
    a.audience, a.jkt, a.act, a.issued, a.expires";

impl OpaqueToken {
    pub(super) fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: columns.text()?,
            client: (columns.text()?, columns.integer()?),
            person: columns.person()?,
            grant: columns.optional_text()?,
            links: columns.optional_text()?,
            scope: columns.text()?,
            audience: columns.text()?,
            jkt: columns.optional_text()?,
            act: columns.optional_text()?,
            issued: columns.time()?,
            expires: columns.time()?,
        })
    }
}

impl<D: Database> Store<D> {
    /// Keeps an opaque access token.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    pub async fn create_opaque_token(
        &self,
        tenant: &TenantName,
        token: &OpaqueDraft<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO issue_access (tenant, at, hash, id, client, client_epoch, person, person_epoch, \
            auth_grant, links, scope, audience, jkt, act, expires) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        let (person, person_epoch) = token.person.unzip();
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            token.hash.into(),
            token.id.into(),
            token.client.0.into(),
            token.client.1.into(),
            person.into(),
            person_epoch.into(),
            token.grant.into(),
            token.links.into(),
            token.scope.into(),
            token.audience.into(),
            token.jkt.into(),
            token.act.into(),
            token.expires.as_micros().into(),
        ];
        self.call(&ACCESS_TOKENS, statement, parameters)
            .await
            .map(drop)
    }

    /// An opaque access token of the tenant's, if it is live: what it allows is for the caller to look at, before it
    /// calls with [`Credential::Opaque`](crate::Credential::Opaque).
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn opaque_token(
        &self,
        tenant: &TenantName,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<OpaqueToken>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM tenant t CROSS JOIN live_access_token a ON a.tenant = t.id AND a.hash = ?2 \
             WHERE t.name = ?1 AND a.expires > ?3"
        );
        let parameters = vec![tenant.as_str().into(), hash.into(), now.as_micros().into()];
        let rows = self.run(&statement, parameters).await?;
        let token = rows
            .first()
            .map(|row| OpaqueToken::read(&mut Columns::of(row)));
        token.transpose()
    }
}
