//! The engine's messages, with the place they are about.

use miette::Diagnostic;
use rollcall_core::policy::{Finding, Source};

/// How many messages are passed on of a text.
const MAX_FINDINGS: usize = 20;

/// The longest message, in characters.
const MAX_MESSAGE: usize = 500;

/// A message about a text; `offset` is the byte it is about.
pub(crate) fn finding(
    (source, text): (Source, &str),
    message: impl ToString,
    offset: Option<usize>,
) -> Finding {
    Finding {
        source,
        message: message.to_string().chars().take(MAX_MESSAGE).collect(),
        policy: None,
        position: offset.map(|offset| position(text, offset)),
    }
}

/// What the engine reports about a text: the message and its help, at the first place it names.
pub(crate) fn report(about: (Source, &str), diagnostic: &(impl Diagnostic + ?Sized)) -> Finding {
    let offset = diagnostic
        .labels()
        .and_then(|mut labels| labels.next())
        .map(|label| label.offset());
    let message = match diagnostic.help() {
        Some(help) => format!("{diagnostic} ({help})"),
        None => diagnostic.to_string(),
    };
    finding(about, message, offset)
}

/// The same for several, which a diagnostic may stand for.
pub(crate) fn reports(about: (Source, &str), diagnostic: &dyn Diagnostic) -> Vec<Finding> {
    let first = report(about, diagnostic);
    let related = diagnostic.related().into_iter().flatten();
    let mut findings = vec![first];
    findings.extend(related.map(|diagnostic| report(about, diagnostic)));
    findings
}

/// Some of many.
pub(crate) fn first(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.truncate(MAX_FINDINGS);
    findings
}

/// Line and column of a byte, both from 1; columns count characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = "äb\ncd";
        let places = [0, 1, 2, 3, 4, 5, 99].map(|offset| position(text, offset));
        assert_eq!(
            places,
            [(1, 1), (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]
        );
    }
}
