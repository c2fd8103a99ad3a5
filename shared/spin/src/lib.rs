//! The ports on Spin: the only crate of the product that names its SDK.

mod clock;
mod export;
mod fetch;
mod guard;
mod http;
mod internal;
mod key_value;
mod passwords;
mod random;
mod redis;
mod serve;
mod sqlite;
mod variables;
mod verifier;

pub use http::{Incoming, IncomingBody, Outgoing};
pub use random::HostRandom;
pub use serve::{
    serve, serve_admin, serve_alone, serve_scim, serve_with_chores, serve_with_fetch,
    serve_with_passwords,
};
#[doc(hidden)]
pub use spin_sdk::wasip3;
pub use spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};
pub use sqlite::Sqlite;
