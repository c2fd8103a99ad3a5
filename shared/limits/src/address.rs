//! Addresses of clients.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The address that a request counts against: an IPv4 address, or the /64 of an IPv6 address, since whoever has one of
/// those has them all.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ClientAddress(IpAddr);

impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let prefix = address.to_bits() & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from_bits(prefix))
            }
            v4 => v4,
        })
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An address, which may be in brackets or followed by a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`,
/// `[2001:db8::1]`, `[2001:db8::1]:80`. An IPv4 address that is written as one of IPv6 is one of IPv4.
pub(crate) fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches([' ', '\t']);
    let address = text
        .parse::<SocketAddr>()
        .map(|address| address.ip())
        .or_else(|_| text.parse())
        .ok();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    address
        .or_else(|| bracketed().map(IpAddr::V6))
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let address = read(text).map(|address| ClientAddress::from(address).to_string());
        assert_eq!(address.as_deref(), expected, "{text}");
    }

    #[test]
    fn ok_with_and_without_a_port() {
        check("127.0.0.1:53412", Some("127.0.0.1"));
        check("192.0.2.7", Some("192.0.2.7"));
        check(" 192.0.2.7\t", Some("192.0.2.7"));
        check("[::ffff:192.0.2.7]:80", Some("192.0.2.7"));
        check("::ffff:192.0.2.7", Some("192.0.2.7"));
    }

    #[test]
    fn ok_an_ipv6_address_is_its_64() {
        check("[2001:db8:1:2:3:4:5:6]:443", Some("2001:db8:1:2::"));
        check("2001:db8:1:2:ffff::", Some("2001:db8:1:2::"));
        check("[2001:db8:1:3::1]", Some("2001:db8:1:3::"));
    }

    #[test]
    fn err_anything_else() {
        for text in [
            "",
            "unknown",
            "_hidden",
            "192.0.2.7:",
            "192.0.2",
            "[192.0.2.7]",
            "a:80",
            "[::1",
        ] {
            check(text, None);
        }
    }
}
