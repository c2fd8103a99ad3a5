//! SCIM errors as responses (RFC 7644 §3.12).

use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderValue, Method, StatusCode};
use rollcall_core::ScimError;
use rollcall_oauth::{OAuthError, Scheme};
use rollcall_service as service;
use rollcall_service::auth::Refused;
use serde_json::Value as Json;

use super::render::CONTENT_TYPE;
use crate::challenge::challenge;
use crate::limit::Limited;
use crate::respond::{self, FullResponse};

/// Why a request is refused.
#[derive(Debug, PartialEq)]
pub(super) enum Refusal {
    /// With a SCIM error.
    Error(ScimError),
    /// The address exists, but takes only these methods.
    Method(&'static [Method]),
    /// The token is not good for this.
    Token(Refused),
    /// The tenant's settings have changed meanwhile.
    Reconfigured,
    /// There are too many requests.
    Limited(Limited),
}

impl From<service::Error> for Refusal {
    fn from(error: service::Error) -> Self {
        match error {
            service::Error::Refused(error) => Self::Error(error),
            service::Error::Reconfigured => Self::Reconfigured,
        }
    }
}

impl From<Limited> for Refusal {
    fn from(limited: Limited) -> Self {
        Self::Limited(limited)
    }
}

impl From<ScimError> for Refusal {
    fn from(error: ScimError) -> Self {
        Self::Error(error)
    }
}

impl Refusal {
    /// Whether the request is what is wrong, and neither its token nor the service.
    pub fn is_about_the_request(&self) -> bool {
        match self {
            Self::Error(error) => error.status != 401 && error.status < 500,
            Self::Method(_) => true,
            Self::Token(_) | Self::Reconfigured | Self::Limited(_) => false,
        }
    }

    /// The response to a request whose token was sent with `scheme`, if it had one.
    pub fn into_response(self, scheme: Option<Scheme>) -> FullResponse {
        let (mut refused, mut limited) = (None, None);
        let (error, allowed) = match self {
            Self::Token(why) => {
                let error = ScimError {
                    status: why.error.status,
                    scim_type: None,
                    detail: why.error.description.clone(),
                };
                refused = Some(why);
                (error, None)
            }
            Self::Error(error) => (error, None),
            // Only where it happens again and again within one request.
            Self::Reconfigured => (
                ScimError {
                    status: 503,
                    scim_type: None,
                    detail: "the tenant is being reconfigured: send the request again".to_owned(),
                },
                None,
            ),
            Self::Limited(refused) => {
                let error = ScimError {
                    status: 429,
                    scim_type: None,
                    detail: refused.detail(),
                };
                limited = Some(refused);
                (error, None)
            }
            Self::Method(methods) => {
                let allowed = methods
                    .iter()
                    .map(Method::as_str)
                    .collect::<Vec<_>>()
                    .join(", ");
                (
                    ScimError::method_not_allowed(format!("this address takes {allowed}")),
                    Some(allowed),
                )
            }
        };
        let status =
            StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = respond::json(status, CONTENT_TYPE, &Json::Object(error.to_json()));
        if let Some(allowed) = allowed.and_then(|allowed| HeaderValue::try_from(allowed).ok()) {
            response.headers_mut().insert(ALLOW, allowed);
        }
        if status == StatusCode::UNAUTHORIZED && refused.is_none() && scheme.is_some() {
            refused = Some(OAuthError::invalid_token(&error.detail).into());
        }
        if status == StatusCode::UNAUTHORIZED || refused.is_some() {
            challenge(response.headers_mut(), "scim", refused.as_ref(), scheme);
        }
        if let Some(limited) = limited {
            limited.tell(response.headers_mut());
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
