//! The use cases: where the rules of `rollcall-core` meet the store.
//!
//! Each is a function that takes the [`Ctx`] of its component instance and reads as a sentence. None knows HTTP.

mod access;
pub mod admin;
mod config;
mod ctx;
mod error;
mod ports;
pub mod resources;

pub use access::{authenticate, ready};
pub use config::Config;
pub use ctx::Ctx;
pub use ports::{Answer, Clock, PasswordError, Passwords, Random};
// What the use cases take and give, so that their callers need not know the store.
pub use rollcall_store::{Access, Database, StoreError, Tenant, TenantName, Token, TokenHash};
