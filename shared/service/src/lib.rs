//! The use cases: where the rules of `rollcall-core` meet the store.
//!
//! Each is a function that takes the [`Ctx`] of its component instance and reads as a sentence. None knows HTTP.

pub mod admin;
mod config;
mod ctx;
mod error;
mod ports;
pub mod resources;

pub use config::Config;
pub use ctx::Ctx;
pub use error::scim_error;
pub use ports::{Clock, Random};
