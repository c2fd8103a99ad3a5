//! HTTP: from a request to a use case, and from what it returns to a response. The only crate that knows HTTP.
//!
//! Each function here is what one component does: [`scim::resources`], [`scim::discovery`], [`auth::token`],
//! [`auth::jwks`], [`auth::metadata`], [`admin::handle`], [`health::handle`], [`password::handle`], [`policy::handle`].

pub mod admin;
pub mod auth;
mod bearer;
mod body;
mod challenge;
pub mod health;
mod limit;
mod object;
mod origin;
pub mod password;
mod path;
pub mod policy;
mod problem;
mod query;
mod respond;
pub mod scim;

pub use respond::FullResponse;
