//! Texts that are written from right to left, in part or as a whole.

use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass as Class;

/// Whether a text cannot be mistaken for another one because of its writing directions: it has no character of a
/// right-to-left script, or satisfies the Bidi Rule ([RFC 5893 §2](https://www.rfc-editor.org/rfc/rfc5893#section-2)).
pub(super) fn is_unambiguous(text: &str) -> bool {
    if text.is_ascii() {
        return true;
    }
    let classes = CodePointMapData::<Class>::new();
    let classes: Vec<Class> = text.chars().map(|c| classes.get(c)).collect();
    let has = |class: Class| classes.contains(&class);
    if ![Class::RightToLeft, Class::ArabicLetter, Class::ArabicNumber]
        .into_iter()
        .any(has)
    {
        return true;
    }
    // 1. and 5.: what does not start from right to left has nothing of that direction, but here is something.
    matches!(
        classes.first(),
        Some(&(Class::RightToLeft | Class::ArabicLetter))
    ) && classes.iter().copied().all(may_be_inside)
        && classes
            .iter()
            .rfind(|class| **class != Class::NonspacingMark)
            .copied()
            .is_some_and(may_be_last)
        // 4.: digits of one kind.
        && !(has(Class::EuropeanNumber) && has(Class::ArabicNumber))
}

/// 2.: what a text from right to left may have.
fn may_be_inside(class: Class) -> bool {
    matches!(
        class,
        Class::RightToLeft
            | Class::ArabicLetter
            | Class::ArabicNumber
            | Class::EuropeanNumber
            | Class::EuropeanSeparator
            | Class::CommonSeparator
            | Class::EuropeanTerminator
            | Class::OtherNeutral
            | Class::BoundaryNeutral
            | Class::NonspacingMark
    )
}

/// 3.: what it may end with, apart from marks.
fn may_be_last(class: Class) -> bool {
    matches!(
        class,
        Class::RightToLeft | Class::ArabicLetter | Class::EuropeanNumber | Class::ArabicNumber
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_one_direction_with_digits_and_punctuation_inside() {
        for text in ["", "a-1", "été", "日本", "אבג", "א1", "א-ב2", "ابن٣", "אָ"] {
            assert!(is_unambiguous(text), "{text:?}");
        }
    }

    #[test]
    fn err_two_directions_or_an_end_that_has_none() {
        for text in ["aא", "אa", "1א", "-א", "א-", "א_\u{5B0}", "ا1٣", "a٣", "٣"] {
            assert!(!is_unambiguous(text), "{text:?}");
        }
    }
}
