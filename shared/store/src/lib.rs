//! Where Rollcall keeps its tenants, tokens and resources.
//!
//! Everything is SQL over the small [`Database`] port, which spin-sdk fills in Wasm and rusqlite natively, so that the
//! same statements run in both. A write is one statement: see `migrations/` for the procedure behind it, and
//! [`Store`] for what each call guarantees.

mod access;
mod administrator;
pub mod auth;
mod changes;
mod credential;
mod definitions;
mod deleted;
mod entries;
mod error;
mod filter;
mod list;
mod migrate;
mod paths;
mod policies;
mod principals;
mod procedures;
mod read;
mod refit;
mod reindex;
mod relations;
#[cfg(feature = "rusqlite")]
pub mod rusqlite;
mod settings;
pub mod sql;
mod store;
mod tenants;
mod tokens;
mod write;

pub use access::{Access, Caller, TenantName, TokenHash};
pub use administrator::Administrator;
pub use changes::Change;
pub use credential::{Claims, Credential};
pub use definitions::DefinitionKind;
pub use deleted::Deleted;
pub use error::StoreError;
pub use list::{Key, Page, Part, Place, Query, Start};
pub use policies::{NewPolicies, Policies, PolicyText, PolicyVersion};
pub use principals::{ActivePolicies, Basis, Principal, Wanted};
pub use read::{Found, Relations};
pub use refit::{Holder, Misfit, Misfits};
pub use settings::Settings;
pub use sql::Database;
pub use store::{Durability, Store};
pub use tenants::{Tenant, TenantChange};
pub use tokens::Token;
pub use write::{Besides, MAX_DOCUMENT, Operation};
