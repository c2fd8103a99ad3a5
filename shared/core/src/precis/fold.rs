//! The form in which texts are compared.

use std::borrow::Cow;

use super::{NFC, width};

/// Brings a text to the form in which case-insensitive values are compared, sorted and indexed: what the enforcement
/// of the profile `UsernameCaseMapped` makes of it
/// ([RFC 8265 §3.3.3](https://www.rfc-editor.org/rfc/rfc8265#section-3.3.3)), without refusing any text.
///
/// 1. Fullwidth and halfwidth characters become the ordinary ones: `ａ` is `a`.
/// 2. Each character is lower-cased by itself, and `ς` becomes `σ`, so that a word is the same in upper case, in lower
///    case and in the middle of another. The profile lower-cases by context, and keeps `ς` apart from `σ`.
/// 3. Normalization Form C: `é` is one character, however it was written.
///
/// What is folded stays as it is when it is folded again. The parts of a text do not fold to the parts of the whole: a
/// text that begins with an accent joins it to the letter before. `sw`, `co` and `ew` therefore compare the folded text
/// with the folded operand, character by character, wherever they are evaluated.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        match width::ordinary(character) {
            'ς' => folded.push('σ'),
            other => folded.extend(other.to_lowercase()),
        }
    }
    match NFC.normalize(&folded) {
        Cow::Borrowed(_) => folded,
        Cow::Owned(normalized) => normalized,
    }
}

#[cfg(test)]
mod tests {
    use icu_normalizer::DecomposingNormalizerBorrowed;
    use proptest::prelude::*;

    use super::*;
    use crate::testing;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text), expected);
        assert_eq!(fold(expected), expected);
    }

    #[test]
    fn case_width_and_composition_do_not_matter() {
        check("BJensen", "bjensen");
        check("ÉTÉ", "été");
        check("E\u{301}te\u{301}", "été");
        check(
            "ＢＪｅｎｓｅｎ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "bjensen@example.com",
        );
        check("ｶﾞｷﾞ", "ガギ");
        check("\u{212A}\u{212B}", "kå");
        check("İ", "i\u{307}");
        check("ẞ", "ß");
        check("\u{1112}\u{1161}\u{11AB}", "한");
        // Two accents in either order.
        check("a\u{307}\u{323}", "ạ\u{307}");
    }

    #[test]
    fn a_sigma_is_a_sigma() {
        check("ΟΔΟΣ", "οδοσ");
        check("οδος", "οδοσ");
    }

    #[test]
    fn what_differs_stays_different() {
        for (a, b) in [("e", "é"), ("ss", "ß"), ("fi", "ﬁ"), ("2", "²"), ("i", "ı")] {
            assert_ne!(fold(a), fold(b));
        }
    }

    fn nfd(text: &str) -> Cow<'_, str> {
        DecomposingNormalizerBorrowed::new_nfd().normalize(text)
    }

    #[test]
    fn folding_is_done_once_for_every_character_composed_or_not() {
        for character in '\0'..=char::MAX {
            let text = character.to_string();
            let folded = fold(&text);
            assert_eq!(fold(&folded), folded, "{text:?}");
            assert_eq!(fold(&nfd(&text)), folded, "{text:?}");
            assert_eq!(
                fold(&format!("é{text}e\u{301}")),
                fold(&format!("É{}É", nfd(&text))),
                "{text:?}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

        #[test]
        fn folding_is_done_once_for_any_text(text in testing::any_text()) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded.as_str());
            prop_assert_eq!(fold(&nfd(&text)), folded.as_str());
            prop_assert_eq!(fold(&NFC.normalize(&text)), folded.as_str());
            prop_assert_eq!(fold(&text.to_lowercase()), folded);
        }
    }
}
