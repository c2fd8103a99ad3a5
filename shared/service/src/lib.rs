//! The use cases: where the rules of `rollcall-core` meet the store.
//!
//! Each is a function that takes the [`Ctx`] of its component instance and reads as a sentence. None knows HTTP.

pub mod admin;
mod bulk;
mod config;
mod ctx;
mod error;
mod passwords;
pub mod policy;
mod ports;
mod profile;
pub mod resources;
mod session;

pub use bulk::bulk;
pub use config::Config;
pub use ctx::Ctx;
pub use error::Error;
pub use ports::{Answer, Clock, PasswordError, Passwords, Random};
pub use profile::{Profile, admit, authenticate, fresh_profile, profile};
pub use session::Session;
// What the use cases take and give, so that their callers need not know the store.
pub use rollcall_store::{
    Access, Change, Database, Deleted, Found, Policies, PolicyText, PolicyVersion, StoreError,
    Tenant, TenantName, Token, TokenHash,
};
