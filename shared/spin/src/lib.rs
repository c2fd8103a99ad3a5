//! The ports on Spin: the only shared crate that names its SDK.

mod clock;
mod fetch;
mod guard;
mod internal;
mod key_value;
mod passwords;
mod random;
mod redis;
mod serve;
mod sqlite;
mod variables;
mod verifier;

pub use random::HostRandom;
pub use serve::{
    serve, serve_admin, serve_scim, serve_with_chores, serve_with_fetch, serve_with_passwords,
};
pub use sqlite::Sqlite;
