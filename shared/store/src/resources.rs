//! Resources by their id: read and write.

use rollcall_core::{Resource, ResourceType, Timestamp};
use serde_json::Value as Json;

use crate::access::{self, Access, OPEN};
use crate::entries::Difference;
use crate::error::StoreError;
use crate::sql::{Database, Row, Value};
use crate::store::Store;

const WRITE: &str = "INSERT INTO write \
    (tenant, hash, at, operation, type, id, expected, doc, unindexed, indexed, freed, uniques, attributes) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

/// The largest document, in bytes of JSON: a chain of modifications must not grow a resource without end.
pub const MAX_DOCUMENT: usize = 1024 * 1024;

/// How a resource is changed, as the change log names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operation {
    /// The client sent the whole resource (PUT).
    Replace,
    /// The client sent modifications (PATCH).
    Patch,
}

impl Operation {
    const fn name(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Patch => "patch",
        }
    }
}

impl<D: Database> Store<D> {
    /// The resource of that type and id, if the tenant has it.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`] when the token does not open the tenant.
    pub async fn get(
        &self,
        access: &Access,
        resource_type: &ResourceType,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Resource>, StoreError> {
        let statement = format!(
            "WITH {OPEN} SELECT r.id, r.version, r.created, r.modified, r.doc \
             FROM open LEFT JOIN resource r ON r.tenant = open.tenant AND r.id = ?4 AND r.type = ?5"
        );
        let mut parameters = access::parameters(access, now);
        parameters.extend([id.into(), resource_type.name.as_str().into()]);
        let rows = self.run(&statement, parameters).await?;
        rows.first()
            .map_or(Err(StoreError::Unauthenticated), |row| read(row, 0))
    }

    /// Adds a new resource, at version 1.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`]; [`StoreError::Conflict`] when a unique value is taken.
    pub async fn create(
        &self,
        access: &Access,
        resource_type: &ResourceType,
        resource: &Resource,
    ) -> Result<(), StoreError> {
        let difference = Difference::between(None, &resource.attributes, resource_type);
        self.write(
            access,
            resource_type,
            "create",
            resource,
            Value::Null,
            difference,
        )
        .await
    }

    /// Puts `new`, which was made from `old`, in its place; its version must be the next one.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`]; [`StoreError::PreconditionFailed`] when the resource is gone or no longer at
    /// `old`'s version; [`StoreError::Conflict`] when a unique value is taken.
    pub async fn update(
        &self,
        access: &Access,
        resource_type: &ResourceType,
        operation: Operation,
        old: &Resource,
        new: &Resource,
    ) -> Result<(), StoreError> {
        let difference = Difference::between(Some(&old.attributes), &new.attributes, resource_type);
        let expected = Value::Integer(i64::try_from(old.version).unwrap_or(i64::MAX));
        self.write(
            access,
            resource_type,
            operation.name(),
            new,
            expected,
            difference,
        )
        .await
    }

    /// Deletes a resource, whatever its version unless `expected` names one.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`]; [`StoreError::NotFound`]; [`StoreError::PreconditionFailed`] when it is at
    /// another version than `expected`.
    pub async fn delete(
        &self,
        access: &Access,
        resource_type: &ResourceType,
        id: &str,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO write (tenant, hash, at, operation, type, id, expected, attributes) \
            VALUES (?1, ?2, ?3, 'delete', ?4, ?5, ?6, '[]')";
        let mut parameters = access::parameters(access, now);
        let expected = expected.map(|version| i64::try_from(version).unwrap_or(i64::MAX));
        parameters.extend([
            resource_type.name.as_str().into(),
            id.into(),
            expected.into(),
        ]);
        self.run(statement, parameters).await.map(drop)
    }

    async fn write(
        &self,
        access: &Access,
        resource_type: &ResourceType,
        operation: &str,
        resource: &Resource,
        expected: Value,
        difference: Difference,
    ) -> Result<(), StoreError> {
        let document = Json::Object(resource.attributes.clone()).to_string();
        if document.len() > MAX_DOCUMENT {
            return Err(StoreError::TooLarge);
        }
        let mut parameters = access::parameters(access, resource.modified);
        parameters.extend([
            operation.into(),
            resource_type.name.as_str().into(),
            resource.id.as_str().into(),
            expected,
            document.into(),
            difference.unindexed.into(),
            difference.indexed.into(),
            difference.freed.into(),
            difference.uniques.into(),
            difference.attributes.into(),
        ]);
        self.run(WRITE, parameters).await.map(drop)
    }
}

/// Reads id, version, created, modified and document from five columns starting at `first`; `None` where they are NULL.
pub(crate) fn read(row: &Row, first: usize) -> Result<Option<Resource>, StoreError> {
    let damaged = || StoreError::Backend("a row of `resource` is damaged".into());
    let Some(id) = row.text(first)? else {
        return Ok(None);
    };
    let number = |index| row.integer(index)?.ok_or_else(damaged);
    let document = row.text(first + 4)?.ok_or_else(damaged)?;
    Ok(Some(Resource {
        id: id.to_owned(),
        version: u64::try_from(number(first + 1)?).map_err(|_| damaged())?,
        created: Timestamp::from_micros(number(first + 2)?),
        modified: Timestamp::from_micros(number(first + 3)?),
        attributes: serde_json::from_str(document).map_err(|_| damaged())?,
    }))
}
