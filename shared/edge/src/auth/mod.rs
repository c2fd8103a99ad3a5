//! The authorization server over HTTP: each function here is what one component does.

mod address;
mod call;
mod document;
mod jwks;
mod metadata;
mod refusal;
mod register;
mod token;

pub use jwks::jwks;
pub use metadata::metadata;
pub use register::register;
pub use token::token;
