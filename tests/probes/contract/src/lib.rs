//! Runs the contract of the store's database on Spin's SQLite, and answers with a line for each case.

use anyhow::Result;
use rollcall_spin::Sqlite;
use rollcall_store::{Durability, Store};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(_request: Request) -> impl IntoResponse {
    lines()
        .await
        .unwrap_or_else(|error| format!("failed to open the store: {error:#}\n"))
}

async fn lines() -> Result<String> {
    let store = Store::open(&Sqlite, Durability::Full).await?;
    let outcomes = rollcall_contract::run(&store).await;
    let line = |outcome: rollcall_contract::Outcome| match outcome.failure {
        None => format!("ok {}\n", outcome.name),
        Some(why) => format!("failed {}: {why}\n", outcome.name),
    };
    Ok(outcomes.into_iter().map(line).collect())
}
