//! The condition that a client puts on a change (RFC 7644 §3.14).

use rollcall_core::{ScimError, etag};

/// Which versions of a resource the client is willing to change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum IfMatch {
    /// Any: the client sent no `If-Match`, or `*`.
    Any,
    /// One of these; a tag that this service never issued matches nothing, so the list may be empty.
    OneOf(Vec<u64>),
}

impl IfMatch {
    /// Reads lists of entity tags. Tags that this service never issued match nothing.
    pub fn parse<'t>(lists: impl IntoIterator<Item = &'t str>) -> Self {
        let tags: Vec<&str> = lists
            .into_iter()
            .flat_map(|list| list.split(','))
            .map(str::trim)
            .collect();
        if tags.contains(&"*") {
            return Self::Any;
        }
        Self::OneOf(tags.into_iter().filter_map(version).collect())
    }

    /// Whether a version is among them.
    #[must_use]
    pub fn includes(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }

    /// # Errors
    /// 412 when the resource is at another version.
    pub(super) fn check(&self, version: u64) -> Result<(), ScimError> {
        if self.includes(version) {
            return Ok(());
        }
        Err(ScimError::precondition_failed(format!(
            "the resource is at version `{}` by now: read it again, and send its current ETag in If-Match",
            etag(version)
        )))
    }
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
    use super::*;

    #[track_caller]
    fn check(lists: &[&str], expected: IfMatch) {
        assert_eq!(IfMatch::parse(lists.iter().copied()), expected, "{lists:?}");
    }

    #[test]
    fn lists_weak_strong_and_star() {
        check(&["*"], IfMatch::Any);
        check(&["W/\"3\""], IfMatch::OneOf(vec![3]));
        check(&["\"3\", W/\"4\"", "\"5\""], IfMatch::OneOf(vec![3, 4, 5]));
        check(&["3"], IfMatch::OneOf(vec![]));
        check(&["W/\"abc\""], IfMatch::OneOf(vec![]));
        check(&["\"+3\""], IfMatch::OneOf(vec![]));
    }
}
