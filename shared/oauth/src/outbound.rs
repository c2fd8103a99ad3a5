//! Where requests may go whose address others have chosen: a JWKS of a trusted issuer, or of a client.
//!
//! A component cannot resolve names, so this looks at the address alone. What a name resolves to is for the host to
//! watch: Spin's `allowed_outbound_hosts` and `block_networks`.
//!
//! [RFC 7591 §5](https://www.rfc-editor.org/rfc/rfc7591#section-5),
//! [OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html)

use crate::uri::{Authority, Uri};

/// Last labels of names that mean something inside a network alone (RFC 6761, RFC 6762, RFC 8375, and custom).
const INTERNAL: [&str; 11] = [
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "private",
];

/// What an operator allows beyond `https` on port 443.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbound {
    /// Further ports.
    pub ports: Vec<u16>,
    /// Whether `http` to this machine will do, on any port: for trying things out.
    pub allows_loopback: bool,
}

impl Outbound {
    /// Checks an address.
    ///
    /// # Errors
    /// What is wrong with it, to follow its name in a sentence.
    pub fn check(&self, address: &str) -> Result<(), &'static str> {
        let uri = Uri::parse(address).ok_or("is no absolute URI")?;
        let authority = uri.authority.ok_or("has no host")?;
        if authority.userinfo.is_some() {
            return Err("names a user: leave that out");
        }
        if uri.fragment.is_some() {
            return Err("has a fragment: leave that out");
        }
        if self.allows_loopback && uri.is_loopback() && uri.has_scheme("http") {
            return Ok(());
        }
        if !uri.has_scheme("https") {
            return Err("must begin with `https://`");
        }
        self.check_host(&authority)
    }

    fn check_host(&self, authority: &Authority<'_>) -> Result<(), &'static str> {
        let host = authority.host.to_ascii_lowercase();
        let labels: Vec<&str> = host.split('.').collect();
        let last = labels.last().copied().unwrap_or_default();
        // An address of IPv4 has many forms: `2130706433`, `0x7f.1`, `127.1`. Their last labels are numbers.
        let is_number = last.starts_with("0x") || last.bytes().all(|b| b.is_ascii_digit());
        if host.starts_with('[') || (is_number && !last.is_empty()) {
            return Err("has an IP address: name the host");
        }
        let is_label = |label: &&str| {
            let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            !label.is_empty() && label.bytes().all(is_letter)
        };
        if !labels.iter().all(is_label) {
            return Err("has no host name as it stands in DNS");
        }
        if labels.len() == 1 || INTERNAL.contains(&last) {
            return Err("has a host name that is internal to a network");
        }
        match authority.port {
            None | Some(443) => Ok(()),
            Some(port) if self.ports.contains(&port) => Ok(()),
            Some(_) => Err("has a port other than 443 that the operator does not allow"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn ok(address: &str) {
        assert_eq!(Outbound::default().check(address), Ok(()), "{address}");
    }

    #[track_caller]
    fn err(address: &str, reason: &str) {
        let refused = Outbound::default().check(address);
        assert_eq!(refused, Err(reason), "{address}");
    }

    #[test]
    fn ok_public_names() {
        ok("https://login.example.com/tenant/keys?v=2");
        ok("https://login.example.com:443");
        ok("HTTPS://Login.Example.Com/keys");
        ok("https://xn--bcher-kva.example/keys");
        ok("https://10.0.0.1.example.com/");
    }

    /// Attack case 20.
    #[test]
    fn err_addresses_in_any_form() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.0x1",
            "0177.0.0.1",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "8.8.8.8",
            "[::1]",
            "[::]",
            "[fe80::1]",
            "[fd00::1]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "example.com.0x7f",
        ] {
            err(
                &format!("https://{host}/keys"),
                "has an IP address: name the host",
            );
        }
    }

    /// Attack case 20.
    #[test]
    fn err_names_of_a_network() {
        for host in [
            "localhost",
            "LOCALHOST",
            "a.localhost",
            "intranet",
            "metadata.google.internal",
            "users.spin.internal",
            "printer.local",
            "nas.home.arpa",
            "router.lan",
            "x.invalid",
        ] {
            err(
                &format!("https://{host}/keys"),
                "has a host name that is internal to a network",
            );
        }
        for host in [
            "localhost.",
            "example.com.",
            "a..example.com",
            "a%2eb.com",
            "*.com",
        ] {
            err(
                &format!("https://{host}/keys"),
                "has no host name as it stands in DNS",
            );
        }
    }

    #[test]
    fn err_other_schemes_users_fragments_and_ports() {
        for scheme in ["http", "ftp", "gopher", "redis"] {
            err(
                &format!("{scheme}://example.com/"),
                "must begin with `https://`",
            );
        }
        err("http://localhost/keys", "must begin with `https://`");
        err("file:///etc/passwd", "is no absolute URI");
        err("data:text/html,x", "has no host");
        err("/keys", "is no absolute URI");
        err(
            "https://a.example@b.example/",
            "names a user: leave that out",
        );
        err("https://a.example/#b", "has a fragment: leave that out");
        let port = "has a port other than 443 that the operator does not allow";
        err("https://a.example:80/", port);
        err("https://a.example:6379/", port);
    }

    #[test]
    fn ok_what_the_operator_allows() {
        let outbound = Outbound {
            ports: vec![8443],
            allows_loopback: true,
        };
        for address in [
            "https://a.example:8443/",
            "http://127.0.0.1:3000/keys",
            "http://localhost/keys",
            "http://[::1]:1/",
        ] {
            assert_eq!(outbound.check(address), Ok(()), "{address}");
        }
        for address in [
            "https://127.0.0.1/keys",
            "http://127.0.0.2/keys",
            "http://10.0.0.1/keys",
            "http://localhost.example/keys",
            "http://me@localhost/keys",
            "https://a.example:8444/",
        ] {
            assert!(outbound.check(address).is_err(), "{address}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(address: String) {
            let _ = Outbound::default().check(&address);
        }

        #[test]
        fn no_number_is_a_host(address: u32, octal: bool) {
            let [a, b, c, d] = address.to_be_bytes();
            let host = if octal { format!("0{a:o}.{b}.{c}.0x{d:x}") } else { format!("{address}") };
            let uri = format!("https://{host}/");
            prop_assert!(Outbound::default().check(&uri).is_err());
        }
    }
}
