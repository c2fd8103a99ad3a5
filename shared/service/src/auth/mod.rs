//! The authorization server.

pub(crate) mod client_keys;
mod fetch;
pub(crate) mod registration;
pub mod trusted;
