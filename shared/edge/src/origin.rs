//! The address that clients reach the service at.

use http::Request;
use rollcall_service::Config;

/// The configured address, or scheme and authority as the host saw them; without a slash at the end. Spin appends its
/// headers to what the client sent under the same names, so only the last value is Spin's.
pub(crate) fn base<B>(request: &Request<B>, config: &Config) -> String {
    config.base_url.clone().unwrap_or_else(|| seen(request))
}

fn seen<B>(request: &Request<B>) -> String {
    let full_url = request
        .headers()
        .get_all("spin-full-url")
        .iter()
        .next_back();
    let url = full_url
        .and_then(|value| value.to_str().ok())
        .and_then(|url| url.parse::<http::Uri>().ok());
    let parts = url
        .as_ref()
        .and_then(|url| Some((url.scheme_str()?, url.authority()?)));
    parts
        .map(|(scheme, authority)| format!("{scheme}://{authority}"))
        .unwrap_or_default()
}
