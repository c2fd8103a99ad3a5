//! What the operator does: tenants and their provisioning tokens.

mod authenticate;
mod changes;
mod error;
mod tenants;
mod tokens;

pub use authenticate::authenticate;
pub use changes::changes;
pub use error::AdminError;
pub use tenants::{TenantSettings, create_tenant, delete_tenant, tenant, tenants, update_tenant};
pub use tokens::{Issued, create_token, delete_token, tokens};
