//! What the operator does: tenants, their provisioning tokens, what they have defined and whom they have deleted.

mod authenticate;
mod catalogue;
mod changes;
mod definitions;
mod deleted;
mod error;
mod fit;
mod tenants;
mod tokens;

pub use authenticate::authenticate;
pub use catalogue::Definition;
pub use changes::changes;
pub use definitions::{define, definition, definitions, redefine, undefine};
pub use deleted::{deleted, purge, restore};
pub use error::AdminError;
pub use tenants::{TenantSettings, create_tenant, delete_tenant, tenant, tenants, update_tenant};
pub(crate) use tenants::{in_tenant, parse};
pub use tokens::{Issued, create_token, delete_token, tokens};
