//! What the operator sets, as application variables.

use rollcall_oauth::jose::MasterKeys;
use rollcall_oauth::outbound::Outbound;
use rollcall_store::Durability;

use crate::limits::LimitSettings;

/// The configuration of the service.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The address that clients reach the service at, without a slash at the end; `None` takes it from each request.
    pub base_url: Option<String>,
    /// The secret that opens the admin API; without it the admin API is off.
    pub admin_token: Option<String>,
    /// What an answered write survives.
    pub durability: Durability,
    /// What signing keys are sealed under; without it the authorization server is off.
    pub master_key: Option<MasterKeys>,
    /// Where keys of others may be fetched from.
    pub outbound: Outbound,
    /// How old an answer about a token may be, in seconds; 0 reads the store for each.
    pub introspection_max_age_secs: u32,
    /// How many requests are served.
    pub limits: LimitSettings,
}
