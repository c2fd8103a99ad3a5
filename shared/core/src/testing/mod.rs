//! Random resources and filters for property tests, here and in the crates that build on this one.
//!
//! The values come from small pools, so that filters hit often, and the pools are chosen to trip what
//! compares text carelessly: case pairs beyond ASCII, prefixes of each other, empty strings, quotes,
//! and the wildcards of SQL.

mod devices;
mod filters;
mod operations;
mod typed;
mod users;

pub use devices::{DEVICE_SCHEMA, FLEET_SCHEMA, device_type, device_types};
pub use filters::{filter, group_filter, groups_filter};
pub use operations::operations;
pub use typed::{attributes_of, filter_of, operations_of, targets_of};
pub use users::{resource, user};

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;

use crate::ResourceType;

static USER: LazyLock<ResourceType> = LazyLock::new(ResourceType::user);

/// The resource type that the strategies are about.
#[must_use]
pub fn user_type() -> &'static ResourceType {
    &USER
}

/// Texts that are confusable with each other.
pub const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "ab",
    "AB",
    "aB",
    "abc",
    "b",
    "É",
    "é",
    "e\u{301}",
    "Σ",
    "ς",
    "σας",
    "ΣΑΣ",
    "ß",
    "ẞ",
    "İ",
    "ı",
    "日本",
    "😀",
    "a%",
    "a%b",
    "%",
    "_",
    "a_b",
    "a\\b",
    "\"",
    "a\"b",
    "'",
    "a'b",
    "a b",
    "true",
    "2026-01-02T03:04:05Z",
    "0",
    "10",
    "9",
    "work",
    "Work",
    "home",
    "bjensen@example.com",
    "BJensen@Example.com",
    "@example.com",
];

/// Instants, as they are written in different ways.
pub const TIMES: &[&str] = &[
    "2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05.678Z",
    "2026-01-02T05:04:05.678+02:00",
    "2026-01-02T03:04:05.678001Z",
    "2026-01-01T22:04:05-05:00",
    "1969-12-31T23:59:59.999Z",
    "2030-01-01T00:00:00",
];

fn text() -> impl Strategy<Value = String> + Clone {
    select(TEXTS).prop_map(str::to_owned)
}

#[cfg(test)]
mod properties;

/// Text in which characters that fold, compose or change with their neighbours are frequent.
#[cfg(test)]
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    let pieces = [
        "e", "E", "\u{301}", "\u{323}", "\u{307}", "\u{345}", "\u{308}", "\u{3099}", "i", "I", "ı",
        "İ", "Σ", "ς", "σ", "Α", "ᾳ", "ᾼ", "Ǆ", "ǆ", "ẞ", "ｶ", "ﾞ", "Ａ", "ｅ", "　", "\u{1100}",
        "\u{1161}", "\u{11A8}", "각", "ﾡ", "\u{212B}", "\u{958}", "א", "ا", "\u{660}", "\u{6F0}",
        "\u{200C}", "\u{200D}", "\u{94D}", "क", "·", "l", "・", " ", "1", "-",
    ];
    let piece = prop_oneof![
        4 => select(pieces.to_vec()).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}
