//! What the server says of itself.
//!
//! [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414),
//! [OpenID Connect Discovery 1.0](https://openid.net/specs/openid-connect-discovery-1_0.html)

use serde_json::{Map, Value, json};

use crate::client::AuthMethod;
use crate::grant::GrantType;
use crate::jose::Algorithm;
use crate::{dpop, pkce};

/// What is supported, besides what always is.
#[derive(Clone, Copy, Debug)]
pub struct Supported<'a> {
    /// The issuer, without a slash at its end.
    pub issuer: &'a str,
    /// The grants.
    pub grant_types: &'a [GrantType],
    /// The scopes that are worth knowing.
    pub scopes: &'a [String],
    /// With what the server signs.
    pub signing: &'a [Algorithm],
    /// Where people sign in, if they can.
    pub authorization_endpoint: Option<&'a str>,
    /// Whether clients may register (RFC 7591).
    pub has_registration: bool,
}

/// An address below an issuer.
#[must_use]
pub fn endpoint(issuer: &str, path: &str) -> String {
    format!("{issuer}{path}")
}

/// The paths of the endpoints, below the issuer.
pub mod paths {
    /// The token endpoint (RFC 6749 §3.2).
    pub const TOKEN: &str = "/oauth/token";
    /// The introspection endpoint (RFC 7662).
    pub const INTROSPECT: &str = "/oauth/introspect";
    /// The revocation endpoint (RFC 7009).
    pub const REVOKE: &str = "/oauth/revoke";
    /// The registration endpoint (RFC 7591).
    pub const REGISTER: &str = "/oauth/register";
    /// The keys (RFC 7517 §5).
    pub const JWKS: &str = "/oauth/jwks";
}

impl Supported<'_> {
    /// The document, which serves RFC 8414 and OpenID discovery alike: both ignore what they do not know.
    #[must_use]
    pub fn document(&self) -> Value {
        let algorithms: Vec<_> = self.signing.iter().map(|alg| alg.as_str()).collect();
        // An assertion may also be signed with RS256, which the server itself does not use.
        let asserted = ["EdDSA", "Ed25519", "ES256", "RS256"];
        let all: Vec<_> = AuthMethod::ALL.iter().map(|m| m.as_str()).collect();
        let confidential: Vec<_> = AuthMethod::ALL
            .iter()
            .filter(|method| **method != AuthMethod::None)
            .map(|method| method.as_str())
            .collect();
        let grants: Vec<_> = self.grant_types.iter().map(|g| g.as_str()).collect();
        let dpop: Vec<_> = dpop::ALGORITHMS.iter().map(|alg| alg.as_str()).collect();

        let mut document = Map::new();
        let mut say = |name: &str, value: Value| {
            document.insert(name.to_owned(), value);
        };
        say("issuer", json!(self.issuer));
        for (name, path) in [
            ("token_endpoint", paths::TOKEN),
            ("introspection_endpoint", paths::INTROSPECT),
            ("revocation_endpoint", paths::REVOKE),
            ("jwks_uri", paths::JWKS),
        ] {
            say(name, json!(endpoint(self.issuer, path)));
        }
        if self.has_registration {
            say(
                "registration_endpoint",
                json!(endpoint(self.issuer, paths::REGISTER)),
            );
        }
        say("scopes_supported", json!(self.scopes));
        say("grant_types_supported", json!(grants));
        // > REQUIRED. JSON array containing a list of the OAuth 2.0 "response_type" values that this authorization server
        // > supports.
        say("response_types_supported", json!([]));
        if let Some(authorization) = self.authorization_endpoint {
            say("authorization_endpoint", json!(authorization));
            say("response_types_supported", json!(["code"]));
            say("response_modes_supported", json!(["query"]));
            say("code_challenge_methods_supported", json!([pkce::METHOD]));
            say(
                "authorization_response_iss_parameter_supported",
                json!(true),
            );
        }
        for name in ["token", "introspection", "revocation"] {
            let methods = if name == "introspection" {
                &confidential
            } else {
                &all
            };
            say(
                &format!("{name}_endpoint_auth_methods_supported"),
                json!(methods),
            );
            say(
                &format!("{name}_endpoint_auth_signing_alg_values_supported"),
                json!(asserted),
            );
        }
        // RFC 9701 §7
        say(
            "introspection_signing_alg_values_supported",
            json!(algorithms),
        );
        say("dpop_signing_alg_values_supported", json!(dpop));
        // OpenID discovery §3 requires these two.
        say("subject_types_supported", json!(["public"]));
        say("id_token_signing_alg_values_supported", json!(algorithms));
        Value::Object(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supported(authorization_endpoint: Option<&str>) -> Value {
        Supported {
            issuer: "https://id.example.com/t/acme",
            grant_types: &[GrantType::ClientCredentials],
            scopes: &["scim:read".to_owned()],
            signing: &[Algorithm::EdDsa],
            authorization_endpoint,
            has_registration: false,
        }
        .document()
    }

    #[test]
    fn only_what_is_supported_is_said() {
        let document = supported(None);
        assert_eq!(document["issuer"], "https://id.example.com/t/acme");
        assert_eq!(
            document["token_endpoint"],
            "https://id.example.com/t/acme/oauth/token"
        );
        assert_eq!(document["response_types_supported"], json!([]));
        assert_eq!(
            document["grant_types_supported"],
            json!(["client_credentials"])
        );
        assert_eq!(
            document["dpop_signing_alg_values_supported"],
            json!(["EdDSA", "ES256"])
        );
        for absent in [
            "authorization_endpoint",
            "registration_endpoint",
            "code_challenge_methods_supported",
        ] {
            assert_eq!(document.get(absent), None, "{absent}");
        }
        let with_people = supported(Some("https://id.example.com/t/acme/oauth/authorize"));
        assert_eq!(with_people["response_types_supported"], json!(["code"]));
        assert_eq!(
            with_people["code_challenge_methods_supported"],
            json!(["S256"])
        );
    }

    /// Attack case 24: public clients may not introspect.
    #[test]
    fn introspection_is_for_confidential_clients() {
        let document = supported(None);
        let methods = |name| document[name].as_array().unwrap().clone();
        assert!(methods("token_endpoint_auth_methods_supported").contains(&json!("none")));
        assert!(!methods("introspection_endpoint_auth_methods_supported").contains(&json!("none")));
    }
}
