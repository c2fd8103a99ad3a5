//! The search index of resources that are there already: after a change of its form, or of a resource type.

use rollcall_core::JsonObject;

use crate::entries::Difference;
use crate::error::StoreError;
use crate::sql::{Row, Sql, SqlError};

/// How many resources are in memory at a time, and how many bytes of documents; at least one resource.
const BATCH: i64 = 500;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// A resource as it is stored.
pub(crate) struct Stored {
    pub seq: i64,
    pub id: String,
    pub attributes: JsonObject,
}

/// A walk over all resources of a tenant's type, in order of creation.
pub(crate) struct Walk {
    tenant: i64,
    resource_type: String,
    /// When the last one was created, and its number.
    last: (i64, i64),
}

impl Walk {
    pub fn new(tenant: i64, resource_type: &str) -> Self {
        Self {
            tenant,
            resource_type: resource_type.to_owned(),
            last: (i64::MIN, i64::MIN),
        }
    }

    /// The next ones; none at the end.
    pub async fn next(&mut self, connection: &impl Sql) -> Result<Vec<Stored>, StoreError> {
        let statement = format!(
            "WITH batch(row, bytes) AS (\
             SELECT seq, sum(size) OVER (ORDER BY created, seq) - size FROM (\
             SELECT seq, created, octet_length(doc) AS size FROM resource \
             WHERE tenant = ?1 AND type = ?2 AND (created, seq) > (?3, ?4) ORDER BY created, seq LIMIT {BATCH})) \
             SELECT seq, created, id, doc FROM batch CROSS JOIN resource ON seq = row \
             WHERE bytes < {BATCH_BYTES} ORDER BY created, seq"
        );
        let (created, seq) = self.last;
        let parameters = vec![
            self.tenant.into(),
            self.resource_type.as_str().into(),
            created.into(),
            seq.into(),
        ];
        let rows = connection.run(&statement, parameters).await?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    fn read(&mut self, row: &Row) -> Result<Stored, StoreError> {
        let damaged = || StoreError::Backend("a row of `resource` is damaged".into());
        let seq = row.integer(0)?.ok_or_else(damaged)?;
        self.last = (row.integer(1)?.ok_or_else(damaged)?, seq);
        let document = row.text(3)?.ok_or_else(damaged)?;
        Ok(Stored {
            seq,
            id: row.text(2)?.ok_or_else(damaged)?.to_owned(),
            attributes: serde_json::from_str(document).map_err(|_| damaged())?,
        })
    }
}

/// Takes from the index of a resource what goes, and adds what comes.
///
/// # Errors
/// [`SqlError::Unique`] when another resource has a value that has to be unique; nothing has changed then.
pub(crate) async fn reindex(
    connection: &impl Sql,
    seq: i64,
    difference: Difference,
) -> Result<(), SqlError> {
    let statement = "INSERT INTO reindex (resource, unindexed, indexed, freed, uniques) VALUES (?1, ?2, ?3, ?4, ?5)";
    let parameters = vec![
        seq.into(),
        difference.unindexed.into(),
        difference.indexed.into(),
        difference.freed.into(),
        difference.uniques.into(),
    ];
    connection.run(statement, parameters).await.map(drop)
}
