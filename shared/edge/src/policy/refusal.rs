//! Errors of the AuthZEN API: a status, and a message as text (§10.1.2).

use http::header::{ALLOW, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use rollcall_core::ScimError;
use rollcall_service as service;

use crate::respond::{self, FullResponse};

/// Why a request is refused.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// What is wrong, and what to change.
    pub message: String,
    /// The methods that the address takes, if it was another one.
    pub allowed: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode, message: String) -> Self {
        Self {
            status,
            message,
            allowed: None,
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
        let message = "send a provisioning token of this tenant as `Authorization: Bearer …`";
        Self::new(StatusCode::UNAUTHORIZED, message.to_owned())
    }

    pub fn method(allowed: &'static str) -> Self {
        let message = format!("this address takes {allowed}");
        Self {
            allowed: Some(allowed),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }

    pub fn into_response(self) -> FullResponse {
        let content_type = "text/plain; charset=utf-8";
        let mut response = respond::text(self.status, content_type, self.message);
        let headers = response.headers_mut();
        if let Some(allowed) = self.allowed {
            headers.insert(ALLOW, HeaderValue::from_static(allowed));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"policy\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
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
