//! Entity tags (RFC 7644 §3.14, RFC 9110 §13.1).

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use rollcall_core::Resource;
use rollcall_service::resources::IfMatch;

/// The client's `If-Match`.
pub(super) fn if_match(headers: &HeaderMap) -> IfMatch {
    if !headers.contains_key(IF_MATCH) {
        return IfMatch::Any;
    }
    versions(headers, IF_MATCH).map_or(IfMatch::Any, IfMatch::OneOf)
}

/// Whether the client's `If-None-Match` says that it has this version already.
pub(super) fn is_known(headers: &HeaderMap, resource: &Resource) -> bool {
    headers.contains_key(IF_NONE_MATCH)
        && versions(headers, IF_NONE_MATCH)
            .is_none_or(|versions| versions.contains(&resource.version))
}

/// The versions in a list of entity tags, or `None` for `*`. Tags that this service never issued are left out.
fn versions(headers: &HeaderMap, name: HeaderName) -> Option<Vec<u64>> {
    let values = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let tags: Vec<&str> = values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    if tags.contains(&"*") {
        return None;
    }
    Some(tags.into_iter().filter_map(version).collect())
}

/// `W/"3"` or `"3"`: SCIM's versions are weak, and clients send them either way.
fn version(tag: &str) -> Option<u64> {
    let digits = tag
        .strip_prefix("W/")
        .unwrap_or(tag)
        .strip_prefix('"')?
        .strip_suffix('"')?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(values: &[&str], expected: IfMatch) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_MATCH, HeaderValue::from_str(value).unwrap());
        }
        assert_eq!(if_match(&headers), expected, "{values:?}");
    }

    #[test]
    fn lists_weak_strong_and_star() {
        check(&[], IfMatch::Any);
        check(&["*"], IfMatch::Any);
        check(&["W/\"3\""], IfMatch::OneOf(vec![3]));
        check(&["\"3\", W/\"4\"", "\"5\""], IfMatch::OneOf(vec![3, 4, 5]));
        check(&["3"], IfMatch::OneOf(vec![]));
        check(&["W/\"abc\""], IfMatch::OneOf(vec![]));
        check(&["\"+3\""], IfMatch::OneOf(vec![]));
    }
}
