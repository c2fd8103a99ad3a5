//! Numbered migrations, applied once, by whichever instance comes first.

mod reindex;

use crate::error::StoreError;
use crate::sql::{Database, Sql, SqlError};

/// All migrations, the first one first. A released one never changes; a new one goes to the end.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_foundation.sql"),
    include_str!("../migrations/0002_tenant_settings.sql"),
    include_str!("../migrations/0003_search_index.sql"),
    include_str!("../migrations/0004_groups.sql"),
    include_str!("../migrations/0005_write_procedure.sql"),
    include_str!("../migrations/0006_admin_procedures.sql"),
    include_str!("../migrations/0007_text_by_version.sql"),
    include_str!("../migrations/0008_auth_tables.sql"),
    include_str!("../migrations/0009_auth_access.sql"),
    include_str!("../migrations/0010_procedures_on_use.sql"),
    include_str!("../migrations/0011_policies.sql"),
    include_str!("../migrations/0012_links.sql"),
];

/// The last migration that leaves the search index empty, for [`reindex::run`] to fill.
const REINDEXED: usize = 3;

/// How often a busy database is asked again. It waits by itself before it says that it is busy, except where that could
/// not help.
const ATTEMPTS: usize = 6;

/// Applies what is missing. Instances that start together queue for the write lock, and all but the first find nothing
/// left to do.
pub(crate) async fn run<D: Database>(
    database: &D,
    connection: &D::Connection,
) -> Result<(), StoreError> {
    // A newer release may have applied more.
    if applied(connection).await? >= MIGRATIONS.len() {
        return Ok(());
    }
    // A transaction needs a connection of its own; dropping the connection rolls it back.
    let own = database.connect().await?;
    // Write-ahead logging lets readers and a writer work side by side. It stays with the file.
    // What isn't a file of SQLite's own has no such mode, and needs none.
    if let Err(StoreError::Busy) = until_not_busy(&own, "PRAGMA journal_mode = WAL").await {
        return Err(StoreError::Busy);
    }
    until_not_busy(&own, "BEGIN IMMEDIATE").await?;
    own.run(
        "CREATE TABLE IF NOT EXISTS schema_migration (number INTEGER PRIMARY KEY) STRICT",
        Vec::new(),
    )
    .await?;
    let done = applied(&own).await?;
    for (number, migration) in (1_i64..).zip(MIGRATIONS).skip(done) {
        for statement in statements(migration) {
            own.run(statement, Vec::new()).await?;
        }
        own.run(
            "INSERT INTO schema_migration (number) VALUES (?1)",
            vec![number.into()],
        )
        .await?;
    }
    if (1..REINDEXED).contains(&done) {
        reindex::run(&own).await?;
    }
    own.run("COMMIT", Vec::new()).await?;
    // This connection has seen a database without tables. Within temporary triggers SQLite would go on to believe that.
    applied(connection).await.map(drop)
}

/// How many migrations have been applied.
async fn applied(connection: &impl Sql) -> Result<usize, StoreError> {
    let rows = match connection
        .run("SELECT count(*) FROM schema_migration", Vec::new())
        .await
    {
        Err(SqlError::NoSuchTable) => return Ok(0),
        other => other?,
    };
    let count = rows
        .first()
        .map(|row| row.integer(0))
        .transpose()?
        .flatten();
    Ok(count
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or_default())
}

async fn until_not_busy(connection: &impl Sql, statement: &str) -> Result<(), StoreError> {
    for _ in 1..ATTEMPTS {
        match connection.run(statement, Vec::new()).await {
            Err(SqlError::Busy) => {}
            other => return Ok(other.map(drop)?),
        }
    }
    Ok(connection.run(statement, Vec::new()).await.map(drop)?)
}

/// The statements of a script: they end with a semicolon and an empty line, since a host runs one a call.
pub(crate) fn statements(migration: &str) -> impl Iterator<Item = &str> {
    migration
        .split(";\n\n")
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
}
