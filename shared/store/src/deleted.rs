//! People that were deleted, for as long as their tenant keeps them. Nothing on the wire shows them.

use rollcall_core::{JsonObject, Resource, ResourceType, Timestamp, display_of, fold};

use crate::access::TenantName;
use crate::entries::Difference;
use crate::error::StoreError;
use crate::procedures::DELETED;
use crate::read::document_of;
use crate::settings::Settings;
use crate::sql::{Database, Row};
use crate::store::Store;

/// A person that was deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Deleted {
    /// The identifier.
    pub id: String,
    /// The name of their resource type.
    pub resource_type: String,
    /// The version of the deletion.
    pub version: u64,
    /// When they were added.
    pub created: Timestamp,
    /// When they were deleted.
    pub deleted: Timestamp,
    /// When they are forgotten.
    pub purge: Timestamp,
    /// Their user name.
    pub user_name: Option<String>,
    /// The name to display.
    pub display_name: Option<String>,
}

/// The columns that [`read`] takes.
const COLUMNS: &str = "deleted.id, type, version, deleted.created, deleted, purge, \
    doc ->> '$.userName', doc ->> '$.displayName'";

impl<D: Database> Store<D> {
    /// Up to `limit` of the deleted people of a tenant whose id comes after `after`, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn deleted(
        &self,
        tenant: &TenantName,
        (after, limit): (&str, u32),
        now: Timestamp,
    ) -> Result<Vec<Deleted>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM tenant CROSS JOIN deleted ON deleted.tenant = tenant.id \
             WHERE tenant.name = ?1 AND deleted.id > ?2 AND purge > ?3 ORDER BY deleted.id LIMIT ?4 + 0"
        );
        let parameters = vec![
            tenant.as_str().into(),
            after.into(),
            now.as_micros().into(),
            i64::from(limit).into(),
        ];
        let rows = self.run(&statement, parameters).await?;
        rows.iter().map(read).collect()
    }

    /// One deleted person with their attributes, if they are still kept.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn deleted_one(
        &self,
        tenant: &TenantName,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<(Deleted, JsonObject)>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS}, doc FROM tenant CROSS JOIN deleted ON deleted.tenant = tenant.id \
             WHERE tenant.name = ?1 AND deleted.id = ?2 AND purge > ?3"
        );
        let parameters = vec![tenant.as_str().into(), id.into(), now.as_micros().into()];
        let rows = self.run(&statement, parameters).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let document = row.text(8)?.unwrap_or_default();
        let attributes = serde_json::from_str(document).map_err(|_| damaged())?;
        Ok(Some((read(row)?, attributes)))
    }

    /// Brings a deleted person back as `resource`, whose version must be the one after that of the deletion, with their
    /// password and in the groups that are still there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when they are not kept, or no longer; [`StoreError::Reconfigured`];
    /// [`StoreError::PreconditionFailed`] when it is not this deletion any more; [`StoreError::Conflict`] when a unique
    /// value is taken.
    pub async fn restore(
        &self,
        tenant: &TenantName,
        settings: &Settings,
        resource_type: &ResourceType,
        resource: &Resource,
    ) -> Result<(), StoreError> {
        let difference = Difference::between(settings.tenant, resource_type, None, resource);
        let display = display_of(&resource.attributes);
        let expected = i64::try_from(resource.version.saturating_sub(1)).unwrap_or(i64::MAX);
        let statement = "INSERT INTO restore (tenant, revision, at, id, expected, doc, display, folded, indexed, uniques) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let parameters = vec![
            tenant.as_str().into(),
            settings.revision.into(),
            resource.modified.as_micros().into(),
            resource.id.as_str().into(),
            expected.into(),
            document_of(resource).into(),
            display.map(str::to_owned).into(),
            display.map(fold).into(),
            difference.indexed.into(),
            difference.uniques.into(),
        ];
        self.call(&DELETED, statement, parameters).await.map(drop)
    }

    /// Forgets a deleted person now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when they are not kept, or no longer.
    pub async fn purge(
        &self,
        tenant: &TenantName,
        id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO purge (tenant, at, id) VALUES (?1, ?2, ?3)";
        let parameters = vec![tenant.as_str().into(), now.as_micros().into(), id.into()];
        self.call(&DELETED, statement, parameters).await.map(drop)
    }
}

fn damaged() -> StoreError {
    StoreError::Backend("a row of `deleted` is damaged".into())
}

fn read(row: &Row) -> Result<Deleted, StoreError> {
    let text = |index| row.text(index)?.ok_or_else(damaged);
    let integer = |index| row.integer(index)?.ok_or_else(damaged);
    let time = |index| Ok::<_, StoreError>(Timestamp::from_micros(integer(index)?));
    Ok(Deleted {
        id: text(0)?.to_owned(),
        resource_type: text(1)?.to_owned(),
        version: u64::try_from(integer(2)?).map_err(|_| damaged())?,
        created: time(3)?,
        deleted: time(4)?,
        purge: time(5)?,
        user_name: row.text(6)?.map(str::to_owned),
        display_name: row.text(7)?.map(str::to_owned),
    })
}
