//! Ways to write a user, to be measured against each other (docs/decisions/0001-one-statement-writes.md):
//! `/write/row` inserts one bare row, `/write/procedure` creates a user as the product does, and `/write/transaction`
//! writes the same rows statement by statement, in a transaction on a connection of its own.

mod transaction;

use anyhow::{Result, bail};
use rollcall_core::{Resource, ResourceType, Timestamp};
use rollcall_spin::Sqlite;
use rollcall_store::sql::{Database, Sql};
use rollcall_store::{Access, Durability, Store, StoreError, TenantName, Token, TokenHash};
use serde_json::json;
use spin_sdk::http::{IntoResponse, Request, StatusCode};
use spin_sdk::http_service;

/// What an instance keeps: the store, and a connection for the bare row.
struct Kept {
    users: ResourceType,
    store: Store<Sqlite>,
    connection: <Sqlite as Database>::Connection,
}

thread_local! {
    static KEPT: std::cell::OnceCell<std::rc::Rc<Kept>> = const { std::cell::OnceCell::new() };
}

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    match write(request.uri().path()).await {
        Ok(()) => (StatusCode::CREATED, String::new()),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")),
    }
}

async fn write(path: &str) -> Result<()> {
    let kept = kept().await?;
    let id = format!("{:032x}", wasi::random::random::get_random_u64());
    match path {
        "/write/row" => {
            let insert = "INSERT INTO bare_row (id, value) VALUES (?1, ?2)";
            kept.connection
                .run(insert, vec![id.into(), "value".into()])
                .await?;
        }
        "/write/procedure" => kept.store.create(&access(), &kept.users, &user(id)).await?,
        "/write/transaction" => transaction::create(&access(), &kept.users, &user(id)).await?,
        other => bail!("there is no way of writing called {other}"),
    }
    Ok(())
}

fn access() -> Access {
    Access {
        tenant: TenantName::default_tenant(),
        token: TokenHash::of("write"),
    }
}

/// A user with what an identity provider usually sends.
fn user(id: String) -> Resource {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let attributes = json!({
        "userName": format!("{id}@id.example"), "externalId": id, "active": true, "displayName": "Barbara Jensen",
        "name": {"formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara"},
        "emails": [{"value": format!("{id}@id.example"), "type": "work", "primary": true}],
        urn: {"employeeNumber": id, "department": "Tours", "manager": {"value": "26118915"}},
    });
    let now = Timestamp::from_millis(1_700_000_000_000);
    let attributes = attributes.as_object().cloned().unwrap_or_default();
    Resource {
        id,
        version: 1,
        created: now,
        modified: now,
        attributes,
    }
}

async fn kept() -> Result<std::rc::Rc<Kept>> {
    if let Some(kept) = KEPT.with(|cell| cell.get().cloned()) {
        return Ok(kept);
    }
    let store = Store::open(&Sqlite, Durability::Full).await?;
    let created = Timestamp::from_millis(0);
    let token = Token {
        id: "write".into(),
        name: "write".into(),
        created,
        expires: None,
    };
    match store
        .create_token(
            &TenantName::default_tenant(),
            &token,
            &TokenHash::of("write"),
        )
        .await
    {
        Ok(()) | Err(StoreError::Conflict) => {}
        Err(error) => return Err(error.into()),
    }
    let connection = Sqlite.connect().await?;
    connection
        .run(
            "CREATE TABLE IF NOT EXISTS bare_row (id TEXT PRIMARY KEY, value TEXT NOT NULL)",
            Vec::new(),
        )
        .await?;
    let fresh = std::rc::Rc::new(Kept {
        users: ResourceType::user(),
        store,
        connection,
    });
    Ok(KEPT.with(|cell| cell.get_or_init(|| fresh).clone()))
}
