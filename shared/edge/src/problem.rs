//! Refusals as problem details (RFC 9457): of the admin API, and of what components ask each other.

use http::header::ALLOW;
use http::{HeaderValue, StatusCode};
use rollcall_oauth::{ErrorCode, Scheme};
use rollcall_service::admin::AdminError;
use rollcall_service::auth::Refused;
use rollcall_service::{Error, StoreError};
use serde_json::{Value as Json, json};

use crate::challenge::challenge;
use crate::limit::Limited;
use crate::respond::{self, FullResponse};

/// Why a request is refused.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
    allowed: Option<&'static str>,
    more: Option<Box<(&'static str, Json)>>,
    limited: Option<Box<Limited>>,
    token: Option<Box<(Refused, Scheme)>>,
}

impl Problem {
    fn new(status: StatusCode, detail: String) -> Self {
        Self {
            status,
            detail,
            allowed: None,
            more: None,
            limited: None,
            token: None,
        }
    }

    pub fn invalid(detail: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub fn forbidden(detail: String) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    pub fn not_found(detail: String) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub fn too_large(detail: String) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    pub fn media_type(detail: String) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
    }

    pub fn unavailable(detail: String) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    pub fn method(allowed: &'static str) -> Self {
        let detail = format!("this address takes {allowed}");
        Self {
            allowed: Some(allowed),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, detail)
        }
    }

    /// An access token that is not good for this, as it was sent.
    pub fn token(refused: Refused, scheme: Scheme) -> Self {
        let (status, detail) = (refused.error.status, refused.error.description.clone());
        Self {
            token: Some(Box::new((refused, scheme))),
            ..Self::new(status_of(status), detail)
        }
    }

    /// The same with a member of its own (RFC 9457 §3.2).
    pub fn with(self, name: &'static str, value: Json) -> Self {
        Self {
            more: Some(Box::new((name, value))),
            ..self
        }
    }

    /// Whether the token was not the right one. One that lacks a nonce may be.
    pub fn is_unauthenticated(&self) -> bool {
        let code = self.token.as_ref().map(|token| token.0.error.code);
        self.status == StatusCode::UNAUTHORIZED && code != Some(ErrorCode::UseDpopNonce)
    }

    pub fn into_response(self) -> FullResponse {
        let title = self.status.canonical_reason().unwrap_or_default();
        let mut body =
            json!({ "status": self.status.as_u16(), "title": title, "detail": self.detail });
        if let Some((name, value)) = self.more.map(|more| *more) {
            body[name] = value;
        }
        let mut response = respond::json(self.status, "application/problem+json", &body);
        if let Some(allowed) = self.allowed {
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static(allowed));
        }
        if let Some(limited) = self.limited {
            limited.tell(response.headers_mut());
        }
        let (refused, scheme) = self.token.map(|token| *token).unzip();
        if self.status == StatusCode::UNAUTHORIZED || refused.is_some() {
            challenge(response.headers_mut(), "admin", refused.as_ref(), scheme);
        }
        response
    }
}

fn status_of(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn reconfigured() -> Problem {
    Problem::unavailable("the tenant is being reconfigured: send the request again".to_owned())
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(error) => Self::new(status_of(error.status), error.detail),
            Error::Reconfigured => reconfigured(),
        }
    }
}

impl From<Limited> for Problem {
    fn from(limited: Limited) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, limited.detail());
        problem.limited = Some(Box::new(limited));
        problem
    }
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let status = match &error {
            AdminError::Off | AdminError::NotFound(_) => StatusCode::NOT_FOUND,
            AdminError::Unauthenticated | AdminError::Store(StoreError::Unauthenticated) => {
                StatusCode::UNAUTHORIZED
            }
            AdminError::Store(StoreError::Reconfigured) => return reconfigured(),
            AdminError::Invalid(_) => StatusCode::BAD_REQUEST,
            AdminError::Conflict(_) => StatusCode::CONFLICT,
            AdminError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            AdminError::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            AdminError::Store(StoreError::Busy) => {
                let detail = "the store is busy: send the request again".to_owned();
                return Self::new(StatusCode::SERVICE_UNAVAILABLE, detail);
            }
            AdminError::Store(cause) => {
                eprintln!("{cause}");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self::new(status, error.to_string())
    }
}
