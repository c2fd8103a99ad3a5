//! Passwords.

use super::NFC;
use super::class::{StringClass, is_space, refused};
use crate::ScimError;

/// Brings a password to the form in which it is hashed and compared: what the enforcement of the profile `OpaqueString`
/// makes of it ([RFC 8265 §4.2](https://www.rfc-editor.org/rfc/rfc8265#section-4.2)).
///
/// 1. It must be in the `FreeformClass`: any letters, digits, spaces, symbols and punctuation; no controls, no
///    invisible or unassigned characters, none for private use, and a few only where their script uses them.
/// 2. Every space becomes U+0020.
/// 3. Normalization Form C: an accent is the same however it was typed.
/// 4. It must not be empty.
///
/// Case and width matter. What is brought to this form stays as it is when that is done again: what would be refused
/// then, because an accent changed places, is refused at once.
///
/// # Errors
///
/// `invalidValue`, which says nothing about the password's content.
pub fn opaque_string(password: &str) -> Result<String, ScimError> {
    if password.is_empty() {
        return Err(ScimError::invalid_value(
            "the password is empty; give it at least one character",
        ));
    }
    let spaced: String = password
        .chars()
        .map(|c| if is_space(c) { ' ' } else { c })
        .collect();
    let normalized = NFC.normalize(&spaced);
    if [password, &normalized]
        .iter()
        .any(|text| refused(text, StringClass::Freeform).is_some())
    {
        return Err(ScimError::invalid_value(
            "the password has a control, an invisible or another character that cannot be typed alike everywhere; \
             use letters, digits, spaces, symbols and punctuation",
        ));
    }
    Ok(normalized.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ScimType, testing};

    #[track_caller]
    fn check(password: &str, expected: &str) {
        assert_eq!(opaque_string(password).as_deref(), Ok(expected));
    }

    #[test]
    fn ok_spaces_and_accents_are_the_same_however_they_are_typed() {
        check(
            "correct horse battery staple",
            "correct horse battery staple",
        );
        check(
            "correct\u{A0}horse\u{3000}battery\u{1680}staple",
            "correct horse battery staple",
        );
        check("Jack of \u{25C6}s", "Jack of \u{25C6}s");
        check("e\u{301}", "é");
        check(" ", " ");
    }

    #[test]
    fn ok_case_and_width_matter() {
        check("πßå", "πßå");
        check("ΠSSÅ", "ΠSSÅ");
        check("ｐ", "ｐ");
        check("ﬁ🫠", "ﬁ🫠");
    }

    #[test]
    fn err_what_cannot_be_typed_again() {
        for password in [
            "",
            "a\u{7}",
            "my cat is a \tby",
            "\u{200B}",
            "a\u{E000}",
            "a\u{378}",
            "a·b",
            "\u{301}\u{94D}\u{200C}",
        ] {
            let error = opaque_string(password).unwrap_err();
            assert_eq!(
                (error.status, error.scim_type),
                (400, Some(ScimType::InvalidValue))
            );
            assert!(!error.detail.contains("U+"), "{error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

        #[test]
        fn what_has_the_form_keeps_it(text in testing::any_text()) {
            if let Ok(once) = opaque_string(&text) {
                prop_assert_eq!(opaque_string(&once), Ok(once));
            }
        }
    }
}
