//! Grants: what a client, and the person that it acts for, has been allowed. Each is the root of a family of tokens,
//! which end with it.

use rollcall_core::Timestamp;

use super::columns::Columns;
use crate::access::{TenantName, TokenHash};
use crate::error::StoreError;
use crate::procedures::GRANTS;
use crate::sql::Database;
use crate::store::Store;

/// A grant.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// Its identifier.
    pub id: String,
    /// The client that has it.
    pub client: String,
    /// The client's epoch when it was given.
    pub client_epoch: i64,
    /// The id of the person that the client acts for, and their epoch then.
    pub person: Option<(String, i64)>,
    /// The scopes, separated by spaces.
    pub scope: String,
    /// The resources (RFC 8707) as a JSON array.
    pub resources: String,
    /// The thumbprint of the key that its refresh tokens are bound to (RFC 9449 §5).
    pub jkt: Option<String>,
    /// When it was given.
    pub created: Timestamp,
    /// When it ends, however often its tokens are refreshed.
    pub expires: Timestamp,
}

/// A grant that is to be given.
#[derive(Clone, Copy, Debug)]
pub struct GrantDraft<'d> {
    /// Its identifier.
    pub id: &'d str,
    /// The client that gets it, and its epoch.
    pub client: (&'d str, i64),
    /// The id of the person that the client acts for, and their epoch.
    pub person: Option<(&'d str, i64)>,
    /// The scopes, separated by spaces.
    pub scope: &'d str,
    /// The resources (RFC 8707) as a JSON array.
    pub resources: &'d str,
    /// The thumbprint of the key that its refresh tokens are bound to (RFC 9449 §5).
    pub jkt: Option<&'d str>,
    /// When it ends, however often its tokens are refreshed.
    pub expires: Timestamp,
}

/// The columns of the grant `g` that [`Grant::read`] takes.
pub(super) const COLUMNS: &str = "g.id, g.client, g.client_epoch, g.person, g.person_epoch, g.scope, g.resources, g.jkt, g.created, g.expires";

impl Grant {
    pub(super) fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: columns.text()?,
            client: columns.text()?,
            client_epoch: columns.integer()?,
            person: columns.person()?,
            scope: columns.text()?,
            resources: columns.text()?,
            jkt: columns.optional_text()?,
            created: columns.time()?,
            expires: columns.time()?,
        })
    }
}

impl<D: Database> Store<D> {
    /// Gives a grant, with its first refresh token if it has any: the token's hash, and when it expires unless it is
    /// used.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    pub async fn create_grant(
        &self,
        tenant: &TenantName,
        grant: &GrantDraft<'_>,
        refresh: Option<(&TokenHash, Timestamp)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO begin_grant (tenant, at, id, client, client_epoch, person, person_epoch, scope, \
            resources, jkt, expires, hash, refresh_expires) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        let (person, person_epoch) = grant.person.unzip();
        let (hash, refresh_expires) = refresh.unzip();
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            grant.id.into(),
            grant.client.0.into(),
            grant.client.1.into(),
            person.into(),
            person_epoch.into(),
            grant.scope.into(),
            grant.resources.into(),
            grant.jkt.into(),
            grant.expires.as_micros().into(),
            hash.into(),
            refresh_expires.map(Timestamp::as_micros).into(),
        ];
        self.call(&GRANTS, statement, parameters).await.map(drop)
    }
}
