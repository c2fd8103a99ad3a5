//! Entries of the change log for what is written nowhere else: JWTs that were issued, requests that were refused.

use rollcall_core::Timestamp;
use serde_json::{Value as Json, json};

use super::actor::Actor;
use crate::access::TenantName;
use crate::error::StoreError;
use crate::sql::Database;
use crate::store::Store;

/// An entry of the change log.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'e> {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor<'e>,
    /// What they did, such as `issue` or `refuse`.
    pub operation: &'e str,
    /// What they did it to, such as `AccessToken`.
    pub resource_type: &'e str,
    /// Which one: an id, and never a secret.
    pub resource: &'e str,
}

impl<D: Database> Store<D> {
    /// Adds entries to the change log, all or none.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn record(
        &self,
        tenant: &TenantName,
        entries: &[Entry<'_>],
    ) -> Result<(), StoreError> {
        let items = entries.iter().map(|entry| {
            json!([
                entry.at.as_micros(),
                entry.actor.name(),
                entry.operation,
                entry.resource_type,
                entry.resource
            ])
        });
        let items = Json::from_iter(items).to_string();
        let statement = "INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes) \
            SELECT t.id, item.value ->> 0, item.value ->> 1, item.value ->> 2, item.value ->> 3, item.value ->> 4, 0, '[]' \
            FROM tenant t CROSS JOIN json_each(?2) item WHERE t.name = ?1";
        let parameters = vec![tenant.as_str().into(), items.into()];
        self.run(statement, parameters).await.map(drop)
    }
}
