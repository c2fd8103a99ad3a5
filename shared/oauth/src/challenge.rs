//! What `WWW-Authenticate` says.
//!
//! [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3),
//! [RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)

use std::fmt;

use crate::OAuthError;

/// A scheme of authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// A client's id and secret (RFC 7617).
    Basic,
    /// A bearer token (RFC 6750).
    Bearer,
    /// A token that is bound to a key, with a proof of it (RFC 9449).
    Dpop,
}

/// The value of a `WWW-Authenticate` header field.
#[derive(Clone, Debug)]
pub struct Challenge<'a> {
    /// How to authenticate.
    pub scheme: Scheme,
    /// Where; a quoted string, from which `"` and `\` are left out.
    pub realm: &'a str,
    /// What was wrong. None when the request had no token at all:
    ///
    /// > the resource server SHOULD NOT include an error code or other error information.
    pub error: Option<&'a OAuthError>,
}

impl fmt::Display for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.scheme {
            Scheme::Basic => "Basic",
            Scheme::Bearer => "Bearer",
            Scheme::Dpop => "DPoP",
        };
        let realm = self
            .realm
            .chars()
            .filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\'));
        write!(f, "{name} realm=\"{}\"", realm.collect::<String>())?;
        if self.scheme == Scheme::Basic {
            return write!(f, ", charset=\"UTF-8\"");
        }
        if let Some(error) = self.error {
            let code = error.code.as_str();
            let description = &error.description;
            write!(f, ", error=\"{code}\", error_description=\"{description}\"")?;
            if let Some(scope) = &error.scope {
                write!(f, ", scope=\"{scope}\"")?;
            }
        }
        if self.scheme == Scheme::Dpop {
            let algorithms = crate::dpop::ALGORITHMS
                .map(crate::jose::Algorithm::as_str)
                .join(" ");
            write!(f, ", algs=\"{algorithms}\"")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    #[track_caller]
    fn check(scheme: Scheme, error: Option<&OAuthError>, expected: &str) {
        let challenge = Challenge {
            scheme,
            realm: "ro\"ll\ncall",
            error,
        };
        assert_eq!(challenge.to_string(), expected);
    }

    #[test]
    fn no_token_is_a_bare_realm() {
        check(Scheme::Bearer, None, "Bearer realm=\"rollcall\"");
        check(
            Scheme::Dpop,
            None,
            "DPoP realm=\"rollcall\", algs=\"EdDSA ES256\"",
        );
    }

    #[test]
    fn a_client_is_asked_for_basic() {
        let error = OAuthError::invalid_client("x");
        check(
            Scheme::Basic,
            Some(&error),
            "Basic realm=\"rollcall\", charset=\"UTF-8\"",
        );
    }

    #[test]
    fn too_little_scope_names_what_would_do() {
        let error = OAuthError::insufficient_scope(Scope::parse("scim:read").unwrap());
        check(
            Scheme::Bearer,
            Some(&error),
            "Bearer realm=\"rollcall\", error=\"insufficient_scope\", \
             error_description=\"the token does not have the scope that this needs\", scope=\"scim:read\"",
        );
    }
}
