//! Whether a client's metadata fits together.
//!
//! [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2)

use super::{AuthMethod, ClientMetadata, redirect_uri};
use crate::grant::GrantType;
use crate::jose::JwkSet;
use crate::uri::Uri;
use crate::{MAX_RESOURCES, OAuthError};

const MAX_REDIRECT_URIS: usize = 32;
const MAX_CONTACTS: usize = 16;
const MAX_TEXT_BYTES: usize = 1024;

impl ClientMetadata {
    /// Fills in what was left out and checks the whole.
    ///
    /// # Errors
    /// `invalid_client_metadata`, `invalid_redirect_uri`.
    pub fn accept(mut self) -> Result<Self, OAuthError> {
        // > If omitted, the default behavior is that the client will use only the "authorization_code" Grant Type.
        if self.grant_types.is_empty() {
            self.grant_types.push(GrantType::AuthorizationCode);
        }
        let has_code = self.grant_types.contains(&GrantType::AuthorizationCode);
        // > If omitted, the default is that the client will use only the "code" response type.
        if self.response_types.is_empty() && has_code {
            self.response_types.push("code".to_owned());
        }
        self.check_grants()?;
        self.check_redirect_uris()?;
        self.check_keys()?;
        self.check_texts()?;
        Ok(self)
    }

    fn check_grants(&self) -> Result<(), OAuthError> {
        let has = |grant| self.grant_types.contains(&grant);
        for (at, grant) in self.grant_types.iter().enumerate() {
            if self.grant_types[..at].contains(grant) {
                return invalid(format!(
                    "`grant_types` has `{}` more than once",
                    grant.as_str()
                ));
            }
        }
        match self.response_types.as_slice() {
            [] => {}
            [code] if code == "code" => {}
            _ => return invalid("`response_types` may have `code` and nothing else"),
        }
        if has(GrantType::AuthorizationCode) == self.response_types.is_empty() {
            return invalid(
                "`grant_types` with `authorization_code` and `response_types` with `code` go together",
            );
        }
        // > The client credentials grant type MUST only be used by confidential clients.
        if self.token_endpoint_auth_method == AuthMethod::None {
            for grant in [GrantType::ClientCredentials, GrantType::TokenExchange] {
                if has(grant) {
                    return invalid(format!(
                        "`grant_types` with `{}` needs a `token_endpoint_auth_method` other than `none`",
                        grant.as_str()
                    ));
                }
            }
        }
        Ok(())
    }

    fn check_redirect_uris(&self) -> Result<(), OAuthError> {
        if self.redirect_uris.len() > MAX_REDIRECT_URIS {
            return Err(OAuthError::invalid_redirect_uri(format!(
                "`redirect_uris` has more than {MAX_REDIRECT_URIS} members"
            )));
        }
        let has_code = self.grant_types.contains(&GrantType::AuthorizationCode);
        if has_code && self.redirect_uris.is_empty() {
            return Err(OAuthError::invalid_redirect_uri(
                "`grant_types` with `authorization_code`, which is what it means when left out, needs `redirect_uris`",
            ));
        }
        self.redirect_uris
            .iter()
            .try_for_each(|uri| redirect_uri::check(uri))
    }

    fn check_keys(&self) -> Result<(), OAuthError> {
        // > The "jwks_uri" and "jwks" parameters MUST NOT both be present in the same request or response.
        if self.jwks.is_some() && self.jwks_uri.is_some() {
            return invalid("`jwks` and `jwks_uri` exclude each other");
        }
        if let Some(jwks) = &self.jwks {
            JwkSet::parse_strict(jwks).map_err(|error| {
                OAuthError::invalid_client_metadata(format!("`jwks`: {}", error.0))
            })?;
        }
        if let Some(uri) = &self.jwks_uri {
            check_jwks_uri(uri)?;
        }
        let has_keys = self.jwks.is_some() || self.jwks_uri.is_some();
        if self.token_endpoint_auth_method == AuthMethod::PrivateKeyJwt && !has_keys {
            return invalid(
                "`token_endpoint_auth_method` `private_key_jwt` needs `jwks` or `jwks_uri`",
            );
        }
        Ok(())
    }

    fn check_texts(&self) -> Result<(), OAuthError> {
        let addresses = [
            ("client_uri", &self.client_uri),
            ("logo_uri", &self.logo_uri),
            ("tos_uri", &self.tos_uri),
            ("policy_uri", &self.policy_uri),
        ];
        for (name, uri) in addresses {
            if let Some(uri) = uri {
                web_address(name, uri)?;
            }
        }
        if self.contacts.len() > MAX_CONTACTS {
            return invalid(format!("`contacts` has more than {MAX_CONTACTS} members"));
        }
        for (name, resources) in [
            ("resources", &self.resources),
            ("protected_resources", &self.protected_resources),
        ] {
            if resources.len() > MAX_RESOURCES {
                return invalid(format!("`{name}` has more than {MAX_RESOURCES} members"));
            }
        }
        let texts = [
            ("client_name", self.client_name.as_deref()),
            ("software_id", self.software_id.as_deref()),
            ("software_version", self.software_version.as_deref()),
        ];
        let contacts = self.contacts.iter().map(|text| ("contacts", Some(&**text)));
        for (name, text) in texts.into_iter().chain(contacts) {
            let text = text.unwrap_or_default();
            if text.len() > MAX_TEXT_BYTES || text.chars().any(char::is_control) {
                return invalid(format!(
                    "`{name}` is longer than {MAX_TEXT_BYTES} bytes or has control characters"
                ));
            }
        }
        Ok(())
    }
}

/// Whether `http` to this machine will do, for trying things out, is for the operator to say: see
/// [`Outbound`](crate::outbound::Outbound).
fn check_jwks_uri(text: &str) -> Result<(), OAuthError> {
    let is_local = Uri::parse(text).is_some_and(|uri| uri.has_scheme("http") && uri.is_loopback());
    if is_local {
        Ok(())
    } else {
        web_address("jwks_uri", text)
    }
}

fn web_address(name: &str, text: &str) -> Result<(), OAuthError> {
    let uri = Uri::parse(text);
    let is_web = uri.is_some_and(|uri| {
        let host = uri.authority.filter(|a| a.userinfo.is_none());
        uri.has_scheme("https") && host.is_some()
    });
    if is_web {
        Ok(())
    } else {
        invalid(format!("`{name}` must be an `https` address"))
    }
}

fn invalid(reason: impl AsRef<str>) -> Result<(), OAuthError> {
    Err(OAuthError::invalid_client_metadata(reason))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::ErrorCode;
    use crate::jose::{Algorithm, SigningKey};

    fn parse(metadata: &Value) -> Result<ClientMetadata, OAuthError> {
        ClientMetadata::parse(metadata.to_string().as_bytes())
    }

    fn jwk() -> Value {
        let key = SigningKey::generate(Algorithm::Es256, &[3; 32]).unwrap();
        key.jwk().to_json()
    }

    #[track_caller]
    fn err(metadata: Value, reason: &str) {
        let error = parse(&metadata).unwrap_err();
        assert_eq!(error.description, reason);
        assert_eq!(error.status, 400);
    }

    #[test]
    fn ok_what_is_left_out_is_filled_in_and_unknown_members_are_dropped() {
        let metadata = parse(&json!({
            "redirect_uris": ["https://app.example.com/cb"], "client_name": "App", "client_name#de": "Anwendung",
            "x": {"y": 1},
        }));
        assert_eq!(
            serde_json::to_value(metadata.unwrap()).unwrap(),
            json!({
                "redirect_uris": ["https://app.example.com/cb"], "client_name": "App",
                "token_endpoint_auth_method": "client_secret_basic",
                "grant_types": ["authorization_code"], "response_types": ["code"],
            })
        );
    }

    #[test]
    fn ok_a_machine_needs_no_redirect() {
        let metadata = parse(&json!({
            "grant_types": ["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"],
            "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [jwk()]}, "scope": "scim:read",
            "dpop_bound_access_tokens": true,
        }))
        .unwrap();
        assert!(metadata.response_types.is_empty());
        assert!(metadata.dpop_bound_access_tokens);
        let again = parse(&serde_json::to_value(&metadata).unwrap());
        assert_eq!(again, Ok(metadata));
    }

    #[test]
    fn err_grants_and_response_types_that_do_not_fit() {
        err(
            json!({}),
            "`grant_types` with `authorization_code`, which is what it means when left out, needs `redirect_uris`",
        );
        err(
            json!({"grant_types": ["client_credentials"], "response_types": ["code"]}),
            "`grant_types` with `authorization_code` and `response_types` with `code` go together",
        );
        err(
            json!({"grant_types": ["authorization_code"], "response_types": ["token"]}),
            "`response_types` may have `code` and nothing else",
        );
        err(
            json!({"grant_types": ["client_credentials", "client_credentials"]}),
            "`grant_types` has `client_credentials` more than once",
        );
        for grant in ["password", "implicit"] {
            let error = parse(&json!({"grant_types": [grant]})).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidClientMetadata);
        }
    }

    #[test]
    fn err_a_public_client_with_a_grant_for_confidential_ones() {
        err(
            json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}),
            "`grant_types` with `client_credentials` needs a `token_endpoint_auth_method` other than `none`",
        );
        let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
        let error =
            parse(&json!({"grant_types": [exchange], "token_endpoint_auth_method": "none"}));
        assert!(error.is_err());
    }

    /// Attack case 20: private JWK members.
    #[test]
    fn err_keys() {
        let machine = |member: &str, value: Value| {
            let mut metadata = json!({"grant_types": ["client_credentials"]});
            metadata[member] = value;
            metadata
        };
        let mut private = jwk();
        private["d"] = json!("AAAA");
        err(
            machine("jwks", json!({"keys": [private]})),
            "`jwks`: the JWK has private members",
        );
        err(
            machine("jwks", json!({"keys": [{"kty": "oct", "k": "AAAA"}]})),
            "`jwks`: the JWK has private members",
        );
        err(
            machine("jwks", json!([])),
            "`jwks`: a JWK set is an object with `keys`",
        );
        err(
            machine("token_endpoint_auth_method", json!("private_key_jwt")),
            "`token_endpoint_auth_method` `private_key_jwt` needs `jwks` or `jwks_uri`",
        );
        let mut both = machine("jwks", json!({"keys": [jwk()]}));
        both["jwks_uri"] = json!("https://app.example.com/jwks");
        err(both, "`jwks` and `jwks_uri` exclude each other");
        for uri in [
            "http://app.example.com/jwks",
            "file:///etc/passwd",
            "https://me@app.example.com/jwks",
        ] {
            err(
                machine("jwks_uri", json!(uri)),
                "`jwks_uri` must be an `https` address",
            );
        }
        let local = machine("jwks_uri", json!("http://127.0.0.1:8080/jwks"));
        assert!(parse(&local).is_ok(), "the operator decides");
    }

    #[test]
    fn err_addresses_texts_and_types() {
        let app = |member: &str, value: Value| {
            let mut metadata = json!({"redirect_uris": ["https://app.example.com/cb"]});
            metadata[member] = value;
            metadata
        };
        err(
            app("logo_uri", json!("javascript:alert(1)")),
            "`logo_uri` must be an `https` address",
        );
        err(
            app("client_name", json!("a\u{7}b")),
            "`client_name` is longer than 1024 bytes or has control characters",
        );
        err(
            app("contacts", json!(vec!["a"; 17])),
            "`contacts` has more than 16 members",
        );
        for (member, value) in [
            ("scope", json!("a  b")),
            ("scope", json!(["a"])),
            ("token_endpoint_auth_method", json!("client_secret_jwt")),
            ("client_name", json!(1)),
        ] {
            let error = parse(&app(member, value)).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidClientMetadata, "{member}");
        }
        let many = vec!["https://app.example.com/cb"; 33];
        let error = parse(&json!({"redirect_uris": many})).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRedirectUri);
        let array = ClientMetadata::parse(b"[]").unwrap_err();
        assert_eq!(array.description, "the metadata must be a JSON object");
        let nulls = json!({"grant_types": ["refresh_token"], "redirect_uris": null, "jwks": null});
        assert!(parse(&nulls).is_ok());
        assert!(ClientMetadata::parse(&vec![b' '; MAX_TEXT_BYTES * 100]).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(json: Vec<u8>, text: String) {
            let _ = ClientMetadata::parse(&json);
            let _ = parse(&json!({"redirect_uris": [text], "client_name": text, "jwks": text}));
        }
    }
}
