//! Grants: what a client may get for what it shows. A file each.

mod authorization_code;
mod client_credentials;
mod refresh_token;
mod token_exchange;

use serde::{Deserialize, Serialize};

pub use authorization_code::{CodeDecision, CodeRequest, CodeRow};
pub use client_credentials::ClientCredentialsRequest;
pub use refresh_token::{GRACE_SECS, RefreshDecision, RefreshRequest, RefreshRow};
pub use token_exchange::{
    ACCESS_TOKEN_TYPE, ExchangeRequest, ExchangeRules, Exchanged, JWT_TYPE, PresentedToken,
};

use crate::{Form, OAuthError, Resource, Scope};

/// A `grant_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// A code that a person's consent gave (RFC 6749 §4.1).
    AuthorizationCode,
    /// The client itself (RFC 6749 §4.4).
    ClientCredentials,
    /// A refresh token (RFC 6749 §6).
    RefreshToken,
    /// Another token (RFC 8693).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
}

impl GrantType {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::AuthorizationCode,
        Self::ClientCredentials,
        Self::RefreshToken,
        Self::TokenExchange,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken => "refresh_token",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// The grant that a token request asks for.
    ///
    /// # Errors
    /// `invalid_request` for none, `unsupported_grant_type` for an unknown one.
    pub fn asked(form: &Form) -> Result<Self, OAuthError> {
        let name = form.required("grant_type")?;
        Self::ALL
            .into_iter()
            .find(|grant| grant.as_str() == name)
            .ok_or_else(|| {
                OAuthError::unsupported_grant_type(format!(
                    "grant type `{}` is not supported",
                    name.chars().take(80).collect::<String>()
                ))
            })
    }
}

/// What a client may get.
#[derive(Clone, Copy, Debug)]
pub struct Allowed<'a> {
    /// Whose it is.
    pub client_id: &'a str,
    /// The grants that it may use.
    pub grant_types: &'a [GrantType],
    /// The most that its tokens may permit.
    pub scope: &'a Scope,
    /// What its tokens may be for.
    pub resources: &'a [Resource],
    /// Whether it has no way to prove who it is.
    pub is_public: bool,
}

impl Allowed<'_> {
    /// Checks that the client may use a grant.
    ///
    /// # Errors
    /// `unauthorized_client`.
    pub fn check(&self, grant: GrantType) -> Result<(), OAuthError> {
        if self.grant_types.contains(&grant) {
            Ok(())
        } else {
            Err(OAuthError::unauthorized_client(format!(
                "this client may not use grant type `{}`",
                grant.as_str()
            )))
        }
    }
}

/// What the token that is issued is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What it permits.
    pub scope: Scope,
    /// What it is for.
    pub resources: Vec<Resource>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    #[track_caller]
    fn check(form: &str, expected: Result<GrantType, ErrorCode>) {
        let form = Form::parse(form.as_bytes()).unwrap();
        assert_eq!(
            GrantType::asked(&form).map_err(|error| error.code),
            expected
        );
    }

    /// Attack case 16.
    #[test]
    fn only_known_grants_are_supported() {
        for grant in GrantType::ALL {
            check(&format!("grant_type={}", grant.as_str()), Ok(grant));
            let json = serde_json::to_value(grant).unwrap();
            assert_eq!(json, grant.as_str());
        }
        for grant in ["password", "implicit", "Client_Credentials", "urn:x"] {
            check(
                &format!("grant_type={grant}"),
                Err(ErrorCode::UnsupportedGrantType),
            );
        }
        check("", Err(ErrorCode::InvalidRequest));
        check("grant_type=", Err(ErrorCode::InvalidRequest));
    }

    /// Attack case 16.
    #[test]
    fn a_grant_that_the_client_may_not_use_is_unauthorized() {
        let allowed = Allowed {
            client_id: "c",
            grant_types: &[GrantType::RefreshToken],
            scope: &Scope::default(),
            resources: &[],
            is_public: false,
        };
        assert_eq!(allowed.check(GrantType::RefreshToken), Ok(()));
        let error = allowed.check(GrantType::ClientCredentials).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnauthorizedClient);
        assert_eq!(error.status, 400);
    }
}
