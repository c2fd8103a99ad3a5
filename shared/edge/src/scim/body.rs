//! JSON bodies of SCIM requests.

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body;
use rollcall_core::{JsonObject, ScimError, excerpt, parse_object};

use crate::body::{self, BodyError, MAX_BODY, media_type};

/// Reads a request's body.
///
/// # Errors
/// 413; 400 `invalidSyntax` when it ends early.
pub(super) async fn read<B: Body<Data = Bytes>>(body: B) -> Result<Bytes, ScimError> {
    let read = body::read_up_to(body, MAX_BODY).await;
    read.map_err(|error| match error {
        BodyError::TooLarge => ScimError::payload_too_large(format!(
            "the body is larger than {MAX_BODY} bytes (maxPayloadSize): send less at a time"
        )),
        BodyError::Broken => ScimError::invalid_syntax("the body ended early: send it again"),
    })
}

/// The JSON object in a request's body.
///
/// # Errors
/// 415, and 400 `invalidSyntax`.
pub(super) fn object(headers: &HeaderMap, body: &Bytes) -> Result<JsonObject, ScimError> {
    check_content_type(headers)?;
    parse_object(body)
}

/// RFC 7644 §3.1: "application/scim+json"; clients such as Okta send "application/json".
fn check_content_type(headers: &HeaderMap) -> Result<(), ScimError> {
    let Some(sent) = media_type(headers) else {
        return Ok(());
    };
    let known = ["application/scim+json", "application/json"];
    if known.iter().any(|known| sent.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(ScimError::unsupported_media_type(format!(
        "the body is `{}`: send application/scim+json",
        excerpt(sent)
    )))
}
