//! What others publish, over Spin's outbound HTTP: `allowed_outbound_hosts` names who they may be.

use std::time::Duration;

use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use rollcall_service::{Answer, Fetch, FetchError, Fetched};
use spin_sdk::http::{EmptyBody, send};
use spin_sdk::time::sleep;

/// The host's client. It follows no redirects.
pub(crate) struct HostFetch;

impl Fetch for HostFetch {
    fn get<'a>(
        &'a self,
        address: &'a str,
        max_bytes: usize,
    ) -> Answer<'a, Result<Fetched, FetchError>> {
        Box::pin(get(address, max_bytes))
    }

    fn pause(&self, millis: u64) -> Answer<'_, ()> {
        Box::pin(sleep(Duration::from_millis(millis)))
    }
}

async fn get(address: &str, max_bytes: usize) -> Result<Fetched, FetchError> {
    let request = Request::get(address)
        .header(ACCEPT, "application/jwk-set+json, application/json")
        .body(EmptyBody::new())
        .map_err(unreachable)?;
    let response = send(request).await.map_err(unreachable)?;
    let status = response.status().as_u16();
    let content_type = header(response.headers(), &CONTENT_TYPE);
    let cache_control = header(response.headers(), &CACHE_CONTROL);
    let body = Limited::new(response.into_body(), max_bytes);
    let body = body.collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            FetchError::TooLarge
        } else {
            unreachable(error)
        }
    })?;
    Ok(Fetched {
        status,
        content_type,
        cache_control,
        body: body.to_bytes().into(),
    })
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn unreachable(cause: impl ToString) -> FetchError {
    FetchError::Unreachable(cause.to_string())
}
