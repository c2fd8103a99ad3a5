//! The change log: who did what, and when. A write and its entry are one statement, so neither is there without the
//! other.

use rollcall_core::Timestamp;
use serde_json::Value as Json;

use crate::access::TenantName;
use crate::error::StoreError;
use crate::sql::{Database, Row};
use crate::store::Store;

/// One entry of the change log.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its place in the log; later entries have greater numbers.
    pub sequence: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it: `token:` and a provisioning token's id; `client:` or `user:` and the id of whom an access token was issued
    /// to or for; `registration:` and an initial access token's id; `admin`; or `service`, by itself.
    pub actor: String,
    /// `create`, `replace`, `patch` or `delete`; of the operator's `restore`, `purge`, `define`, `undefine`, `configure`,
    /// `issue` or `revoke`; of the authorization server and of policies those that `procedures/` names, and what
    /// [`Store::record`] is told.
    pub operation: String,
    /// The resource type's name; otherwise what else it was done to, such as `Schema`, `Tenant`, `Token` or `Client`.
    pub resource_type: String,
    /// The resource's id; a schema's URI; the name of a resource type or of the tenant.
    pub resource: String,
    /// The version that the change led to; 0 for what has none.
    pub version: i64,
    /// The names of the attributes or settings that changed, never their values.
    pub attributes: Vec<String>,
}

impl<D: Database> Store<D> {
    /// Up to `limit` entries of a tenant after the entry number `after`, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn changes(
        &self,
        tenant: &TenantName,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Change>, StoreError> {
        let statement = "SELECT seq, at, actor, operation, type, resource, version, attributes FROM change \
            WHERE tenant = (SELECT id FROM tenant WHERE name = ?1) AND seq > ?2 ORDER BY seq LIMIT ?3";
        let parameters = vec![
            tenant.as_str().into(),
            after.into(),
            i64::from(limit).into(),
        ];
        self.run(statement, parameters)
            .await?
            .iter()
            .map(read)
            .collect()
    }
}

fn read(row: &Row) -> Result<Change, StoreError> {
    let damaged = || StoreError::Backend("a row of `change` is damaged".into());
    let text = |index| row.text(index)?.map(str::to_owned).ok_or_else(damaged);
    let integer = |index| row.integer(index)?.ok_or_else(damaged);
    let names: Vec<Json> = serde_json::from_str(&text(7)?).map_err(|_| damaged())?;
    Ok(Change {
        sequence: integer(0)?,
        at: Timestamp::from_micros(integer(1)?),
        actor: text(2)?,
        operation: text(3)?,
        resource_type: text(4)?,
        resource: text(5)?,
        version: integer(6)?,
        attributes: names
            .iter()
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect(),
    })
}
