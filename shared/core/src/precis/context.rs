//! Characters that are allowed next to certain others
//! ([RFC 5892 Appendix A](https://www.rfc-editor.org/rfc/rfc5892#appendix-A)).

use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::JoiningType;

use super::tables::{is_greek, is_hebrew, is_japanese};

/// The characters of a text, and what the rules ask about all of them.
pub(super) struct Context {
    characters: Vec<char>,
    has_japanese: bool,
    has_arabic_digits: bool,
    has_extended_arabic_digits: bool,
}

impl Context {
    /// Looks at a text once.
    pub fn of(text: &str) -> Self {
        let any = |holds: fn(char) -> bool| text.chars().any(holds);
        Self {
            characters: text.chars().collect(),
            has_japanese: any(is_japanese),
            has_arabic_digits: any(|c| matches!(c, '\u{660}'..='\u{669}')),
            has_extended_arabic_digits: any(|c| matches!(c, '\u{6F0}'..='\u{6F9}')),
        }
    }

    /// The characters with their positions.
    pub fn characters(&self) -> impl Iterator<Item = (usize, char)> {
        self.characters.iter().copied().enumerate()
    }

    /// Whether the character at a position, which has a rule, is where that allows it.
    pub fn allows(&self, position: usize) -> bool {
        let before = self.before(position).next();
        let after = self.after(position).next();
        match self.characters.get(position) {
            Some('\u{200C}') => before.is_some_and(is_virama) || self.is_between_joining(position),
            Some('\u{200D}') => before.is_some_and(is_virama),
            Some('\u{B7}') => before == Some('l') && after == Some('l'),
            Some('\u{375}') => after.is_some_and(is_greek),
            Some('\u{5F3}' | '\u{5F4}') => before.is_some_and(is_hebrew),
            Some('\u{30FB}') => self.has_japanese,
            Some('\u{660}'..='\u{669}') => !self.has_extended_arabic_digits,
            Some('\u{6F0}'..='\u{6F9}') => !self.has_arabic_digits,
            _ => false,
        }
    }

    /// From the one before, backwards.
    fn before(&self, position: usize) -> impl Iterator<Item = char> {
        self.characters.iter().take(position).rev().copied()
    }

    fn after(&self, position: usize) -> impl Iterator<Item = char> {
        self.characters.iter().skip(position + 1).copied()
    }

    /// > (Joining_Type:{L,D})(Joining_Type:T)*\u200C(Joining_Type:T)*(Joining_Type:{R,D})
    fn is_between_joining(&self, position: usize) -> bool {
        let before = self
            .before(position)
            .map(joining)
            .find(|kind| *kind != JoiningType::Transparent);
        let after = self
            .after(position)
            .map(joining)
            .find(|kind| *kind != JoiningType::Transparent);
        matches!(
            before,
            Some(JoiningType::LeftJoining | JoiningType::DualJoining)
        ) && matches!(
            after,
            Some(JoiningType::RightJoining | JoiningType::DualJoining)
        )
    }
}

/// > Canonical_Combining_Class(Before(cp)) .eq. Virama
fn is_virama(character: char) -> bool {
    const VIRAMA: u8 = 9;
    CanonicalCombiningClassMapBorrowed::new().get_u8(character) == VIRAMA
}

fn joining(character: char) -> JoiningType {
    CodePointMapData::<JoiningType>::new().get(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the rules of all the characters hold that have one.
    #[track_caller]
    fn check(text: &str, expected: bool) {
        let context = Context::of(text);
        let ruled = |c: char| "\u{200C}\u{200D}·͵׳״・٣۳".contains(c);
        let mut found = context.characters().filter(|(_, c)| ruled(*c)).peekable();
        assert!(found.peek().is_some(), "{text:?} has no rule");
        assert_eq!(
            found.all(|(at, _)| context.allows(at)),
            expected,
            "{text:?}"
        );
    }

    #[test]
    fn a_joiner_follows_a_virama() {
        check("क\u{94D}\u{200D}ष", true);
        check("क\u{94D}\u{200C}ष", true);
        check("क\u{200D}ष", false);
        check("\u{200D}", false);
        check("a\u{200D}b", false);
    }

    #[test]
    fn a_non_joiner_separates_letters_that_would_join() {
        check("می\u{200C}خواهم", true);
        check("ب\u{64E}\u{200C}\u{64E}ب", true);
        check("ا\u{200C}ب", false);
        check("ب\u{200C}", false);
        check("\u{200C}ب", false);
        check("a\u{200C}b", false);
    }

    #[test]
    fn punctuation_is_where_its_script_has_it() {
        check("col·lecció", true);
        check("a·b", false);
        check("l·", false);
        check("͵α", true);
        check("͵a", false);
        check("א׳", true);
        check("א״ב", true);
        check("a״", false);
        check("ジョン・スミス", true);
        check("a・山", true);
        check("a・b", false);
    }

    #[test]
    fn digits_are_of_one_kind() {
        check("٣٣", true);
        check("۳۳", true);
        check("٣۳", false);
    }
}
