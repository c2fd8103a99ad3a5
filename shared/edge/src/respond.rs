//! Responses.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value as Json;

/// A response whose body is in memory.
pub type FullResponse = Response<Full<Bytes>>;

/// A response with a JSON body, which no cache may keep.
pub(crate) fn json(status: StatusCode, content_type: &'static str, body: &Json) -> FullResponse {
    text(status, content_type, body.to_string())
}

/// The same with JSON that has been written already.
pub(crate) fn text(status: StatusCode, content_type: &'static str, body: String) -> FullResponse {
    let mut response = bytes(status, body.into());
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A response without a body.
pub(crate) fn empty(status: StatusCode) -> FullResponse {
    bytes(status, Bytes::new())
}

fn bytes(status: StatusCode, body: Bytes) -> FullResponse {
    let length = body.len();
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Hosts don't add it. A 204 and a 304 have none (RFC 9110 §8.6).
    if status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    response
}
