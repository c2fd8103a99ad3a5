//! Errors of the AuthZEN API: a status, and a message as text (§10.1.2).

use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use rollcall_core::ScimError;
use rollcall_oauth::{OAuthError, Scheme};
use rollcall_service as service;
use rollcall_service::auth::Refused;

use crate::challenge::challenge;
use crate::limit::Limited;
use crate::respond::{self, FullResponse};

/// Why a request is refused.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// What is wrong, and what to change.
    pub message: String,
    /// The methods that the address takes, if it was another one.
    allowed: Option<&'static str>,
    /// What is wrong with the token.
    token: Option<Box<Refused>>,
    /// When to come again, if there are too many requests.
    limited: Option<Limited>,
}

impl Refusal {
    fn new(status: StatusCode, message: String) -> Self {
        Self {
            status,
            message,
            allowed: None,
            token: None,
            limited: None,
        }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message.into())
    }

    pub fn not_found(message: String) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub fn too_large(message: String) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    pub fn unauthenticated() -> Self {
        let message = "send a provisioning token or an access token of this tenant as `Authorization: Bearer …`";
        Self::new(StatusCode::UNAUTHORIZED, message.to_owned())
    }

    pub fn method(allowed: &'static str) -> Self {
        let message = format!("this address takes {allowed}");
        Self {
            allowed: Some(allowed),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }

    /// The response to a request whose token was sent with `scheme`, if it had one.
    pub fn into_response(self, scheme: Option<Scheme>) -> FullResponse {
        let about_token = self.token.or_else(|| {
            let is_refused = self.status == StatusCode::UNAUTHORIZED && scheme.is_some();
            is_refused.then(|| Box::new(OAuthError::invalid_token(&self.message).into()))
        });
        let content_type = "text/plain; charset=utf-8";
        let mut response = respond::text(self.status, content_type, self.message);
        let headers = response.headers_mut();
        if let Some(allowed) = self.allowed {
            headers.insert(ALLOW, HeaderValue::from_static(allowed));
        }
        if self.status == StatusCode::UNAUTHORIZED || about_token.is_some() {
            challenge(headers, "policy", about_token.as_deref(), scheme);
        }
        if let Some(limited) = self.limited {
            limited.tell(headers);
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<ScimError> for Refusal {
    fn from(error: ScimError) -> Self {
        let status = StatusCode::from_u16(error.status);
        Self::new(
            status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            error.detail,
        )
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let status = StatusCode::from_u16(refused.error.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let message = refused.error.description.clone();
        Self {
            token: Some(Box::new(refused)),
            ..Self::new(status, message)
        }
    }
}

impl From<Limited> for Refusal {
    fn from(limited: Limited) -> Self {
        let message = limited.detail();
        Self {
            limited: Some(limited),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, message)
        }
    }
}

impl From<service::Error> for Refusal {
    fn from(error: service::Error) -> Self {
        match error {
            service::Error::Refused(error) => error.into(),
            service::Error::Reconfigured => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the tenant is being reconfigured: send the request again".to_owned(),
            ),
        }
    }
}
