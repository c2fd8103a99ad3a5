//! The formats that a string can be required to have.

/// Whether a text is base64, in either alphabet, with or without padding.
///
/// > Unless otherwise specified in the attribute definition, trailing padding characters MAY be
/// > omitted ("="). (RFC 7643 §2.3.6)
pub(super) fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let standard = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let url_safe = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let alphabet = digits.bytes().all(standard) || digits.bytes().all(url_safe);
    let length = digits.len() % 4;
    alphabet && length != 1 && (padding == 0 || (length != 0 && padding == 4 - length))
}

/// Whether a text can be an absolute or relative URI: no white space, controls or delimiters that
/// RFC 3986 leaves out. Characters beyond ASCII are let through, as an IRI has them.
pub(super) fn is_uri_reference(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_base64_with_and_without_padding() {
        for text in [
            "", "TQ==", "TQ", "TWE=", "TWE", "TWFu", "+/+/", "-_-_", "TWFuTQ",
        ] {
            assert!(is_base64(text), "{text}");
        }
    }

    #[test]
    fn err_base64() {
        for text in [
            "T", "TQ=", "TWE==", "TWFu=", "TWFu====", "T Q=", "+_+_", "é===", "=", "TQ==TQ==",
        ] {
            assert!(!is_base64(text), "{text}");
        }
    }

    #[test]
    fn a_reference_is_a_uri_absolute_or_relative() {
        for text in [
            "https://a.example/é?x=1#y",
            "../Users/1",
            "urn:a:b",
            "",
            "tel:+1-201",
        ] {
            assert!(is_uri_reference(text), "{text}");
        }
        for text in ["a b", "<a>", "a\nb", "{x}", "a\\b"] {
            assert!(!is_uri_reference(text), "{text}");
        }
    }
}
