//! Where people may be sent back to.
//!
//! [RFC 9700 §4.1](https://www.rfc-editor.org/rfc/rfc9700#section-4.1),
//! [RFC 8252 §7](https://www.rfc-editor.org/rfc/rfc8252#section-7)

use crate::OAuthError;
use crate::uri::Uri;

/// Checks that a redirect URI is `https`, `http` to the same machine, or of a scheme of the client's own.
pub(super) fn check(text: &str) -> Result<(), OAuthError> {
    let invalid = |reason: &str| {
        let text = text.chars().take(200).collect::<String>();
        OAuthError::invalid_redirect_uri(format!("redirect URI `{text}` {reason}"))
    };
    let uri = Uri::parse(text).ok_or_else(|| invalid("is no absolute URI"))?;
    if uri.fragment.is_some() {
        return Err(invalid("has a fragment"));
    }
    if uri.authority.is_some_and(|a| a.userinfo.is_some()) {
        return Err(invalid("names a user"));
    }
    let has_dots = uri.path.split('/').any(|segment| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    });
    if has_dots {
        return Err(invalid("has `.` or `..` in its path"));
    }
    if uri.has_scheme("https") {
        return match uri.authority {
            Some(_) => Ok(()),
            None => Err(invalid("has no host")),
        };
    }
    if uri.has_scheme("http") {
        return if uri.is_loopback() {
            Ok(())
        } else {
            Err(invalid(
                "is `http` and leads to another machine: use `https`",
            ))
        };
    }
    // > apps MUST use a URI scheme based on a domain name under their control, expressed in reverse order
    if uri.scheme.contains('.') {
        Ok(())
    } else {
        Err(invalid(
            "has a scheme that is neither `https` nor a domain name in reverse",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    #[test]
    fn ok_https_loopback_and_private_use() {
        for text in [
            "https://app.example.com/callback?x=1",
            "http://127.0.0.1:3000/callback",
            "http://[::1]/callback",
            "http://localhost:3000/callback",
            "com.example.app:/callback",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn err_anything_else() {
        for text in [
            "",
            "/callback",
            "https:callback",
            "https://app.example.com/#",
            "https://app.example.com/callback#x",
            "https://me@app.example.com/",
            "https://app.example.com/a/../b",
            "https://app.example.com/a/%2E%2e/b",
            "http://app.example.com/callback",
            "http://localhost.evil.example/",
            "http://127.0.0.1.evil.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "app:/callback",
            "file:///etc/passwd",
            "https://*.example.com/ ",
        ] {
            let code = check(text).map_err(|error| error.code);
            assert_eq!(code, Err(ErrorCode::InvalidRedirectUri), "{text}");
        }
    }
}
