//! Tenants: who the data belongs to.

use rollcall_core::Timestamp;

use crate::access::TenantName;
use crate::error::StoreError;
use crate::sql::{Database, Row};
use crate::store::Store;

/// A tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    /// Its name in addresses.
    pub name: TenantName,
    /// When it was created; the default tenant has been there since the epoch.
    pub created: Timestamp,
}

impl<D: Database> Store<D> {
    /// Creates a tenant.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is one of that name.
    pub async fn create_tenant(&self, tenant: &Tenant) -> Result<(), StoreError> {
        let parameters = vec![
            tenant.name.as_str().into(),
            tenant.created.as_micros().into(),
        ];
        self.run(
            "INSERT INTO tenant (name, created) VALUES (?1, ?2)",
            parameters,
        )
        .await
        .map(drop)
    }

    /// All tenants, by name.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let rows = self
            .run("SELECT name, created FROM tenant ORDER BY name", Vec::new())
            .await?;
        rows.iter().map(read).collect()
    }

    /// One tenant.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn tenant(&self, name: &TenantName) -> Result<Option<Tenant>, StoreError> {
        let rows = self
            .run(
                "SELECT name, created FROM tenant WHERE name = ?1",
                vec![name.as_str().into()],
            )
            .await?;
        rows.first().map(read).transpose()
    }

    /// Deletes a tenant with all that belongs to it: tokens, resources, change log.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none of that name.
    pub async fn delete_tenant(&self, name: &TenantName) -> Result<(), StoreError> {
        let rows = self
            .run(
                "DELETE FROM tenant WHERE name = ?1 RETURNING id",
                vec![name.as_str().into()],
            )
            .await?;
        if rows.is_empty() {
            Err(StoreError::NotFound)
        } else {
            Ok(())
        }
    }
}

fn read(row: &Row) -> Result<Tenant, StoreError> {
    let name = row.text(0)?.and_then(TenantName::parse);
    let created = row.integer(1)?.map(Timestamp::from_micros);
    match (name, created) {
        (Some(name), Some(created)) => Ok(Tenant { name, created }),
        _ => Err(StoreError::Backend("a row of `tenant` is damaged".into())),
    }
}
