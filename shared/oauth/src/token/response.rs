//! The answer of the token endpoint.
//!
//! [RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)

use serde::Serialize;

use crate::Scope;

/// A token that was issued.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TokenResponse {
    /// It.
    pub access_token: String,
    /// `Bearer`, or `DPoP` when it is bound to a key (RFC 9449 §5).
    pub token_type: &'static str,
    /// For how long it is valid, in seconds.
    pub expires_in: i64,
    /// What it permits; none when that is nothing.
    #[serde(skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// The next refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// What was issued in exchange for a token (RFC 8693 §2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
}

/// The `token_type` of a token that is, or is not, bound to a key.
#[must_use]
pub const fn token_type(jkt: Option<&str>) -> &'static str {
    if jkt.is_some() { "DPoP" } else { "Bearer" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_there_is_not_said() {
        let mut response = TokenResponse {
            access_token: "t".to_owned(),
            token_type: token_type(None),
            expires_in: 600,
            scope: Scope::default(),
            refresh_token: None,
            issued_token_type: None,
        };
        assert_eq!(
            serde_json::to_value(&response).unwrap(),
            json!({"access_token": "t", "token_type": "Bearer", "expires_in": 600})
        );
        response.token_type = token_type(Some("thumb"));
        response.scope = Scope::parse("a b").unwrap();
        response.refresh_token = Some("r".to_owned());
        response.issued_token_type = Some(crate::grant::ACCESS_TOKEN_TYPE);
        assert_eq!(
            serde_json::to_value(&response).unwrap(),
            json!({
                "access_token": "t", "token_type": "DPoP", "expires_in": 600, "scope": "a b", "refresh_token": "r",
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            })
        );
    }
}
