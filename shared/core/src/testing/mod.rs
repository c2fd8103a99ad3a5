//! Random resources and filters for property tests, here and in the crates that build on this one.
//!
//! The values come from small pools, so that filters hit often, and the pools are chosen to trip what
//! compares text carelessly: case pairs beyond ASCII, prefixes of each other, empty strings, quotes,
//! and the wildcards of SQL.

mod filters;
mod operations;
mod users;

pub use filters::{filter, group_filter, groups_filter};
pub use operations::operations;
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
