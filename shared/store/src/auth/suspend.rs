//! Suspended tenants.

use rollcall_core::Timestamp;

use crate::access::TenantName;
use crate::error::StoreError;
use crate::procedures::TENANTS;
use crate::sql::{Database, Value};
use crate::store::Store;

impl<D: Database> Store<D> {
    /// Suspends a tenant, or ends that. While it is suspended, no credential of it opens anything, and none of its
    /// tokens is live; those that have not expired when it ends are live again. The operator goes on as before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    pub async fn set_suspended(
        &self,
        tenant: &TenantName,
        suspended: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO suspend (tenant, at, suspended) VALUES (?1, ?2, ?3)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            Value::Integer(suspended.into()),
        ];
        self.call(&TENANTS, statement, parameters).await.map(drop)
    }
}
