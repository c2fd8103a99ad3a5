//! Fills the search index from the documents, after a migration that has changed its form.

use rollcall_core::{Resource, ResourceType, Timestamp, display_of, fold};

use crate::entries::Difference;
use crate::error::StoreError;
use crate::reindex::{Stored, Walk, reindex};
use crate::sql::Sql;

/// Indexes every user: the only resources that there were when this was last needed.
pub(super) async fn run(connection: &impl Sql) -> Result<(), StoreError> {
    let users = ResourceType::user();
    for row in connection.run("SELECT id FROM tenant", Vec::new()).await? {
        let tenant = row.integer(0)?.unwrap_or_default();
        let mut walk = Walk::new(tenant, &users.name);
        loop {
            let stored = walk.next(connection).await?;
            if stored.is_empty() {
                break;
            }
            for user in stored {
                index(connection, tenant, &users, user).await?;
            }
        }
    }
    Ok(())
}

async fn index(
    connection: &impl Sql,
    tenant: i64,
    users: &ResourceType,
    user: Stored,
) -> Result<(), StoreError> {
    let epoch = Timestamp::from_millis(0);
    let resource = Resource {
        id: user.id,
        version: 1,
        created: epoch,
        modified: epoch,
        attributes: user.attributes,
    };
    let difference = Difference::between(tenant, users, None, &resource);
    reindex(connection, user.seq, difference).await?;
    let display = display_of(&resource.attributes);
    let shown = vec![
        user.seq.into(),
        display.map(str::to_owned).into(),
        display.map(fold).into(),
    ];
    connection
        .run(
            "UPDATE resource SET display = ?2, folded = ?3 WHERE seq = ?1",
            shown,
        )
        .await?;
    Ok(())
}
