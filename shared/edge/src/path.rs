//! Paths of addresses.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The segments of a path, decoded, without the empty ones; what isn't UTF-8 stays as it is.
pub(crate) fn segments(path: &str) -> Vec<Cow<'_, str>> {
    let raw = path.split('/').filter(|segment| !segment.is_empty());
    raw.map(|segment| {
        percent_decode_str(segment)
            .decode_utf8()
            .unwrap_or(Cow::Borrowed(segment))
    })
    .collect()
}

/// Borrows segments, for matching.
pub(crate) fn borrowed<'s>(segments: &'s [Cow<'_, str>]) -> Vec<&'s str> {
    segments.iter().map(Cow::as_ref).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_decoded_after_the_split() {
        assert_eq!(segments("/a//urn%3Ax%3Ay/"), ["a", "urn:x:y"]);
        assert_eq!(segments("/a%2Fb/%ff"), ["a/b", "%ff"]);
    }
}
