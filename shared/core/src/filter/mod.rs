//! Filters: the tree, its text, its meaning.
//!
//! [RFC 7644 §3.4.2.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.2). A filter is parsed
//! ([`Filter::parse`]), bound to a resource type ([`Filter::bind`]), and then either evaluated over a
//! resource ([`matches()`]) or compiled to a query elsewhere.

mod ast;
mod bind;
mod eval;
mod parse;
mod patch_path;
mod print;
mod token;

pub use ast::{CompareOp, Filter, Literal, PatchPath};
pub use bind::{Bound, Operand};
pub use eval::{has_value, matches, matches_element};
pub use parse::{MAX_FILTER_DEPTH, MAX_FILTER_LENGTH, MAX_FILTER_TERMS};

pub(crate) use eval::{TWO_TO_63, compare_mixed, elements};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
