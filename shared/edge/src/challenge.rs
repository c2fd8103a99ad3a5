//! What the resources that are ours say about tokens.

use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderName, HeaderValue};
use rollcall_oauth::{Challenge, ErrorCode, Scheme};
use rollcall_service::auth::Refused;

/// Says what token would do (RFC 6750 §3, RFC 9449 §7.1). Nothing of it is said of a 403 that is not about the token.
pub(crate) fn challenge(
    headers: &mut HeaderMap,
    realm: &'static str,
    refused: Option<&Refused>,
    scheme: Option<Scheme>,
) {
    let error = refused.map(|refused| &refused.error);
    let is_scope = error.is_some_and(|error| error.code == ErrorCode::InsufficientScope);
    let is_unauthorized = error.is_none_or(|error| error.status == 401);
    if !is_scope && !is_unauthorized {
        return;
    }
    let challenge = Challenge {
        scheme: scheme.unwrap_or(Scheme::Bearer),
        realm,
        error,
    };
    if let Ok(value) = HeaderValue::try_from(challenge.to_string()) {
        headers.insert(WWW_AUTHENTICATE, value);
    }
    if let Some(nonce) = refused.and_then(|refused| refused.nonce.as_ref()) {
        supply_nonce(headers, nonce);
    }
}

/// > The server can also […] supply a new nonce value […] with the DPoP-Nonce header field
pub(crate) fn supply_nonce(headers: &mut HeaderMap, nonce: &str) {
    if let Ok(nonce) = HeaderValue::from_str(nonce) {
        headers.insert(HeaderName::from_static("dpop-nonce"), nonce);
    }
}
