//! Which proxies are believed when they say for whom they ask.

use std::net::IpAddr;

use thiserror::Error;

use crate::address::{self, ClientAddress};

/// The networks whose `X-Forwarded-For` is believed. None are, unless the operator says so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proxies(Vec<Network>);

/// A network by its first address and the bits that its addresses share.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Network {
    first: IpAddr,
    bits: u32,
}

/// Why a text names no [`Proxies`].
#[derive(Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no network: list addresses and networks such as 10.0.0.0/8, 2001:db8::/32, 192.0.2.1"
)]
pub struct NotProxies(String);

impl Proxies {
    /// Reads addresses and networks with commas between them.
    ///
    /// # Errors
    /// [`NotProxies`].
    pub fn parse(text: &str) -> Result<Self, NotProxies> {
        let listed = text.split(',').map(str::trim);
        let networks = listed.filter(|network| !network.is_empty());
        networks
            .map(|text| Network::parse(text).ok_or_else(|| NotProxies(text.to_owned())))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whom a request comes from: `peer`, who is connected to the host, unless that is a trusted proxy. Then it is
    /// the last address in `forwarded`, the values of `X-Forwarded-For`, that is none: each proxy appends whom it was
    /// asked by, so what stands before a stranger's address is the stranger's word.
    ///
    /// `None` where the host doesn't say who is connected.
    #[must_use]
    pub fn client<'v>(
        &self,
        peer: Option<&str>,
        forwarded: impl DoubleEndedIterator<Item = &'v str>,
    ) -> Option<ClientAddress> {
        let mut client = address::read(peer?)?;
        let mut hops = forwarded.rev().flat_map(|value| value.rsplit(','));
        while self.trust(client) {
            match hops.next().map(address::read) {
                Some(Some(before)) => client = before,
                // No more, or one that hides: the last proxy stands for whoever it is.
                Some(None) | None => break,
            }
        }
        Some(client.into())
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address))
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (first, bits) = match text.split_once('/') {
            Some((first, bits)) => (first, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let first: IpAddr = first.parse().ok()?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most {
            return None;
        }
        // Whoever is connected over IPv4 is known by that address, however it is written.
        match first {
            IpAddr::V6(mapped) if bits >= 96 => Some(match mapped.to_ipv4_mapped() {
                Some(first) => Self {
                    first: first.into(),
                    bits: bits - 96,
                },
                None => Self {
                    first: mapped.into(),
                    bits,
                },
            }),
            first => Some(Self { first, bits }),
        }
    }

    fn has(self, address: IpAddr) -> bool {
        let differing = match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(other)) => {
                (first.to_bits() ^ other.to_bits()).leading_zeros()
            }
            (IpAddr::V6(first), IpAddr::V6(other)) => {
                (first.to_bits() ^ other.to_bits()).leading_zeros()
            }
            _ => return false,
        };
        differing >= self.bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(trusted: &str, peer: &str, forwarded: &[&str], expected: &str) {
        let proxies = Proxies::parse(trusted).unwrap();
        let client = proxies.client(Some(peer), forwarded.iter().copied());
        assert_eq!(client.unwrap().to_string(), expected, "{forwarded:?}");
    }

    #[test]
    fn nobody_is_believed_unless_it_is_said() {
        check("", "192.0.2.1:9", &["198.51.100.1"], "192.0.2.1");
        check("10.0.0.0/8", "192.0.2.1:9", &["198.51.100.1"], "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_says_who_asked_it() {
        check(
            "10.0.0.0/8",
            "10.1.2.3:9",
            &["198.51.100.1"],
            "198.51.100.1",
        );
        check(
            "10.1.2.3",
            "10.1.2.3:9",
            &["198.51.100.1:1234"],
            "198.51.100.1",
        );
        check("10.0.0.0/8", "10.1.2.3:9", &[], "10.1.2.3");
        let both = "2001:db8::/32,10.0.0.0/8";
        check(
            both,
            "[2001:db8::1]:9",
            &["2001:db9:1:2:3::"],
            "2001:db9:1:2::",
        );
        check(both, "[::ffff:10.0.0.1]:9", &["192.0.2.9"], "192.0.2.9");
        let mapped = "::ffff:10.0.0.0/104";
        check(mapped, "10.1.2.3:9", &["192.0.2.9"], "192.0.2.9");
        check(mapped, "11.1.2.3:9", &["192.0.2.9"], "11.1.2.3");
    }

    #[test]
    fn what_a_stranger_claims_is_not_believed() {
        let claimed = &["203.0.113.5, 198.51.100.1"];
        check("10.0.0.0/8", "10.1.2.3:9", claimed, "198.51.100.1");
        // In several lines, too, and over several proxies.
        let lines = &["203.0.113.5", "198.51.100.1, 10.9.9.9", "10.8.8.8"];
        check("10.0.0.0/8", "10.1.2.3:9", lines, "198.51.100.1");
        // Trusted addresses before a stranger's are claims like any other.
        let posing = &["10.7.7.7, 198.51.100.1"];
        check("10.0.0.0/8", "10.1.2.3:9", posing, "198.51.100.1");
    }

    #[test]
    fn where_the_trail_ends_the_last_proxy_counts() {
        check("10.0.0.0/8", "10.1.2.3:9", &["10.4.4.4"], "10.4.4.4");
        check(
            "10.0.0.0/8",
            "10.1.2.3:9",
            &["192.0.2.1, unknown, 10.4.4.4"],
            "10.4.4.4",
        );
        check("10.0.0.0/8", "10.1.2.3:9", &[""], "10.1.2.3");
    }

    #[test]
    fn no_peer_no_address() {
        let proxies = Proxies::parse("0.0.0.0/0").unwrap();
        assert_eq!(proxies.client(None, ["192.0.2.1"].into_iter()), None);
        assert_eq!(proxies.client(Some("?"), ["192.0.2.1"].into_iter()), None);
    }

    #[test]
    fn networks_end_where_their_bits_say() {
        for (network, inside, outside) in [
            ("192.0.2.0/31", "192.0.2.1", "192.0.2.2"),
            ("128.0.0.0/1", "255.0.0.1", "127.0.0.1"),
            ("2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"),
            ("::1", "::1", "::2"),
            ("0.0.0.0/0", "9.9.9.9", "::9"),
        ] {
            let network = Network::parse(network).unwrap();
            assert!(network.has(inside.parse().unwrap()), "{network:?}");
            assert!(!network.has(outside.parse().unwrap()), "{network:?}");
        }
    }

    #[test]
    fn err_networks() {
        for text in [
            "1",
            "10.0.0.0/33",
            "10.0.0.0/",
            "::/129",
            "proxy.example",
            "10.0.0.1:80",
            "10.0.0.0/-1",
        ] {
            assert_eq!(Proxies::parse(text), Err(NotProxies(text.to_owned())));
        }
        assert_eq!(Proxies::parse(" , "), Ok(Proxies::default()));
    }
}
