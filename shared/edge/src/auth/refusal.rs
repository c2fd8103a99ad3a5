//! Refusals as HTTP responses.
//!
//! [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)

use http::header::{ALLOW, HeaderName, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use rollcall_oauth::{Challenge, ErrorCode, OAuthError, Scheme};

use crate::limit::Limited;
use crate::respond::{self, FullResponse};

/// Why a request is refused, and what else the answer says.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Why.
    pub error: OAuthError,
    headers: HeaderMap,
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self {
            error,
            headers: HeaderMap::new(),
        }
    }
}

impl From<Limited> for Refusal {
    /// The token endpoint has no code for it. This one the authorization endpoint has (RFC 6749 §4.1.2.1).
    fn from(limited: Limited) -> Self {
        let error = OAuthError::temporarily_unavailable(limited.detail());
        let mut refusal = Self::from(OAuthError {
            status: 429,
            ..error
        });
        limited.tell(&mut refusal.headers);
        refusal
    }
}

impl Refusal {
    /// 405.
    pub fn method(allowed: &'static str) -> Self {
        let error = OAuthError::invalid_request(format!("this address takes {allowed}"));
        Self::from(OAuthError {
            status: 405,
            ..error
        })
        .with(ALLOW, HeaderValue::from_static(allowed))
    }

    /// The refusal with one more header field.
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The response; `realm` is the issuer.
    pub fn into_response(self, realm: &str) -> FullResponse {
        let status = StatusCode::from_u16(self.error.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = respond::json(status, "application/json", &self.error.to_json());
        let headers = response.headers_mut();
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        // > If the client attempted to authenticate via the "Authorization" request header field, the authorization server
        // > MUST respond with an HTTP 401 (Unauthorized) status code and include the "WWW-Authenticate" response header
        // > field matching the authentication scheme used by the client.
        //
        // A 401 without it is none at all (RFC 9110 §15.5.2).
        if self.error.code == ErrorCode::InvalidClient {
            let challenge = Challenge {
                scheme: Scheme::Basic,
                realm,
                error: None,
            };
            if let Ok(value) = HeaderValue::try_from(challenge.to_string()) {
                headers.insert(WWW_AUTHENTICATE, value);
            }
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        headers.extend(self.headers);
        response
    }
}
