//! The one error of OAuth: a code, a status and a sentence that says what to change.
//!
//! [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)

use serde_json::{Value, json};

use crate::Scope;

/// The longest description that is sent, in bytes.
const MAX_DESCRIPTION: usize = 400;

/// An error code of the OAuth registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A parameter is missing, malformed or there twice (RFC 6749 §5.2).
    InvalidRequest,
    /// The client is unknown, or did not prove who it is (RFC 6749 §5.2).
    InvalidClient,
    /// The code, refresh token or assertion does not hold (RFC 6749 §5.2).
    InvalidGrant,
    /// The client may not use this grant (RFC 6749 §5.2).
    UnauthorizedClient,
    /// No such grant here (RFC 6749 §5.2).
    UnsupportedGrantType,
    /// The scope is malformed, or more than may be had (RFC 6749 §5.2).
    InvalidScope,
    /// The server failed (RFC 6749 §4.1.2.1).
    ServerError,
    /// The server cannot answer now (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable,
    /// The access token does not hold (RFC 6750 §3.1).
    InvalidToken,
    /// The access token permits less than is asked (RFC 6750 §3.1).
    InsufficientScope,
    /// A redirect URI is not acceptable (RFC 7591 §3.2.2).
    InvalidRedirectUri,
    /// A member of the client's metadata is not acceptable (RFC 7591 §3.2.2).
    InvalidClientMetadata,
    /// The software statement is not one that counts here (RFC 7591 §3.2.2).
    UnapprovedSoftwareStatement,
    /// The token has a type that cannot be revoked (RFC 7009 §2.2.1).
    UnsupportedTokenType,
    /// The resource is unknown, or not for this client (RFC 8707 §2, RFC 8693 §2.2.2).
    InvalidTarget,
    /// The DPoP proof does not hold (RFC 9449 §5).
    InvalidDpopProof,
    /// The DPoP proof needs the nonce that the answer carries (RFC 9449 §8).
    UseDpopNonce,
}

impl ErrorCode {
    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
        }
    }

    const fn status(self) -> u16 {
        match self {
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::InsufficientScope => 403,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

/// What goes back to the client instead of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.as_str())]
pub struct OAuthError {
    /// What kind of error it is.
    pub code: ErrorCode,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and what to change, in the characters that RFC 6749 allows.
    pub description: String,
    /// The scope that would suffice, for `insufficient_scope`.
    pub scope: Option<Scope>,
    /// The client that is refused, where that is known: for the change log, and not for the answer.
    pub client: Option<String>,
    /// Whether the client had proved who it is: then the refusal answers no guess. For the limits, and not for the answer.
    pub is_proved: bool,
}

macro_rules! by_code {
    ($($(#[$doc:meta])* $name:ident => $code:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(description: impl AsRef<str>) -> Self {
            Self::new(ErrorCode::$code, description.as_ref())
        }
    )*};
}

impl OAuthError {
    by_code! {
        /// 400 `invalid_request`.
        invalid_request => InvalidRequest;
        /// 401 `invalid_client`.
        invalid_client => InvalidClient;
        /// 400 `invalid_grant`.
        invalid_grant => InvalidGrant;
        /// 400 `unauthorized_client`.
        unauthorized_client => UnauthorizedClient;
        /// 400 `unsupported_grant_type`.
        unsupported_grant_type => UnsupportedGrantType;
        /// 400 `invalid_scope`.
        invalid_scope => InvalidScope;
        /// 503 `temporarily_unavailable`.
        temporarily_unavailable => TemporarilyUnavailable;
        /// 401 `invalid_token`.
        invalid_token => InvalidToken;
        /// 400 `invalid_redirect_uri`.
        invalid_redirect_uri => InvalidRedirectUri;
        /// 400 `invalid_client_metadata`.
        invalid_client_metadata => InvalidClientMetadata;
        /// 400 `unapproved_software_statement`.
        unapproved_software_statement => UnapprovedSoftwareStatement;
        /// 400 `unsupported_token_type`.
        unsupported_token_type => UnsupportedTokenType;
        /// 400 `invalid_target`.
        invalid_target => InvalidTarget;
        /// 400 `invalid_dpop_proof`; at a resource [`OAuthError::at_resource`] makes it 401.
        invalid_dpop_proof => InvalidDpopProof;
        /// 400 `use_dpop_nonce`; at a resource [`OAuthError::at_resource`] makes it 401.
        use_dpop_nonce => UseDpopNonce;
    }

    fn new(code: ErrorCode, description: &str) -> Self {
        Self {
            code,
            status: code.status(),
            description: allowed(description),
            scope: None,
            client: None,
            is_proved: false,
        }
    }

    /// The same about a client that is known.
    #[must_use]
    pub fn of_client(self, id: &str) -> Self {
        Self {
            client: Some(id.to_owned()),
            ..self
        }
    }

    /// The same to a client that has proved who it is.
    #[must_use]
    pub fn to_proved(self) -> Self {
        Self {
            is_proved: true,
            ..self
        }
    }

    /// 403 `insufficient_scope` that names what would do.
    #[must_use]
    pub fn insufficient_scope(needed: Scope) -> Self {
        Self {
            scope: Some(needed),
            ..Self::new(
                ErrorCode::InsufficientScope,
                "the token does not have the scope that this needs",
            )
        }
    }

    /// 500 with a fixed text: the cause is logged where it happened and never leaves the server.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(ErrorCode::ServerError, "internal server error")
    }

    /// The same error where a resource is protected: a bad proof is 401 there (RFC 9449 §7.1).
    #[must_use]
    pub fn at_resource(mut self) -> Self {
        if matches!(
            self.code,
            ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce
        ) {
            self.status = 401;
        }
        self
    }

    /// The body of the answer.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "error": self.code.as_str(),
            "error_description": self.description,
        })
    }
}

/// > Values for the "error_description" parameter MUST NOT include characters outside the set
/// > %x20-21 / %x23-5B / %x5D-7E.
fn allowed(text: &str) -> String {
    text.chars()
        .take(MAX_DESCRIPTION)
        .map(|c| match c {
            '"' => '\'',
            '\\' => '/',
            ' '..='~' => c,
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_code_and_description_and_nothing_else() {
        let error = OAuthError::invalid_grant("the code was used before");
        assert_eq!(error.status, 400);
        assert_eq!(
            error.to_json(),
            json!({"error": "invalid_grant", "error_description": "the code was used before"})
        );
    }

    #[test]
    fn descriptions_keep_to_the_characters_of_rfc_6749() {
        let error = OAuthError::invalid_request("a \"b\" \\ ä\r\nSet-Cookie: x\u{7f}");
        assert_eq!(error.description, "a 'b' / ???Set-Cookie: x?");
        let long = OAuthError::invalid_request("x".repeat(5000));
        assert_eq!(long.description.len(), MAX_DESCRIPTION);
    }

    #[test]
    fn a_bad_proof_is_400_at_the_token_endpoint_and_401_at_a_resource() {
        let error = OAuthError::invalid_dpop_proof("x");
        assert_eq!(error.status, 400);
        assert_eq!(error.at_resource().status, 401);
        assert_eq!(OAuthError::use_dpop_nonce("x").at_resource().status, 401);
        assert_eq!(OAuthError::invalid_request("x").at_resource().status, 400);
    }

    #[test]
    fn statuses_are_those_of_the_rfcs() {
        assert_eq!(OAuthError::invalid_client("x").status, 401);
        assert_eq!(OAuthError::invalid_token("x").status, 401);
        assert_eq!(OAuthError::invalid_target("x").status, 400);
        assert_eq!(OAuthError::temporarily_unavailable("x").status, 503);
        assert_eq!(OAuthError::internal().status, 500);
    }
}
