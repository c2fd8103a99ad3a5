//! The parts of a URI.
//!
//! [RFC 3986 §3](https://www.rfc-editor.org/rfc/rfc3986#section-3)

use crate::percent;

/// The longest URI that is read, in bytes.
pub(crate) const MAX_URI_BYTES: usize = 2048;

/// A URI with a scheme, taken apart; nothing is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Uri<'a> {
    pub scheme: &'a str,
    pub authority: Option<Authority<'a>>,
    pub path: &'a str,
    pub query: Option<&'a str>,
    pub fragment: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    pub userinfo: Option<&'a str>,
    /// A name, an IPv4 address, or an IPv6 address in brackets.
    pub host: &'a str,
    pub port: Option<u16>,
}

impl<'a> Uri<'a> {
    /// `None` unless every character is one that a URI may have, and every part what it should be.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        if text.len() > MAX_URI_BYTES || !has_uri_chars(text) {
            return None;
        }
        let (scheme, rest) = text.split_once(':')?;
        let mut letters = scheme.bytes();
        let is_scheme = letters.next()?.is_ascii_alphabetic()
            && letters.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        if !is_scheme {
            return None;
        }
        let (rest, fragment) = split_off(rest, '#');
        if fragment.is_some_and(|fragment| fragment.contains('#')) {
            return None;
        }
        let (rest, query) = split_off(rest, '?');
        let (authority, path) = match rest.strip_prefix("//") {
            None => (None, rest),
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(Authority::parse(authority)?), path)
            }
        };
        if path.contains(['[', ']']) || (authority.is_none() && path.is_empty()) {
            return None;
        }
        Some(Self {
            scheme,
            authority,
            path,
            query,
            fragment,
        })
    }

    pub(crate) fn has_scheme(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// Whether it leads to this machine, by an address or by the name `localhost`.
    pub(crate) fn is_loopback(&self) -> bool {
        self.authority.is_some_and(|authority| {
            let host = authority.host;
            matches!(host, "127.0.0.1" | "[::1]") || host.eq_ignore_ascii_case("localhost")
        })
    }
}

impl<'a> Authority<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (userinfo, rest) = match text.rsplit_once('@') {
            Some((userinfo, rest)) => (Some(userinfo), rest),
            None => (None, text),
        };
        let (host, port) = match rest.rfind(']') {
            Some(end) => rest.split_at(end + 1),
            None => rest.split_at(rest.find(':').unwrap_or(rest.len())),
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            None => return None,
            Some("") => return None,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            Some(_) => return None,
        };
        let is_host = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            Some(address) => address.parse::<core::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && !host.contains(['[', ']', ':']),
        };
        let is_user = userinfo.is_none_or(|userinfo| !userinfo.contains(['@', '[', ']']));
        (is_host && is_user).then_some(Self {
            userinfo,
            host,
            port,
        })
    }
}

fn split_off(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    }
}

/// Reserved, unreserved and percent-encoded characters, and nothing else.
fn has_uri_chars(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => {
            let is_hex = |at: usize| bytes.get(at).is_some_and(|b| percent::hex(*b).is_some());
            is_hex(at + 1) && is_hex(at + 2)
        }
        b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => false,
        byte => byte.is_ascii_graphic(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ok_every_part() {
        let uri = Uri::parse("HTTPS://me@example.com:8443/a/b?q=/?#f?").unwrap();
        let authority = uri.authority.unwrap();
        assert!(uri.has_scheme("https"));
        assert_eq!(authority.userinfo, Some("me"));
        assert_eq!(authority.host, "example.com");
        assert_eq!(authority.port, Some(8443));
        assert_eq!(uri.path, "/a/b");
        assert_eq!(uri.query, Some("q=/?"));
        assert_eq!(uri.fragment, Some("f?"));
    }

    #[test]
    fn ok_without_an_authority() {
        let uri = Uri::parse("com.example.app:/callback").unwrap();
        assert_eq!(uri.authority, None);
        assert_eq!(uri.path, "/callback");
    }

    #[test]
    fn loopback_is_an_address_or_localhost() {
        let is_loopback = |text| Uri::parse(text).unwrap().is_loopback();
        assert!(is_loopback("http://127.0.0.1:1/"));
        assert!(is_loopback("http://[::1]:1/"));
        assert!(is_loopback("http://LocalHost/"));
        assert!(!is_loopback("http://localhost.example.com/"));
        assert!(!is_loopback("http://127.0.0.1@example.com/"));
    }

    #[test]
    fn err_what_is_no_uri() {
        for text in [
            "",
            "https:",
            "https://",
            "https:///a",
            "1https://a",
            "://a",
            "https://a:99999",
            "https://a:+1",
            "https://a:",
            "https://[::1",
            "https://[x]",
            "https://::1",
            "https://[::1]x",
            "https://a/%2",
            "https://a/%zz",
            "https://a/ b",
            "https://a\\b",
            "https://a/#b#c",
            "https://a@b@c/",
            "https://a/\u{0}",
            "https://exämple.com",
        ] {
            assert_eq!(Uri::parse(text), None, "{text}");
        }
        assert_eq!(Uri::parse(&format!("a:{}", "b".repeat(3000))), None);
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = Uri::parse(&text);
        }

        #[test]
        fn never_panics_on_what_looks_like_one(text in "[a-z]{1,3}:(//)?[a-z@:\\[\\]%0-9./?#]{0,20}") {
            let _ = Uri::parse(&text);
        }
    }
}
