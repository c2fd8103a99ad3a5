//! HTTP: from a request to a use case, and from what it returns to a response. The only crate that knows HTTP.
//!
//! Each function here is what one component does: [`scim::resources`], [`scim::discovery`], [`admin::handle`],
//! [`health::handle`], [`password::handle`], [`policy::handle`].

pub mod admin;
mod bearer;
mod body;
pub mod health;
mod object;
pub mod password;
mod path;
pub mod policy;
mod problem;
mod query;
mod respond;
pub mod scim;

pub use respond::FullResponse;
