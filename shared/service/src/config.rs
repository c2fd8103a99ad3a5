//! What the operator sets, as application variables.

use rollcall_oauth::jose::MasterKeys;
use rollcall_oauth::outbound::Outbound;
use rollcall_store::Durability;

use crate::limits::{Client, LimitSettings, Proxies};

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
    /// How many of them under the admin API, which some components serve as well.
    pub admin_limits: LimitSettings,
    /// The proxies that are believed when they name an address.
    pub proxies: Proxies,
}

impl Config {
    /// What limits the requests of a client.
    #[must_use]
    pub const fn limits_of(&self, client: Option<Client<'_>>) -> &LimitSettings {
        match client {
            Some(Client::Operator) => &self.admin_limits,
            _ => &self.limits,
        }
    }

    /// Whether anything is limited at all.
    #[must_use]
    pub const fn has_limits(&self) -> bool {
        !(self.limits.are_all_off() && self.admin_limits.are_all_off())
    }
}
