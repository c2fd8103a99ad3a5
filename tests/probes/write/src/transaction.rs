//! The alternative to the write procedure: the same rows, statement by statement.

use anyhow::{Context, Result};
use rollcall_core::{IndexValue, Resource, ResourceType, Timestamp, index_entries, unique_values};
use rollcall_spin::Sqlite;
use rollcall_store::sql::{Database, Sql, Value};
use rollcall_store::{Access, TokenHash};
use serde_json::json;

/// Creates a user in a transaction. Requests of one instance share its connection and would come between, so it takes a
/// connection of its own; when it fails, dropping that rolls back.
pub async fn create(access: &Access, users: &ResourceType, user: &Resource) -> Result<()> {
    let own = Sqlite.connect().await?;
    own.run("BEGIN IMMEDIATE", Vec::new()).await?;
    let tenant = tenant(&own, access, user.modified).await?;
    let document = serde_json::to_string(&user.attributes)?;
    let insert = "INSERT INTO resource (tenant, type, id, version, created, modified, doc) \
        VALUES (?1, 'User', ?2, 1, ?3, ?3, ?4) RETURNING seq";
    let at = Value::Integer(user.modified.as_micros());
    let rows = own
        .run(
            insert,
            vec![
                tenant.into(),
                user.id.as_str().into(),
                at.clone(),
                document.into(),
            ],
        )
        .await?;
    let seq = rows
        .first()
        .context("no row came back")?
        .integer(0)?
        .context("no number came back")?;
    let entries: Vec<_> = index_entries(&user.attributes, users)
        .into_iter()
        .map(|entry| match entry.value {
            IndexValue::Text(value) => json!([entry.path, entry.element, value]),
            IndexValue::Integer(value) => json!([entry.path, entry.element, value]),
            IndexValue::Decimal(value) => json!([entry.path, entry.element, value]),
        })
        .collect();
    let entries = Value::Text(json!(entries).to_string());
    let paths = "INSERT INTO path (tenant, type, name) SELECT DISTINCT ?1, 'User', item.value ->> 0 FROM json_each(?2) item \
        WHERE NOT EXISTS (SELECT 1 FROM path WHERE tenant = ?1 AND type = 'User' AND name = item.value ->> 0)";
    own.run(paths, vec![tenant.into(), entries.clone()]).await?;
    let uniques = "INSERT INTO unique_value (path, value, resource) SELECT path.id, item.value ->> 1, ?3 \
        FROM json_each(?2) item CROSS JOIN path ON path.tenant = ?1 AND path.type = 'User' AND path.name = item.value ->> 0";
    let values = json!(unique_values(&user.attributes, users)).to_string();
    own.run(uniques, vec![tenant.into(), values.into(), seq.into()])
        .await?;
    let attributes = "INSERT INTO attribute (resource, path, element, value) \
        SELECT ?3, path.id, item.value ->> 1, item.value ->> 2 FROM json_each(?2) item \
        CROSS JOIN path ON path.tenant = ?1 AND path.type = 'User' AND path.name = item.value ->> 0";
    own.run(attributes, vec![tenant.into(), entries, seq.into()])
        .await?;
    let counter = "INSERT INTO counter (tenant, type, count) VALUES (?1, 'User', 1) \
        ON CONFLICT (tenant, type) DO UPDATE SET count = count + 1";
    own.run(counter, vec![tenant.into()]).await?;
    let change = "INSERT INTO change (tenant, at, actor, operation, type, resource, version, attributes) \
        VALUES (?1, ?2, 'token:write', 'create', 'User', ?3, 1, '[]')";
    own.run(change, vec![tenant.into(), at, user.id.as_str().into()])
        .await?;
    own.run("COMMIT", Vec::new()).await?;
    Ok(())
}

async fn tenant(own: &impl Sql, access: &Access, now: Timestamp) -> Result<i64> {
    let token: &TokenHash = &access.token;
    let select = "SELECT tenant FROM access WHERE hash = ?1 AND name = ?2 AND (expires IS NULL OR expires > ?3)";
    let parameters = vec![
        token.into(),
        access.tenant.as_str().into(),
        now.as_micros().into(),
    ];
    let rows = own.run(select, parameters).await?;
    rows.first()
        .context("the token opens nothing")?
        .integer(0)?
        .context("the tenant has no number")
}
