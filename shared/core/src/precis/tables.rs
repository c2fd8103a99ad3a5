//! Properties of characters that the rules ask for seldom, as ranges: ICU4X's tables of them would add 80 KiB to every
//! component that takes user names. The tests hold the ranges against those tables.

/// Whether a letter, digit or mark is a variant of others: it has a compatibility decomposition. The ranges also cover
/// characters that are none of these.
#[rustfmt::skip]
pub(super) fn has_compatible(character: char) -> bool {
    matches!(character,
        '\u{AA}'..='\u{BA}' | '\u{132}'..='\u{133}' | '\u{13F}'..='\u{140}' | '\u{149}' | '\u{17F}'
        | '\u{1C4}'..='\u{1CC}' | '\u{1F1}'..='\u{1F3}' | '\u{2B0}'..='\u{2B8}' | '\u{2E0}'..='\u{2E4}'
        | '\u{37A}' | '\u{3D0}'..='\u{3D6}' | '\u{3F0}'..='\u{3F2}' | '\u{3F4}'..='\u{3F5}' | '\u{3F9}'
        | '\u{558}' | '\u{587}' | '\u{58B}'..='\u{58C}' | '\u{675}'..='\u{678}' | '\u{E33}' | '\u{EB3}'
        | '\u{EDC}'..='\u{EDD}' | '\u{F77}'..='\u{F79}' | '\u{10FC}' | '\u{1D2C}'..='\u{1D2E}'
        | '\u{1D30}'..='\u{1D3A}' | '\u{1D3C}'..='\u{1D4D}' | '\u{1D4F}'..='\u{1D6A}' | '\u{1D78}'
        | '\u{1D9B}'..='\u{1DBF}' | '\u{1E9A}'..='\u{1E9B}' | '\u{2071}'..='\u{207F}'
        | '\u{2090}'..='\u{209F}' | '\u{2102}'..='\u{2131}' | '\u{2133}'..='\u{2149}'
        | '\u{2C7C}'..='\u{2C7D}' | '\u{2D6F}' | '\u{309F}' | '\u{30FF}' | '\u{3131}'..='\u{318E}'
        | '\u{A69C}'..='\u{A69D}' | '\u{A770}' | '\u{A7F1}'..='\u{A7F4}' | '\u{A7F8}'..='\u{A7F9}'
        | '\u{AB5C}'..='\u{AB5F}' | '\u{AB69}' | '\u{FB00}'..='\u{FB17}' | '\u{FB20}'..='\u{FDFB}'
        | '\u{FE70}'..='\u{FE72}' | '\u{FE74}'..='\u{FFDC}' | '\u{10781}'..='\u{107BF}'
        | '\u{1B123}'..='\u{1B126}' | '\u{1CCF0}'..='\u{1CCF9}' | '\u{1D400}'..='\u{1D7FF}'
        | '\u{1DF95}' | '\u{1DFCD}'..='\u{1DFFF}' | '\u{1E030}'..='\u{1E06D}'
        | '\u{1EE00}'..='\u{1FBF9}'
    )
}

/// Whether a character is of the script Greek. The ranges also cover unassigned ones.
#[rustfmt::skip]
pub(super) fn is_greek(character: char) -> bool {
    matches!(character,
        '\u{370}'..='\u{373}' | '\u{375}'..='\u{37D}' | '\u{37F}'..='\u{384}' | '\u{386}'
        | '\u{388}'..='\u{3E1}' | '\u{3F0}'..='\u{3FF}' | '\u{1D26}'..='\u{1D2A}'
        | '\u{1D5D}'..='\u{1D61}' | '\u{1D66}'..='\u{1D6A}' | '\u{1DBF}' | '\u{1F00}'..='\u{1FFE}'
        | '\u{2126}' | '\u{AB65}' | '\u{10140}'..='\u{1018E}' | '\u{101A0}' | '\u{1D200}'..='\u{1D245}'
        | '\u{1DFF3}'..='\u{1DFF4}'
    )
}

/// Whether a character is of the script Hebrew. The ranges also cover unassigned ones.
#[rustfmt::skip]
pub(super) fn is_hebrew(character: char) -> bool {
    matches!(character,
        '\u{591}'..='\u{5F4}' | '\u{FB1D}'..='\u{FB4F}'
    )
}

/// Whether a character is of one of the scripts Hiragana, Katakana and Han. The ranges also cover unassigned ones.
#[rustfmt::skip]
pub(super) fn is_japanese(character: char) -> bool {
    matches!(character,
        '\u{2E80}'..='\u{2FD5}' | '\u{3005}' | '\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3038}'..='\u{303B}' | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}'
        | '\u{30A1}'..='\u{30FA}' | '\u{30FD}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{32D0}'..='\u{32FE}' | '\u{3300}'..='\u{3357}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAD9}' | '\u{FF66}'..='\u{FF6F}'
        | '\u{FF71}'..='\u{FF9D}' | '\u{16FE2}'..='\u{16FE3}' | '\u{16FF0}'..='\u{16FF6}'
        | '\u{1AFF0}'..='\u{1B168}' | '\u{1F200}' | '\u{20000}'..='\u{33479}'
    )
}

#[cfg(test)]
mod tests {
    use icu_normalizer::ComposingNormalizerBorrowed;
    use icu_properties::CodePointMapData;
    use icu_properties::props::{GeneralCategory, Script};

    use super::*;
    use crate::precis::NFC;
    use crate::precis::class::LETTER_DIGITS;

    /// Calls with every assigned character.
    fn each(check: impl Fn(char, GeneralCategory)) {
        let categories = CodePointMapData::<GeneralCategory>::new();
        for character in '\0'..=char::MAX {
            let category = categories.get(character);
            if category != GeneralCategory::Unassigned {
                check(character, category);
            }
        }
    }

    #[test]
    fn the_letters_with_compatible_ones_are_those_of_the_unicode_tables() {
        let nfkc = ComposingNormalizerBorrowed::new_nfkc();
        each(|character, category| {
            let text = character.to_string();
            if LETTER_DIGITS.contains(category) && NFC.is_normalized(&text) {
                assert_eq!(
                    has_compatible(character),
                    !nfkc.is_normalized(&text),
                    "{text:?}"
                );
            }
        });
    }

    #[test]
    fn the_scripts_are_those_of_the_unicode_tables() {
        let scripts = CodePointMapData::<Script>::new();
        each(|character, _| {
            let script = scripts.get(character);
            let japanese = [Script::Hiragana, Script::Katakana, Script::Han];
            assert_eq!(
                is_greek(character),
                script == Script::Greek,
                "{character:?}"
            );
            assert_eq!(
                is_hebrew(character),
                script == Script::Hebrew,
                "{character:?}"
            );
            assert_eq!(
                is_japanese(character),
                japanese.contains(&script),
                "{character:?}"
            );
        });
    }
}
