//! What a user name may have.

use super::class::{Reason, StringClass, refused};
use super::{NFC, bidi, fold, width};
use crate::{Mode, ScimError};

/// Checks a `userName`. It is stored as it was sent, and compared in the form that [`fold()`] gives it.
///
/// - In [`Mode::Strict`] it conforms to `UsernameCaseMapped`
///   ([RFC 8265 §3.3](https://www.rfc-editor.org/rfc/rfc8265#section-3.3)): once fullwidth and halfwidth characters have
///   become ordinary ones, it is in the `IdentifierClass`, and in its folded form it satisfies the Bidi Rule.
/// - In [`Mode::Compat`] it is in the `FreeformClass` once it is in Normalization Form C, without the contextual rules
///   of visible characters: directories have user names like `Barbara Jensen` and `a·b`. What is left out are the
///   characters that no user name can have: controls, invisible and unassigned ones, those for private use.
///
/// # Errors
///
/// `invalidValue`.
pub(crate) fn check_user_name(name: &str, mode: Mode) -> Result<(), ScimError> {
    let refused = match mode {
        Mode::Strict => refused(
            &name.chars().map(width::ordinary).collect::<String>(),
            StringClass::Identifier,
        ),
        Mode::Compat => refused(&NFC.normalize(name), StringClass::Printable),
    };
    if let Some((character, reason)) = refused {
        let what = match reason {
            Reason::Never => "which no user name can have; remove it",
            Reason::NotInIdentifiers => "which is no letter, no digit and not in ASCII; replace it",
            Reason::OutOfContext => {
                "which does not belong between the characters around it; remove it"
            }
        };
        return Err(ScimError::invalid_value(format!(
            "`userName` has the character U+{:04X}, {what}",
            u32::from(character)
        )));
    }
    if mode == Mode::Strict && !bidi::is_unambiguous(&fold(name)) {
        return Err(ScimError::invalid_value(
            "`userName` mixes writing directions so that it can be read as another one; \
             use letters of one direction, with a letter first and a letter or digit last",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ScimType;

    #[track_caller]
    fn ok(name: &str) {
        assert_eq!(check_user_name(name, Mode::Strict), Ok(()));
        assert_eq!(check_user_name(name, Mode::Compat), Ok(()));
    }

    #[track_caller]
    fn err(name: &str, mode: Mode, expected: &str) {
        let error = check_user_name(name, mode).unwrap_err();
        assert_eq!(
            (error.status, error.scim_type),
            (400, Some(ScimType::InvalidValue))
        );
        assert!(error.detail.contains(expected), "{error}");
    }

    #[track_caller]
    fn ok_compat(name: &str, expected: &str) {
        assert_eq!(check_user_name(name, Mode::Compat), Ok(()));
        err(name, Mode::Strict, expected);
    }

    #[test]
    fn ok_letters_and_digits_of_any_script_and_what_ascii_prints() {
        for name in [
            "bjensen@example.com",
            "CONTOSO\\kim",
            "o'neil+x#EXT#@a.example",
            "Zoë.Ångström@example.com",
            "Zoe\u{308}",
            "山田",
            "ｙａｍａｄａ",
            "ﾔﾏﾀﾞ",
            "Σωκράτης",
            "ß",
            "אבג",
            "می\u{200C}خواهم",
            "col·leccio",
        ] {
            ok(name);
        }
    }

    #[test]
    fn ok_in_compat_whatever_is_printable() {
        ok_compat(
            "Barbara Jensen",
            "U+0020, which is no letter, no digit and not in ASCII",
        );
        ok_compat("　", "U+0020");
        ok_compat("kim😀", "U+1F600");
        ok_compat("ﬁona", "U+FB01");
        ok_compat("a·b", "U+00B7, which does not belong");
        ok_compat("אבג@example.com", "mixes writing directions");
        ok_compat("\u{1112}\u{1161}\u{11AB}", "U+1112");
    }

    #[test]
    fn err_what_no_user_name_can_have() {
        for (name, character) in [
            ("a\tb", "U+0009"),
            ("a\n", "U+000A"),
            ("\u{FEFF}bjensen", "U+FEFF"),
            ("bjen\u{200B}sen", "U+200B"),
            ("bjen\u{AD}sen", "U+00AD"),
            ("bjen\u{202E}sen", "U+202E"),
            ("a\u{E000}", "U+E000"),
            ("a\u{378}", "U+0378"),
            ("a\u{10FFFF}", "U+10FFFF"),
        ] {
            for mode in [Mode::Strict, Mode::Compat] {
                err(
                    name,
                    mode,
                    &format!(
                        "`userName` has the character {character}, which no user name can have; remove it"
                    ),
                );
            }
        }
        err(
            "bjen\u{200D}sen",
            Mode::Compat,
            "U+200D, which does not belong between the characters around it",
        );
    }
}
