//! How a client authenticates at the token endpoint.
//!
//! [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2)

use serde::{Deserialize, Serialize};

/// `token_endpoint_auth_method`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// > If unspecified or omitted, the default is "client_secret_basic"
    #[default]
    ClientSecretBasic,
    /// The secret is a parameter of the form.
    ClientSecretPost,
    /// A JWT that the client signs (RFC 7523).
    PrivateKeyJwt,
    /// A public client, which proves nothing.
    None,
}

impl AuthMethod {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::PrivateKeyJwt,
        Self::None,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_registry() {
        for method in AuthMethod::ALL {
            let json = serde_json::to_value(method).unwrap();
            assert_eq!(json, method.as_str());
            assert_eq!(serde_json::from_value::<AuthMethod>(json).unwrap(), method);
        }
        assert!(serde_json::from_str::<AuthMethod>("\"client_secret_jwt\"").is_err());
    }
}
