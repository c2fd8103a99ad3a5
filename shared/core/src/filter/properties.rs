//! Properties of the parsers: what is printed parses to the same, and nothing panics.
//!
//! At least 100,000 cases for each parser. A text of any kind goes through all three (`parse_all`):
//! 50,000 of pieces + 50,000 of any characters + 20,000 mutated filters + 20,000 mutated paths + 2,000
//! long ones = 142,000. The filter parser has 20,000 printed filters besides, which makes 162,000, and
//! the parser of PATCH paths 20,000 printed paths, which makes 162,000, too.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::{AttrPath, testing};

/// Pieces that a filter or path is made of, and some that it is not.
const PIECES: &[&str] = &[
    "userName",
    "emails",
    "type",
    "$ref",
    "urn:ietf:params:scim:schemas:core:2.0:User:",
    "urn:a:2.0",
    ":",
    ".",
    " ",
    "  ",
    "\t",
    "(",
    ")",
    "[",
    "]",
    "[[",
    "not",
    "not(",
    " and ",
    " or ",
    "AND",
    "eq",
    " ne ",
    " pr",
    " gt ",
    "\"",
    "\"work\"",
    "\"\\u00e9\"",
    "\"\\",
    "\\u",
    "\\uD800",
    "true",
    "null",
    "1",
    "-",
    "-1.5e3",
    "1e999",
    "e",
    "é",
    "😀",
    "\u{0}",
    "\u{feff}",
    ",",
    "/",
    "'",
    "regex",
];

fn pieces() -> impl Strategy<Value = String> {
    proptest::collection::vec(select(PIECES), 0..16).prop_map(|pieces| pieces.concat())
}

/// A valid text with a few of its characters replaced, removed, doubled or followed by a piece.
fn mutated(valid: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let change = (any::<Index>(), 0_u8..4, select(PIECES));
    (valid, proptest::collection::vec(change, 1..4)).prop_map(|(text, changes)| {
        let mut characters: Vec<String> = text.chars().map(String::from).collect();
        for (index, kind, piece) in changes {
            if characters.is_empty() {
                break;
            }
            let at = index.index(characters.len());
            match kind {
                0 => characters[at] = piece.to_owned(),
                1 => drop(characters.remove(at)),
                2 => characters[at] = characters[at].repeat(2),
                _ => characters.truncate(at),
            }
        }
        characters.concat()
    })
}

/// Deep nesting and long inputs.
fn extreme() -> impl Strategy<Value = String> {
    (select(PIECES), 0_usize..3000, pieces())
        .prop_map(|(piece, count, rest)| piece.repeat(count) + &rest)
}

fn path() -> impl Strategy<Value = PatchPath> {
    let attr = select(vec![
        "members",
        "name.familyName",
        "urn:a:b:2.0:User:x",
        "urn:a:2.0:User:x.y",
        "$ref",
    ]);
    let attr = attr.prop_map(|text| AttrPath::parse(text).unwrap());
    let value = (
        attr.clone(),
        testing::filter(),
        proptest::option::of(Just("value".to_owned())),
    );
    prop_oneof![
        attr.prop_map(PatchPath::Attr),
        value.prop_filter_map("no nested value paths", |(attr, filter, sub)| {
            let printed = filter.to_string();
            (!printed.contains('[')).then_some(PatchPath::Value { attr, filter, sub })
        }),
        Just(PatchPath::Schema("urn:x:2.0".to_owned())),
    ]
}

fn parse_all(text: &str) {
    if let Ok(filter) = Filter::parse(text) {
        assert_eq!(
            Filter::parse(&filter.to_string()).as_ref(),
            Ok(&filter),
            "{text}"
        );
        let _ = filter.bind(testing::user_type());
        let _ = filter.bind_lenient(testing::user_type());
    }
    if let Ok(path) = AttrPath::parse(text) {
        assert_eq!(
            AttrPath::parse(&path.to_string()).as_ref(),
            Ok(&path),
            "{text}"
        );
    }
    if let Ok(path) = PatchPath::parse(text) {
        assert_eq!(
            PatchPath::parse(&path.to_string()).as_ref(),
            Ok(&path),
            "{text}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(50_000) })]

    #[test]
    fn any_pieces_parse_or_fail(text in pieces()) {
        parse_all(&text);
    }

    #[test]
    fn any_text_parses_or_fails(text in proptest::collection::vec(any::<char>(), 0..24)) {
        parse_all(&String::from_iter(text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

    #[test]
    fn a_printed_filter_parses_to_the_same(filter in testing::filter()) {
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn a_mutated_filter_parses_or_fails(text in mutated(testing::filter().prop_map(|f| f.to_string()))) {
        parse_all(&text);
    }

    #[test]
    fn a_printed_path_parses_to_the_same(path in path()) {
        prop_assert_eq!(PatchPath::parse(&path.to_string()), Ok(path));
    }

    #[test]
    fn a_mutated_path_parses_or_fails(text in mutated(path().prop_map(|path| path.to_string()))) {
        parse_all(&text);
    }

    #[test]
    fn every_random_filter_binds_and_is_evaluated(filter in testing::filter(), resource in testing::resource()) {
        let rt = testing::user_type();
        let bound = filter.bind(rt).unwrap();
        let rendered = resource.to_json(rt, "https://a.example/Users/1");
        let negated = Bound::Not(Box::new(bound.clone()));
        prop_assert_ne!(matches(&bound, &rendered), matches(&negated, &rendered));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn long_and_deep_texts_parse_or_fail(text in extreme()) {
        parse_all(&text);
    }
}

/// Wasm gives a component 1 MiB of stack; half of it has to do.
#[test]
fn the_deepest_filter_needs_little_stack() {
    let deepest = "not(".repeat(MAX_FILTER_DEPTH) + "emails pr" + &")".repeat(MAX_FILTER_DEPTH);
    let run = move || {
        parse_all(&deepest);
        let filter = Filter::parse(&deepest).unwrap();
        let bound = filter.bind(testing::user_type()).unwrap();
        assert!(!matches(&bound, &crate::JsonObject::new()));
        parse_all(&"(".repeat(MAX_FILTER_LENGTH));
    };
    let thread = std::thread::Builder::new()
        .stack_size(512 * 1024)
        .spawn(run)
        .unwrap();
    thread.join().unwrap();
}
