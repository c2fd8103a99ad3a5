//! Where Rollcall keeps its tenants, tokens and resources.
//!
//! Everything is SQL over the small [`Database`] port, which spin-sdk fills in Wasm and rusqlite natively, so that the
//! same statements run in both. A write is one statement: see `migrations/` for the procedure behind it, and
//! [`Store`] for what each call guarantees.

mod access;
mod changes;
mod entries;
mod error;
mod filter;
mod list;
mod migrate;
mod resources;
#[cfg(feature = "rusqlite")]
pub mod rusqlite;
pub mod sql;
mod store;
mod tenants;
mod tokens;

pub use access::{Access, TenantName, TokenHash};
pub use changes::Change;
pub use error::StoreError;
pub use list::{Page, Query};
pub use resources::{MAX_DOCUMENT, Operation};
pub use sql::Database;
pub use store::{Durability, Store};
pub use tenants::Tenant;
pub use tokens::Token;
