//! How large policies may be. The engine walks through an expression by recursion, and a stack that overflows would end
//! every request on the instance.

/// The largest text of policies, and of a schema, in bytes.
pub const MAX_TEXT: usize = 256 * 1024;

/// The most policies in a set.
pub const MAX_POLICIES: usize = 1000;

/// How deep brackets may nest.
pub(crate) const MAX_DEPTH: usize = 32;

/// How many operators one policy may have: where they follow each other, each makes its expression deeper. A component's
/// stack takes twice as many.
const MAX_OPERATORS: usize = 150;

/// What makes an expression deeper without a bracket. Comparisons don't: the language has none that follow each other; but
/// `!=` is taken for a `!`.
const OPERATORS: [&str; 7] = ["&&", "||", "!", ".", "+", "-", "*"];

/// What is too large in a text, if anything is, and at which byte.
pub(crate) fn violation(text: &str, is_schema: bool) -> Option<(String, Option<usize>)> {
    if text.len() > MAX_TEXT {
        let message = format!("the text is larger than {MAX_TEXT} bytes");
        return Some((message, None));
    }
    let mut depth = 0_usize;
    let mut operators = 0_usize;
    let mut conditions = 0_usize;
    let mut previous = None;
    for (offset, byte) in code(text) {
        match byte {
            b'<' if is_schema => depth += 1,
            b'>' if is_schema => depth = depth.saturating_sub(1),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b';' => (operators, conditions) = (0, 0),
            _ => {}
        }
        if !is_schema {
            operators += usize::from(is_operator(text, offset) || is_index(text, offset, previous));
            conditions += usize::from(is_condition(text, offset));
        }
        if !byte.is_ascii_whitespace() {
            previous = Some(offset);
        }
        if depth > MAX_DEPTH {
            let message = format!("brackets nest deeper than {MAX_DEPTH}");
            return Some((message, Some(offset)));
        }
        // The engine joins conditions by `&&`.
        if operators + conditions.saturating_sub(1) > MAX_OPERATORS {
            let message = format!(
                "the policy has more than {MAX_OPERATORS} operators, of which each further `when` or `unless` is one: make \
                 several policies of it"
            );
            return Some((message, Some(offset)));
        }
    }
    None
}

fn is_operator(text: &str, offset: usize) -> bool {
    let here = &text.as_bytes()[offset..];
    OPERATORS
        .iter()
        .any(|operator| here.starts_with(operator.as_bytes()))
        || is_word(text, offset, "if")
}

fn is_condition(text: &str, offset: usize) -> bool {
    is_word(text, offset, "when") || is_word(text, offset, "unless")
}

/// Whether an attribute is taken by a bracket, as in `principal["name"]`, and no set begins. `previous` is where the text
/// before it ends.
fn is_index(text: &str, offset: usize, previous: Option<usize>) -> bool {
    let Some(previous) = previous else {
        return false;
    };
    let bytes = text.as_bytes();
    let ends_value = |byte: u8| matches!(byte, b']' | b')' | b'}') || is_part_of_word(Some(&byte));
    let follows_in = previous > 0 && is_word(text, previous - 1, "in");
    bytes[offset] == b'[' && ends_value(bytes[previous]) && !follows_in
}

/// Whether that word stands there, and is no part of another.
pub(crate) fn is_word(text: &str, offset: usize, word: &str) -> bool {
    let (before, here) = text.as_bytes().split_at(offset);
    here.starts_with(word.as_bytes())
        && !is_part_of_word(before.last())
        && !is_part_of_word(here.get(word.len()))
}

fn is_part_of_word(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// The bytes of a text with their offsets, without comments and what stands in quotes.
pub(crate) fn code(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    let mut is_comment = false;
    text.bytes().enumerate().filter(move |(offset, byte)| {
        if is_comment {
            is_comment = !matches!(*byte, b'\n' | b'\r');
            return false;
        }
        if is_quoted {
            is_quoted = is_escaped || *byte != b'"';
            is_escaped = !is_escaped && *byte == b'\\';
            return false;
        }
        is_quoted = *byte == b'"';
        is_comment = text.as_bytes()[*offset..].starts_with(b"//");
        !is_quoted && !is_comment
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, is_schema: bool, expected: Option<&str>) {
        let found = violation(text, is_schema).map(|(message, _)| message);
        match expected {
            None => assert_eq!(found, None),
            Some(part) => assert!(
                found.is_some_and(|message| message.contains(part)),
                "{part}"
            ),
        }
    }

    fn chain(operator: &str, count: usize) -> String {
        format!(
            "permit(principal, action, resource) when {{ true{} }};",
            operator.repeat(count)
        )
    }

    fn policy(conditions: &str) -> String {
        format!("permit(principal, action, resource) {conditions};")
    }

    #[test]
    fn ok_what_people_write() {
        check(&chain(" && true", 150), false, None);
        check(&chain(" && true", 100).repeat(20), false, None);
        check(
            "permit(principal, action, resource) when { context.gift == \"if (((\" };",
            false,
            None,
        );
        let commented = format!(
            "// {}\npermit(principal, action, resource);",
            "(".repeat(100)
        );
        check(&commented, false, None);
        check("entity A { s: Set<Set<String>> };", true, None);
        let one = "when { context.a in [User::\"a\", User::\"b\"] } unless { context.b } ";
        check(&policy(&one.repeat(37)), false, None);
        check(&chain(" && principal in [A::\"a\"]", 150), false, None);
        let quoted = format!(
            "permit(principal == A::\"\\\"{}\", action, resource);",
            "(".repeat(99)
        );
        check(&quoted, false, None);
    }

    #[test]
    fn err_what_would_need_a_deep_stack() {
        for operator in [
            " && true",
            " || true",
            " + 1",
            ".a",
            " == !true",
            " else if x then y",
            "[\"a\"]",
            "// .\n[\"a\"]",
        ] {
            check(
                &chain(operator, 151),
                false,
                Some("more than 150 operators"),
            );
        }
        for condition in ["when", "unless"] {
            let conditions = format!("{condition} {{ action == action }}").repeat(152);
            check(&policy(&conditions), false, Some("more than 150 operators"));
        }
        for (open, close) in [("(", ")"), ("[", "]"), ("{\"a\":", "}")] {
            let nested = format!("{}1{}", open.repeat(33), close.repeat(33));
            check(&nested, false, Some("deeper than 32"));
        }
        let nested = format!(
            "entity A {{ s: {}String{} }};",
            "Set<".repeat(32),
            ">".repeat(32)
        );
        check(&nested, true, Some("deeper than 32"));
        // A comment ends with either.
        for end in ["\n", "\r"] {
            let hidden = format!("//{end}{}", chain(" && true", 151));
            check(&hidden, false, Some("more than 150 operators"));
        }
        check(
            &" ".repeat(MAX_TEXT + 1),
            false,
            Some("larger than 262144 bytes"),
        );
    }

    #[test]
    fn the_offset_is_where_it_is_too_much() {
        let nested = format!("a {}", "(".repeat(40));
        assert_eq!(violation(&nested, false).and_then(|(_, at)| at), Some(34));
    }
}
