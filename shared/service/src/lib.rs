//! The use cases: where the rules of `rollcall-core` meet the store.
//!
//! Each is a function that takes the [`Ctx`] of its component instance and reads as a sentence. None knows HTTP.

pub mod admin;
pub mod auth;
mod bulk;
mod config;
mod ctx;
mod error;
pub mod limits;
mod passwords;
pub mod policy;
mod ports;
mod profile;
pub mod resources;
mod session;
mod shared_cache;

pub use bulk::{bulk, plan_bulk};
pub use config::Config;
pub use ctx::Ctx;
pub use error::Error;
pub use ports::{
    Answer, Cache, CacheError, Clock, Documents, Fetch, FetchError, Fetched, Guard, Limiter,
    LimiterError, PasswordError, Passwords, Question, Random, Ruling, SentProof, Verdict,
    VerifiedJwt, Verifier,
};
pub use profile::{Profile, admit, authenticate, fresh_profile, profile};
pub use session::Session;
// What the use cases take and give, so that their callers need not know the store, or what secrets are for.
pub use rollcall_oauth::jose::MasterKeys;
pub use rollcall_oauth::outbound::Outbound;
pub use rollcall_store::auth::{Client, InitialToken, Issuer, Secret};
pub use rollcall_store::{
    Access, Administrator, Change, Credential, Database, Deleted, Found, Policies, PolicyText,
    PolicyVersion, StoreError, Tenant, TenantName, Token, TokenHash,
};
