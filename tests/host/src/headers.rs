//! The `spin-*` headers that tell a component how it was reached.
//!
//! They are appended after what the client sent: a component that takes the first value of a name
//! takes the client's word for it.

use std::net::SocketAddr;

use http::{
    HeaderMap, HeaderName, HeaderValue, Uri,
    header::{HOST, InvalidHeaderName, InvalidHeaderValue},
};

use crate::route::Match;

/// A path parameter or a path that does not fit into a header.
#[derive(Debug)]
pub(crate) struct Unfit;

impl From<InvalidHeaderName> for Unfit {
    fn from(_: InvalidHeaderName) -> Self {
        Self
    }
}

impl From<InvalidHeaderValue> for Unfit {
    fn from(_: InvalidHeaderValue) -> Self {
        Self
    }
}

/// Appends Spin's headers.
pub(crate) fn append(
    headers: &mut HeaderMap,
    uri: &Uri,
    found: &Match<'_>,
    client: SocketAddr,
) -> Result<(), Unfit> {
    let scheme = uri.scheme_str().unwrap_or("http");
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let full_url = format!("{scheme}://{host}{path}");
    let component_route = found.raw.strip_suffix("/...").unwrap_or(found.raw);
    let matched = matched_route(found.raw);
    let client = client.to_string();
    for (name, value) in [
        ("spin-path-info", found.trailing.as_str()),
        ("spin-full-url", &full_url),
        ("spin-matched-route", &matched),
        ("spin-base-path", "/"),
        ("spin-raw-component-route", found.raw),
        ("spin-component-route", component_route),
        ("spin-client-addr", &client),
    ] {
        headers.append(name, HeaderValue::from_str(value)?);
    }
    for (name, value) in &found.params {
        let name = format!(
            "spin-path-match-{}",
            name.to_ascii_lowercase().replace('_', "-")
        );
        headers.append(HeaderName::try_from(name)?, HeaderValue::from_str(value)?);
    }
    Ok(())
}

/// The route below the base path, which is always `/`.
fn matched_route(raw: &str) -> String {
    format!("/{}", raw.trim_start_matches('/'))
        .trim_end_matches('/')
        .to_owned()
}
