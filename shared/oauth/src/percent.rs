//! Percent-decoding, and no guesses at what is malformed.
//!
//! [RFC 3986 §2.1](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)

/// Decodes `%XX`, and `+` to a space as in `application/x-www-form-urlencoded`; `None` when an escape is incomplete or the
/// result is no UTF-8.
pub(crate) fn decode_form(text: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (digits, tail) = rest.split_at_checked(2)?;
                rest = tail;
                (hex(digits[0])? << 4) | hex(digits[1])?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

pub(crate) fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_whole_and_the_text_is_utf8() {
        assert_eq!(decode_form(b"a%2Bb+c%c3%a4").as_deref(), Some("a+b cä"));
        for text in [&b"%"[..], b"%2", b"%zz", b"%ff", b"a%2"] {
            assert_eq!(decode_form(text), None, "{text:?}");
        }
    }
}
