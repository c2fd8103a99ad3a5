//! Fills the search index from the documents, after a migration that has changed its form.

use rollcall_core::{Resource, ResourceType, Timestamp, display_of, fold};

use crate::entries::Difference;
use crate::error::StoreError;
use crate::sql::{Row, Sql};

/// How many documents are in memory at a time.
const BATCH: i64 = 500;

/// Indexes every user: the only resources that there were when this was last needed.
pub(super) async fn run(connection: &impl Sql) -> Result<(), StoreError> {
    let users = ResourceType::user();
    let mut after = 0;
    loop {
        let select = "SELECT seq, tenant, doc FROM resource WHERE type = 'User' AND seq > ?1 ORDER BY seq LIMIT ?2 + 0";
        let rows = connection
            .run(select, vec![after.into(), BATCH.into()])
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            after = index(connection, &users, row).await?;
        }
    }
}

/// Indexes one, and returns its number.
async fn index(connection: &impl Sql, users: &ResourceType, row: &Row) -> Result<i64, StoreError> {
    let damaged = || StoreError::Backend("a row of `resource` is damaged".into());
    let number = row.integer(0)?.ok_or_else(damaged)?;
    let tenant = row.integer(1)?.ok_or_else(damaged)?;
    let document = row.text(2)?.ok_or_else(damaged)?;
    let epoch = Timestamp::from_millis(0);
    let resource = Resource {
        id: String::new(),
        version: 1,
        created: epoch,
        modified: epoch,
        attributes: serde_json::from_str(document).map_err(|_| damaged())?,
    };
    let difference = Difference::between(tenant, users, None, &resource);
    let indexed = vec![
        number.into(),
        difference.indexed.into(),
        difference.uniques.into(),
    ];
    connection
        .run(
            "INSERT INTO reindex (resource, unindexed, indexed, freed, uniques) VALUES (?1, '[]', ?2, '[]', ?3)",
            indexed,
        )
        .await?;
    let display = display_of(&resource.attributes);
    let shown = vec![
        number.into(),
        display.map(str::to_owned).into(),
        display.map(fold).into(),
    ];
    connection
        .run(
            "UPDATE resource SET display = ?2, folded = ?3 WHERE seq = ?1",
            shown,
        )
        .await?;
    Ok(number)
}
