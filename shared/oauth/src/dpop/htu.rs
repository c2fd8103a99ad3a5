//! The address that a proof is for, in the one form in which addresses are compared.
//!
//! [RFC 9449 §4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3),
//! [RFC 3986 §6.2](https://www.rfc-editor.org/rfc/rfc3986#section-6.2)

use crate::percent::hex;
use crate::uri::Uri;

/// Scheme, host, port and path; `None` for what is no http address. Query and fragment are left out:
///
/// > The htu claim matches the HTTP URI value for the HTTP request […] ignoring any query and fragment parts.
pub(super) fn normalized(text: &str) -> Option<String> {
    let uri = Uri::parse(text)?;
    let scheme = uri.scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let authority = uri.authority?;
    if authority.userinfo.is_some() {
        return None;
    }
    let host = authority.host.to_ascii_lowercase();
    let port = authority.port.filter(|port| *port != default_port);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let path = without_dots(&unescaped(uri.path));
    Some(format!("{scheme}://{host}{port}{path}"))
}

/// Escapes in upper case, and none where none is needed.
fn unescaped(path: &str) -> String {
    let mut result = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        result.push_str(before);
        let mut digits = after.bytes().map(hex);
        let (Some(Some(high)), Some(Some(low))) = (digits.next(), digits.next()) else {
            // `Uri::parse` has seen to it that there are two digits.
            return path.to_owned();
        };
        let byte = (high << 4) | low;
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            result.push(char::from(byte));
        } else {
            result.push_str(&format!("%{byte:02X}"));
        }
        rest = after.get(2..).unwrap_or_default();
    }
    result.push_str(rest);
    result
}

/// The path without `.` and `..` (RFC 3986 §5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(normalized(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn ok_addresses_that_mean_the_same_are_the_same() {
        let token = Some("https://id.example.com/oauth/token");
        check("https://id.example.com/oauth/token", token);
        check("HTTPS://ID.Example.COM:443/oauth/token?x=1#y", token);
        check("https://id.example.com/%6Fauth/./x/../token", token);
        check("https://id.example.com", Some("https://id.example.com/"));
        check("http://[::1]:80/a", Some("http://[::1]/a"));
        check("http://[::1]:8080/a", Some("http://[::1]:8080/a"));
        check("http://a/%c3%a4%2f", Some("http://a/%C3%A4%2F"));
        check("http://a/b/..", Some("http://a/"));
        check("http://a/../../b/", Some("http://a/b/"));
        check("http://a//b", Some("http://a//b"));
    }

    #[test]
    fn err_other_schemes_and_no_addresses() {
        for text in [
            "",
            "/oauth/token",
            "ftp://a/",
            "urn:a:b",
            "https://me@a/",
            "https:/a",
            "https://a/%",
        ] {
            check(text, None);
        }
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = normalized(&text);
        }

        #[test]
        fn what_is_normal_stays_so(path in "(/|\\.|%2e|%2F|a){0,12}") {
            if let Some(once) = normalized(&format!("https://a/{path}")) {
                prop_assert_eq!(normalized(&once), Some(once));
            }
        }
    }
}
