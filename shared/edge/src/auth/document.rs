//! Documents that anyone may read, from any page, and keep for a while: metadata and keys.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, ETAG, HeaderName, IF_NONE_MATCH,
};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use rollcall_oauth::OAuthError;
use rollcall_oauth::token::hash;
use serde_json::Value as Json;

use super::refusal::Refusal;
use crate::respond::{self, FullResponse};

const METHODS: &str = "GET, HEAD, OPTIONS";

/// A document, its media type, and for how many seconds it may be kept.
pub(super) struct Document {
    pub json: Json,
    pub media_type: &'static str,
    pub max_age_secs: i64,
}

/// Answers a request for a document.
pub(super) async fn answer(
    head: &Request<()>,
    document: impl AsyncFnOnce() -> Result<Document, OAuthError>,
) -> FullResponse {
    let mut response = match *head.method() {
        Method::GET | Method::HEAD => match document().await {
            Ok(document) => shown(head, &document),
            Err(error) => Refusal::from(error).into_response(""),
        },
        Method::OPTIONS => preflight(),
        _ => Refusal::method(METHODS).into_response(""),
    };
    let headers = response.headers_mut();
    insert(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    response
}

fn shown(head: &Request<()>, document: &Document) -> FullResponse {
    let body = document.json.to_string();
    // Of the whole text, so that equal tags are equal bytes.
    let tag: String = hash(&body)[..16]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let tag = format!("\"{tag}\"");
    let mut response = if is_known(head.headers(), &tag) {
        respond::empty(StatusCode::NOT_MODIFIED)
    } else if head.method() == Method::HEAD {
        // The length is that of the answer to GET (RFC 9110 §9.3.2).
        let length = body.len();
        let mut response = respond::text(StatusCode::OK, document.media_type, String::new());
        let headers = response.headers_mut();
        headers.insert(http::header::CONTENT_LENGTH, length.into());
        response
    } else {
        respond::text(StatusCode::OK, document.media_type, body)
    };
    let headers = response.headers_mut();
    let cache = if document.max_age_secs > 0 {
        format!("public, max-age={}", document.max_age_secs)
    } else {
        "no-cache".to_owned()
    };
    insert(headers, CACHE_CONTROL, &cache);
    insert(headers, ETAG, &tag);
    response
}

/// > If-None-Match […] the condition is false if one of the listed tags matches
///
/// (RFC 9110 §13.1.2), compared weakly.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter();
    let mut tags = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    tags.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// > A CORS-preflight request is a CORS request that checks to see if the CORS protocol is understood.
fn preflight() -> FullResponse {
    let mut response = respond::empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    insert(headers, ALLOW, METHODS);
    insert(headers, ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD");
    insert(headers, ACCESS_CONTROL_ALLOW_HEADERS, "*");
    insert(headers, ACCESS_CONTROL_MAX_AGE, "86400");
    response
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
