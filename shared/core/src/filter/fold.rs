//! The one case folding.

/// Brings a text to the form in which case-insensitive values are compared, sorted and indexed.
///
/// Each character is lower-cased by itself (and `ς` becomes `σ`), so that folding the parts of a text
/// and folding the whole give the same: `sw`, `co` and `ew` rely on that.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'ς' => folded.push('σ'),
            other => folded.extend(other.to_lowercase()),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn folding_the_parts_is_folding_the_whole() {
        assert_eq!(fold("BJensen"), "bjensen");
        assert_eq!(fold("ÉTÉ"), "été");
        assert_eq!(fold("ΟΔΟΣ"), fold("ΟΔΟ") + &fold("Σ"));
        assert_eq!(fold("οδος"), fold("ΟΔΟΣ"));
        assert_eq!(fold(&fold("İẞ")), fold("İẞ"));
    }
}
