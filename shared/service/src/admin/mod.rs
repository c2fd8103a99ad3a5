//! What the operator does: tenants, their provisioning tokens, what they have defined and whom they have deleted; and of
//! their authorization servers the clients, keys and trusted issuers. What concerns people, others may do, too, if the
//! tenant's policies permit it: see [`Administrator`](rollcall_store::Administrator).

mod authenticate;
mod catalogue;
mod changes;
mod clients;
mod definitions;
mod deleted;
mod error;
mod fit;
mod initial_tokens;
mod issuers;
mod keys;
mod revoke;
mod secrets;
mod sweep;
mod tenants;
mod tokens;

pub use authenticate::authenticate;
pub use catalogue::Definition;
pub use changes::changes;
pub use clients::{
    NewClient, client, clients, create_client, delete_client, set_client_disabled, update_client,
};
pub use definitions::{define, definition, definitions, redefine, undefine};
pub use deleted::{deleted, purge, restore};
pub use error::AdminError;
pub use initial_tokens::{
    NewInitialToken, create_initial_token, delete_initial_token, initial_tokens,
};
pub use issuers::{Trust, distrust, trust, trusted_issuer, trusted_issuers};
pub use keys::{KeyInfo, keys, rotate_keys};
pub use revoke::{revoke_client, revoke_person};
pub use secrets::{NewSecret, add_secret, delete_secret, secrets};
pub use sweep::sweep;
pub use tenants::{
    TenantSettings, create_tenant, delete_tenant, parse as tenant_name, suspend_tenant, tenant,
    tenants, update_tenant,
};
pub(crate) use tenants::{in_tenant, parse};
pub use tokens::{Issued, create_token, delete_token, tokens};
