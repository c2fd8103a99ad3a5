//! The address to listen on, and the address that clients use.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::str::FromStr;

use anyhow::{Context as _, Result, bail};

/// An address as it was given: `127.0.0.1:3000`, `[::1]:3000` or `localhost:3000`.
#[derive(Debug, Clone)]
pub(crate) struct Listen(String);

/// An address that was free a moment ago.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reserved(pub(crate) SocketAddr);

impl FromStr for Listen {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl Listen {
    /// Checks that nobody listens on the address, and picks a port if it has none.
    ///
    /// # Errors
    /// If the address is taken, or isn't one of this machine's.
    pub(crate) fn reserve(&self) -> Result<Reserved> {
        let Self(given) = self;
        let address = given
            .to_socket_addrs()
            .ok()
            .and_then(|mut found| found.next())
            .with_context(|| {
                format!("`{given}` is not an address and a port such as `127.0.0.1:3000`")
            })?;
        match TcpListener::bind(address) {
            Ok(listener) => Ok(Reserved(listener.local_addr()?)),
            Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
                "another program listens on {address}; stop it, or give another `--listen` \
                 (port 0 takes a free one)"
            ),
            Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
        }
    }
}

impl Reserved {
    /// The URL for clients on this machine. They cannot connect to "any address", so that becomes
    /// the loopback address.
    pub(crate) fn base_url(self) -> String {
        let Self(address) = self;
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(ip, address.port()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_base_url(address: &str, expected: &str) {
        let address = address.parse().unwrap();
        assert_eq!(Reserved(address).base_url(), expected);
    }

    #[test]
    fn clients_get_an_address_that_they_can_connect_to() {
        check_base_url("127.0.0.1:3000", "http://127.0.0.1:3000");
        check_base_url("192.0.2.7:80", "http://192.0.2.7:80");
        check_base_url("0.0.0.0:3000", "http://127.0.0.1:3000");
        check_base_url("[::1]:3000", "http://[::1]:3000");
        check_base_url("[::]:3000", "http://[::1]:3000");
    }

    #[test]
    fn a_taken_port_is_refused_and_port_0_finds_a_free_one() {
        let free = Listen("127.0.0.1:0".to_owned());
        let Reserved(address) = free.reserve().unwrap();
        assert_ne!(address.port(), 0);

        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let error = Listen(address.to_string()).reserve().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("another program listens on {address}"))
        );
    }
}
