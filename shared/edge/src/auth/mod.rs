//! The authorization server over HTTP: each function here is what one component does.

mod address;
mod call;
mod document;
mod introspect;
mod jwks;
mod metadata;
mod refusal;
mod register;
mod revoke;
mod token;
mod verify;

pub use introspect::introspect;
pub use jwks::jwks;
pub use metadata::metadata;
pub use register::register;
pub use revoke::revoke;
pub use token::token;
pub use verify::verify;
