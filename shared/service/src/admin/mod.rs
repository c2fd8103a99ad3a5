//! What the operator does: tenants and their provisioning tokens.

mod authenticate;
mod error;
mod tenants;
mod tokens;

pub use authenticate::authenticate;
pub use error::AdminError;
pub use tenants::{create_tenant, delete_tenant, tenant, tenants};
pub use tokens::{Issued, create_token, delete_token, tokens};
