//! People that were deleted, for as long as their tenant keeps them. Nothing on the wire shows them.

use rollcall_core::{JsonObject, Resource, ResourceType, Timestamp, display_of, fold};

use crate::administrator::Administrator;
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

/// The columns that [`read`] takes, after the revision.
const COLUMNS: &str = "deleted.id, type, version, deleted.created, deleted, purge, \
    doc ->> '$.userName', doc ->> '$.displayName'";

impl<D: Database> Store<D> {
    /// Up to `limit` of the deleted people of a tenant whose id comes after `after`, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant; for a delegate [`StoreError::Unauthenticated`] and
    /// [`StoreError::Reconfigured`].
    pub async fn deleted(
        &self,
        by: Administrator<'_>,
        (after, limit): (&str, u32),
        now: Timestamp,
    ) -> Result<Vec<Deleted>, StoreError> {
        let statement = format!(
            "WITH {}, page AS MATERIALIZED (SELECT {COLUMNS} FROM deleted \
             WHERE tenant = (SELECT tenant FROM open) AND id > ?4 AND purge > ?3 ORDER BY id LIMIT ?5 + 0) \
             SELECT open.revision, page.* FROM open LEFT JOIN page",
            by.open()
        );
        let mut parameters = by.parameters(now);
        parameters.extend([after.into(), i64::from(limit).into()]);
        let rows = self.run(&statement, parameters).await?;
        by.opened(&rows)?;
        rows.iter()
            .filter_map(|row| read(row).transpose())
            .collect()
    }

    /// One deleted person with their attributes, if they are still kept.
    ///
    /// # Errors
    /// As [`Self::deleted`].
    pub async fn deleted_one(
        &self,
        by: Administrator<'_>,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<(Deleted, JsonObject)>, StoreError> {
        let statement = format!(
            "WITH {} SELECT open.revision, {COLUMNS}, doc FROM open \
             LEFT JOIN deleted ON deleted.tenant = open.tenant AND deleted.id = ?4 AND purge > ?3",
            by.open()
        );
        let mut parameters = by.parameters(now);
        parameters.push(id.into());
        let rows = self.run(&statement, parameters).await?;
        by.opened(&rows)?;
        let Some((row, deleted)) = rows.first().zip(rows.first().map_or(Ok(None), read)?) else {
            return Ok(None);
        };
        let document = row.text(9)?.unwrap_or_default();
        let attributes = serde_json::from_str(document).map_err(|_| damaged())?;
        Ok(Some((deleted, attributes)))
    }

    /// Brings a deleted person back as `resource`, whose version must be the one after that of the deletion, with their
    /// password and in the groups that are still there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when they are not kept, or no longer; [`StoreError::Reconfigured`];
    /// [`StoreError::PreconditionFailed`] when it is not this deletion any more; [`StoreError::Conflict`] when a unique
    /// value is taken; for a delegate [`StoreError::Unauthenticated`], too.
    pub async fn restore(
        &self,
        by: Administrator<'_>,
        settings: &Settings,
        resource_type: &ResourceType,
        resource: &Resource,
    ) -> Result<(), StoreError> {
        let difference = Difference::between(settings.tenant, resource_type, None, resource);
        let display = display_of(&resource.attributes);
        let expected = i64::try_from(resource.version.saturating_sub(1)).unwrap_or(i64::MAX);
        let statement = format!(
            "INSERT INTO restore (tenant, actor, revision, at, id, expected, doc, display, folded, indexed, uniques) \
             VALUES (?1, {}, ?4, ?3, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            by.actor()
        );
        let mut parameters = by.parameters(resource.modified);
        parameters.extend([
            settings.revision.into(),
            resource.id.as_str().into(),
            expected.into(),
            document_of(resource).into(),
            display.map(str::to_owned).into(),
            display.map(fold).into(),
            difference.indexed.into(),
            difference.uniques.into(),
        ]);
        self.call(&DELETED, &statement, parameters).await.map(drop)
    }

    /// Forgets a deleted person now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when they are not kept, or no longer; for a delegate [`StoreError::Unauthenticated`] and
    /// [`StoreError::Reconfigured`], too.
    pub async fn purge(
        &self,
        by: Administrator<'_>,
        id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = format!(
            "INSERT INTO purge (tenant, actor, revision, at, id) VALUES (?1, {}, ?4, ?3, ?5)",
            by.actor()
        );
        let mut parameters = by.parameters(now);
        parameters.extend([by.revision(), id.into()]);
        self.call(&DELETED, &statement, parameters).await.map(drop)
    }
}

fn damaged() -> StoreError {
    StoreError::Backend("a row of `deleted` is damaged".into())
}

/// `None` where there is nobody.
fn read(row: &Row) -> Result<Option<Deleted>, StoreError> {
    let Some(id) = row.text(1)? else {
        return Ok(None);
    };
    let text = |index| row.text(index)?.ok_or_else(damaged);
    let integer = |index| row.integer(index)?.ok_or_else(damaged);
    let time = |index| Ok::<_, StoreError>(Timestamp::from_micros(integer(index)?));
    Ok(Some(Deleted {
        id: id.to_owned(),
        resource_type: text(2)?.to_owned(),
        version: u64::try_from(integer(3)?).map_err(|_| damaged())?,
        created: time(4)?,
        deleted: time(5)?,
        purge: time(6)?,
        user_name: row.text(7)?.map(str::to_owned),
        display_name: row.text(8)?.map(str::to_owned),
    }))
}
