//! Entity tags (RFC 7644 §3.14, RFC 9110 §13.1).

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use rollcall_service::resources::IfMatch;

/// The client's `If-Match`; without one, any version will do.
pub(super) fn if_match(headers: &HeaderMap) -> IfMatch {
    condition(headers, IF_MATCH).unwrap_or(IfMatch::Any)
}

/// Whether the client's `If-None-Match` says that it has this version already.
pub(super) fn is_known(headers: &HeaderMap, version: u64) -> bool {
    condition(headers, IF_NONE_MATCH).is_some_and(|known| known.includes(version))
}

fn condition(headers: &HeaderMap, name: HeaderName) -> Option<IfMatch> {
    headers.contains_key(&name).then(|| {
        let lists = headers.get_all(name).iter();
        IfMatch::parse(lists.filter_map(|list| list.to_str().ok()))
    })
}
