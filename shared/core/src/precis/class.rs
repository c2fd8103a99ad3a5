//! Which characters a text may have: the string classes
//! ([RFC 8264 §4](https://www.rfc-editor.org/rfc/rfc8264#section-4)).

use icu_properties::props::{
    DefaultIgnorableCodePoint, GeneralCategory as Category, GeneralCategoryGroup as Group,
};
use icu_properties::{CodePointMapData, CodePointSetData};

use super::context::Context;
use super::{NFC, tables};

/// A set of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StringClass {
    /// Letters, digits and what is printable in ASCII (§4.2).
    Identifier,
    /// Spaces, symbols and punctuation, too (§4.3).
    Freeform,
    /// [`StringClass::Freeform`] without the contextual rules of visible characters: `a·b` is one.
    Printable,
}

/// Why a character is not in a text's class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It is a control, invisible, unassigned, for private use or obsolete.
    Never,
    /// It is a space, a symbol, punctuation or a variant of another character.
    NotInIdentifiers,
    /// It is only allowed next to certain others.
    OutOfContext,
}

/// Finds the first character that keeps a text out of a class.
pub(super) fn refused(text: &str, class: StringClass) -> Option<(char, Reason)> {
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let context = Context::of(text);
    context.characters().find_map(|(position, character)| {
        let reason = match property(character) {
            Property::Valid => return None,
            Property::FreeformOnly if class == StringClass::Identifier => Reason::NotInIdentifiers,
            Property::FreeformOnly => return None,
            Property::ContextO if class == StringClass::Printable => return None,
            Property::ContextJ | Property::ContextO if context.allows(position) => return None,
            Property::ContextJ | Property::ContextO => Reason::OutOfContext,
            Property::Disallowed => Reason::Never,
        };
        Some((character, reason))
    })
}

/// The derived property of a character (RFC 8264 §8), with what is unassigned among what is disallowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Property {
    Valid,
    FreeformOnly,
    ContextJ,
    ContextO,
    Disallowed,
}

/// The rules of RFC 8264 §8, in their order; the letters are those of §9.
fn property(character: char) -> Property {
    match character {
        // F: exceptions.
        'ß' | 'ς' | '\u{6FD}' | '\u{6FE}' | '\u{F0B}' | '\u{3007}' => return Property::Valid,
        '\u{B7}'
        | '\u{375}'
        | '\u{5F3}'
        | '\u{5F4}'
        | '\u{660}'..='\u{669}'
        | '\u{6F0}'..='\u{6F9}'
        | '\u{30FB}' => {
            return Property::ContextO;
        }
        '\u{640}' | '\u{7FA}' | '\u{302E}' | '\u{302F}' | '\u{3031}'..='\u{3035}' | '\u{303B}' => {
            return Property::Disallowed;
        }
        // K: what is printable in ASCII.
        '!'..='~' => return Property::Valid,
        // H: what joins.
        '\u{200C}' | '\u{200D}' => return Property::ContextJ,
        // I: the parts of Hangul syllables.
        '\u{1100}'..='\u{11FF}'
        | '\u{A960}'..='\u{A97C}'
        | '\u{D7B0}'..='\u{D7C6}'
        | '\u{D7CB}'..='\u{D7FB}' => {
            return Property::Disallowed;
        }
        _ => {}
    }
    let category = CodePointMapData::<Category>::new().get(character);
    // J: unassigned. M: ignorable. L: controls.
    if matches!(category, Category::Unassigned | Category::Control)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
    {
        return Property::Disallowed;
    }
    match category {
        // A: letters and digits, but Q: not variants of other characters.
        letter if LETTER_DIGITS.contains(letter) && !has_compatible(character) => Property::Valid,
        other if LETTER_DIGITS.union(FREEFORM).contains(other) => Property::FreeformOnly,
        _ => Property::Disallowed,
    }
}

/// A: letters and digits.
pub(super) const LETTER_DIGITS: Group = Group::UppercaseLetter
    .union(Group::LowercaseLetter)
    .union(Group::OtherLetter)
    .union(Group::DecimalNumber)
    .union(Group::ModifierLetter)
    .union(Group::NonspacingMark)
    .union(Group::SpacingMark);

/// R: other letters and digits. N: spaces. O: symbols. P: punctuation.
const FREEFORM: Group = Group::TitlecaseLetter
    .union(Group::LetterNumber)
    .union(Group::OtherNumber)
    .union(Group::EnclosingMark)
    .union(Group::SpaceSeparator)
    .union(Group::Symbol)
    .union(Group::Punctuation);

/// Whether a character is a space, in ASCII or not.
pub(super) fn is_space(character: char) -> bool {
    CodePointMapData::<Category>::new().get(character) == Category::SpaceSeparator
}

/// > Q: toNFKC(cp) != cp
fn has_compatible(letter: char) -> bool {
    let mut buffer = [0; 4];
    let text = letter.encode_utf8(&mut buffer);
    !NFC.is_normalized(text) || tables::has_compatible(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Property) {
        for character in text.chars() {
            assert_eq!(
                property(character),
                expected,
                "U+{:04X}",
                u32::from(character)
            );
        }
    }

    #[test]
    fn letters_and_digits_of_any_script_are_valid() {
        check("azAZ09é日本ñß中ςगӁ", Property::Valid);
        check("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", Property::Valid);
        check("\u{301}\u{3099}〇\u{1E921}", Property::Valid);
    }

    #[test]
    fn spaces_symbols_punctuation_and_variants_are_for_free_texts() {
        check(" \u{A0}\u{3000}€→😀🫠—«»“”、Ⅻ½²", Property::FreeformOnly);
        check("ﬁªⅷℌﷺ", Property::FreeformOnly);
        check("\u{212B}\u{958}\u{F900}ǅ", Property::FreeformOnly);
    }

    #[test]
    fn what_needs_a_context() {
        check("\u{200C}\u{200D}", Property::ContextJ);
        check("·͵׳״・٣۳", Property::ContextO);
    }

    #[test]
    fn what_cannot_be_told_apart_is_for_no_text() {
        check("\0\t\n\u{7F}\u{85}", Property::Disallowed);
        check(
            "\u{AD}\u{200B}\u{200E}\u{202E}\u{2060}\u{FE0F}\u{FEFF}\u{E0041}",
            Property::Disallowed,
        );
        check(
            "\u{2028}\u{2029}\u{E000}\u{F8FF}\u{10FFFD}",
            Property::Disallowed,
        );
        check(
            "\u{378}\u{FFFE}\u{FDD0}\u{E0000}\u{1100}\u{11A8}ـ\u{3164}",
            Property::Disallowed,
        );
    }

    #[test]
    fn the_first_character_that_does_not_fit_is_found() {
        let space = Some((' ', Reason::NotInIdentifiers));
        assert_eq!(refused("Barbara Jensen\t", StringClass::Identifier), space);
        let tab = Some(('\t', Reason::Never));
        assert_eq!(refused("Barbara Jensen\t", StringClass::Freeform), tab);
        let dot = Some(('·', Reason::OutOfContext));
        assert_eq!(refused("a·b", StringClass::Freeform), dot);
        assert_eq!(refused("a·b", StringClass::Identifier), dot);
        assert_eq!(refused("a·b", StringClass::Printable), None);
        let joiner = Some(('\u{200D}', Reason::OutOfContext));
        assert_eq!(refused("a\u{200D}b", StringClass::Printable), joiner);
        assert_eq!(refused("", StringClass::Identifier), None);
    }
}
