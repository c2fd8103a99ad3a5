//! Base64url without padding, which is all that JOSE and our own tokens use.
//!
//! [RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515#section-2)

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Bits beyond the last byte must be zero, so that bytes have one text only.
pub(crate) fn decode(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Exactly `N` bytes.
pub(crate) fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_text_only() {
        assert_eq!(encode([0xff, 0xef]), "_-8");
        assert_eq!(decode("_-8"), Some(vec![0xff, 0xef]));
        for text in ["_-9", "_-8=", "/+8", "_-8 ", "_"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode_array::<2>("_-8"), Some([0xff, 0xef]));
        assert_eq!(decode_array::<3>("_-8"), None);
    }
}
