//! Whom a request counts against.

use std::fmt;
use std::hash::BuildHasher;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_limits::{Ask, ClientAddress, Kind, Policy, Rate};
use rollcall_store::TenantName;
use sha2::{Digest as _, Sha256};

use super::LimitSettings;

/// How much of a hash tells clients apart, in bytes.
const PREFIX: usize = 16;

/// A limit of less than this is not split: its parts would be too small to be hit evenly.
const MIN_TO_SPLIT: u32 = 1000;

/// Who sends a request, as far as it says so.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'c> {
    /// What it calls: requests for one thing leave those for another alone.
    pub endpoint: &'c str,
    /// Whose data it is about.
    pub tenant: &'c TenantName,
    /// The client.
    pub client: Option<Client<'c>>,
    /// Where it comes from.
    pub address: Option<ClientAddress>,
}

/// What tells a client from others, whether or not it is true.
#[derive(Clone, Copy, Debug, Hash)]
pub enum Client<'c> {
    /// The token that it sends.
    Token(&'c str),
    /// The id that it gives, and the secret that is to prove it.
    Secret {
        /// The id.
        id: &'c str,
        /// The secret.
        secret: &'c str,
    },
    /// The id that it gives, which anyone could.
    Id(&'c str),
    /// It is the operator of the service.
    Operator,
}

impl Client<'_> {
    /// Who it says it is.
    fn name(self) -> String {
        match self {
            Self::Token(token) => hashed("t", token),
            Self::Id(id) | Self::Secret { id, .. } => hashed("c", id),
            Self::Operator => "operator".to_owned(),
        }
    }

    /// What its requests count against: nobody else can use it up who has but its id.
    fn account(self, address: Option<ClientAddress>) -> String {
        match (self, address) {
            (Self::Secret { id, secret }, _) => {
                format!("{}.{}", hashed("c", id), hashed("s", secret))
            }
            (Self::Id(_), Some(address)) => format!("{}.{address}", self.name()),
            _ => self.name(),
        }
    }
}

/// A text of bounded length in the place of one that nobody must learn, or that is not to be trusted.
fn hashed(kind: &str, text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let prefix = hash.get(..PREFIX).unwrap_or_default();
    format!("{kind}.{}", URL_SAFE_NO_PAD.encode(prefix))
}

impl Caller<'_> {
    /// Tells requests that need places in the same buckets from others, and takes less than to name those.
    pub(super) fn kind(&self, settings: &LimitSettings, hasher: &impl BuildHasher) -> Kind {
        let is_operator = matches!(self.client, Some(Client::Operator));
        let client = self.client.filter(|_| settings.client.is_some());
        // As in `Client::account`.
        let counts = settings.address.is_some() || matches!(client, Some(Client::Id(_)));
        let address = self.address.filter(|_| counts);
        hasher.hash_one((is_operator, self.endpoint, self.tenant, client, address))
    }

    /// The buckets that its request needs a place in. What is split is split into `shards`, of which it is the `turn`
    /// of one.
    pub(super) fn asks(&self, settings: &LimitSettings, shards: u32, turn: u32) -> Vec<Ask> {
        let ask = |policy, rate, shards, key| Ask {
            policy,
            rate,
            shards,
            key,
            takes: true,
        };
        let tenant = settings.tenant.map(|rate| {
            let shards = if rate.count < MIN_TO_SPLIT { 1 } else { shards };
            let key = self.key(
                self.endpoint,
                format_args!("tenant.{}", turn % shards.max(1)),
            );
            ask(Policy::Tenant, rate, shards, key)
        });
        let client = settings.client.zip(self.client);
        let client = client.map(|(rate, client)| {
            let account = client.account(self.address);
            let key = self.key(self.endpoint, format_args!("client.{account}"));
            ask(Policy::Client, rate, 1, key)
        });
        let address = settings.address.zip(self.address);
        let address = address.map(|(rate, address)| {
            let key = self.key(self.endpoint, format_args!("address.{address}"));
            ask(Policy::Address, rate, 1, key)
        });
        tenant.into_iter().chain(client).chain(address).collect()
    }

    /// The bucket of its address for tenants that there are not. It has no tenant's name, so another one is in its braces,
    /// which is no tenant's: a Redis cluster may have it elsewhere.
    pub(super) fn made_up(&self, rate: Rate) -> Option<Ask> {
        let address = self.address?;
        Some(Ask {
            policy: Policy::Address,
            rate,
            shards: 1,
            key: format!("rollcall:limit:{{nobody.{address}}}:{}", self.endpoint),
            takes: true,
        })
    }

    /// The bucket of its failures, wherever it fails: where no address is known, those of all who give the same id.
    pub(super) fn failure(&self, rate: Rate, takes: bool) -> Ask {
        let client = self.client.map(Client::name);
        let client = client.as_deref().unwrap_or("none");
        let key = match self.address {
            Some(address) => self.key("failures", format_args!("{client}.{address}")),
            None => self.key("failures", format_args!("{client}")),
        };
        Ask {
            policy: Policy::Failures,
            rate,
            shards: 1,
            key,
            takes,
        }
    }

    /// The braces let a Redis cluster keep all keys of a tenant in one place, where one script can have them all.
    fn key(&self, of: &str, what: fmt::Arguments<'_>) -> String {
        format!("rollcall:limit:{{{}}}:{of}:{what}", self.tenant)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::RandomState;

    use super::*;

    fn keys(caller: &Caller<'_>, tenant: &str) -> Vec<(String, u32)> {
        let rate = |text: &str| Rate::parse(text).unwrap();
        let settings = LimitSettings {
            tenant: rate(tenant),
            client: rate("10/1s"),
            address: rate("10/1s"),
            ..LimitSettings::default()
        };
        let asks = caller.asks(&settings, 8, 11).into_iter();
        asks.map(|ask| (ask.key, ask.shards)).collect()
    }

    #[test]
    fn keys_hold_neither_tokens_nor_what_strangers_write() {
        let tenant = TenantName::default_tenant();
        let address: std::net::IpAddr = "2001:db8::1".parse().unwrap();
        let caller = Caller {
            endpoint: "scim",
            tenant: &tenant,
            client: Some(Client::Token("a secret")),
            address: Some(address.into()),
        };
        assert_eq!(
            keys(&caller, "999/1s"),
            [
                ("rollcall:limit:{default}:scim:tenant.0".to_owned(), 1),
                (
                    "rollcall:limit:{default}:scim:client.t.mEylFiIAc0xZIUjxggtxBQ".to_owned(),
                    1
                ),
                (
                    "rollcall:limit:{default}:scim:address.2001:db8::".to_owned(),
                    1
                ),
            ]
        );
        let long = "}{\r\n".repeat(10_000);
        let (id, secret) = (long.as_str(), long.as_str());
        for client in [Client::Id(id), Client::Secret { id, secret }] {
            let caller = Caller {
                client: Some(client),
                ..caller
            };
            assert!(keys(&caller, "1/1s").iter().all(|(key, _)| key.len() < 100));
            let failure = caller.failure(Rate::parse("1/1s").unwrap().unwrap(), true);
            assert!(failure.key.len() < 100);
        }
    }

    #[test]
    fn a_token_and_an_id_of_the_same_text_are_two_clients() {
        assert_ne!(Client::Token("a").name(), Client::Id("a").name());
    }

    #[test]
    fn a_client_has_an_account_of_its_own_and_one_name() {
        let address = |text: &str| {
            let address: std::net::IpAddr = text.parse().unwrap();
            Some(ClientAddress::from(address))
        };
        let (here, there) = (address("192.0.2.1"), address("192.0.2.2"));
        let with = |secret| Client::Secret { id: "a", secret };
        // Who knows the secret has one account, wherever it is; who does not, none of its requests.
        assert_eq!(with("x").account(here), with("x").account(there));
        assert_ne!(with("x").account(here), with("y").account(here));
        assert_ne!(
            Client::Id("a").account(here),
            Client::Id("a").account(there)
        );
        // Guesses count together.
        assert_eq!(with("x").name(), with("y").name());
        assert_eq!(with("x").name(), Client::Id("a").name());
    }

    #[test]
    fn requests_are_of_one_kind_when_they_count_against_the_same_buckets() {
        let tenants = ["a", "b"].map(|name| TenantName::parse(name).unwrap());
        let addresses = ["192.0.2.1", "192.0.2.2"].map(|text| {
            let address: std::net::IpAddr = text.parse().unwrap();
            Some(ClientAddress::from(address))
        });
        let with = |id, secret| Client::Secret { id, secret };
        let clients = [
            Client::Token("a"),
            Client::Token("b"),
            Client::Id("a"),
            with("a", "a"),
            with("a", "b"),
        ];
        let mut callers = Vec::new();
        for endpoint in ["scim", "token"] {
            for tenant in &tenants {
                for client in clients.map(Some).into_iter().chain([None]) {
                    callers.extend(addresses.into_iter().chain([None]).map(|address| Caller {
                        endpoint,
                        tenant,
                        client,
                        address,
                    }));
                }
            }
        }
        let hasher = RandomState::new();
        let on = Rate::parse("10/1s").unwrap();
        for (client, address) in [(on, on), (on, None), (None, on), (None, None)] {
            let settings = LimitSettings {
                tenant: on,
                client,
                address,
                ..LimitSettings::default()
            };
            let known = callers.iter().map(|caller| {
                let asks = caller.asks(&settings, 1, 0).into_iter();
                let keys: Vec<_> = asks.map(|ask| ask.key).collect();
                (caller.kind(&settings, &hasher), keys)
            });
            let known: Vec<_> = known.collect();
            for (kind, keys) in &known {
                for (other, others) in &known {
                    assert_eq!(kind == other, keys == others, "{keys:?} {others:?}");
                }
            }
        }
    }

    #[test]
    fn a_large_limit_of_a_tenant_is_split() {
        let tenant = TenantName::default_tenant();
        let caller = Caller {
            endpoint: "scim",
            tenant: &tenant,
            client: None,
            address: None,
        };
        let key = "rollcall:limit:{default}:scim:tenant.3".to_owned();
        assert_eq!(keys(&caller, "1000/1s"), [(key, 8)]);
    }
}
