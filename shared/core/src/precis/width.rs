//! Fullwidth and halfwidth characters (UAX #11), which keyboards for Chinese, Japanese and Korean type.

/// U+FF61 to U+FF9F.
const KATAKANA: [char; 63] = [
    '。', '「', '」', '、', '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー',
    'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ',
    'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ',
    'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン', '\u{3099}',
    '\u{309A}',
];

/// The ordinary form of a character: what those with a decomposition of type `<wide>` or `<narrow>` decompose to.
///
/// > Map fullwidth and halfwidth code points to their decomposition mappings.
/// > ([RFC 8265 §3.3.1](https://www.rfc-editor.org/rfc/rfc8265#section-3.3.1))
pub(super) fn ordinary(character: char) -> char {
    let shifted = |first: char, to: u32| {
        char::from_u32(u32::from(character) - u32::from(first) + to).unwrap_or(character)
    };
    match character {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => shifted('\u{FF01}', 0x21),
        '\u{FF5F}'..='\u{FF60}' => shifted('\u{FF5F}', 0x2985),
        '\u{FF61}'..='\u{FF9F}' => {
            let position = u32::from(character) - 0xFF61;
            KATAKANA
                .get(position as usize)
                .copied()
                .unwrap_or(character)
        }
        '\u{FFA0}' => '\u{3164}',
        '\u{FFA1}'..='\u{FFBE}' => shifted('\u{FFA1}', 0x3131),
        '\u{FFC2}'..='\u{FFC7}' => shifted('\u{FFC2}', 0x314F),
        '\u{FFCA}'..='\u{FFCF}' => shifted('\u{FFCA}', 0x3155),
        '\u{FFD2}'..='\u{FFD7}' => shifted('\u{FFD2}', 0x315B),
        '\u{FFDA}'..='\u{FFDC}' => shifted('\u{FFDA}', 0x3161),
        '\u{FFE0}' => '¢',
        '\u{FFE1}' => '£',
        '\u{FFE2}' => '¬',
        '\u{FFE3}' => '¯',
        '\u{FFE4}' => '¦',
        '\u{FFE5}' => '¥',
        '\u{FFE6}' => '₩',
        '\u{FFE8}' => '│',
        '\u{FFE9}'..='\u{FFEC}' => shifted('\u{FFE9}', 0x2190),
        '\u{FFED}' => '■',
        '\u{FFEE}' => '○',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use icu_normalizer::ComposingNormalizerBorrowed;
    use icu_properties::CodePointMapData;
    use icu_properties::props::EastAsianWidth;

    use super::*;

    /// The tables have no decomposition types, but they have the width, and what all decompositions lead to.
    #[test]
    fn the_fullwidth_and_the_halfwidth_characters_are_those_of_the_unicode_tables() {
        let nfkc = ComposingNormalizerBorrowed::new_nfkc();
        let width = CodePointMapData::<EastAsianWidth>::new();
        for character in '\0'..=char::MAX {
            let ordinary = ordinary(character);
            let (text, plain) = (character.to_string(), ordinary.to_string());
            let is_variant = matches!(
                width.get(character),
                EastAsianWidth::Fullwidth | EastAsianWidth::Halfwidth
            ) && !nfkc.is_normalized(&text);
            assert_eq!(ordinary != character, is_variant, "{text:?}");
            assert_eq!(nfkc.normalize(&text), nfkc.normalize(&plain), "{text:?}");
        }
    }
}
