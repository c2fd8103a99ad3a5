//! The words of a filter: names, operators, literals.

use serde_json::Number;
use winnow::combinator::{alt, opt, peek, repeat};
use winnow::error::ParserError;
use winnow::stream::{LocatingSlice, Location, Stateful};
use winnow::token::{any, take_while};
use winnow::{Parser, Result};

use super::{CompareOp, Literal};
use crate::path;

pub(super) const OPERATOR: &str = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
const VALUE: &str = "a string in double quotes, a number, true, false or null";
const PATH: &str = "an attribute";

pub(super) type Input<'i> = Stateful<LocatingSlice<&'i str>, Budget>;

/// What has been used of the limits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    pub(super) depth: usize,
    pub(super) terms: usize,
}

/// Where a text goes wrong, and how.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) offset: usize,
    pub(super) problem: Problem,
}

#[derive(Debug)]
/// How a text goes wrong.
pub(super) enum Problem {
    /// Something else should be here.
    Expected(&'static str),
    /// A limit is exceeded.
    Limit(String),
}

impl<'i> ParserError<Input<'i>> for Failure {
    type Inner = Self;

    fn from_input(input: &Input<'i>) -> Self {
        expected(input, "something else")
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

impl Failure {
    /// The sentence for the client.
    pub(super) fn explain(&self, what: &str, text: &str) -> String {
        let Self { offset, problem } = self;
        match problem {
            Problem::Limit(limit) => format!("{what} {limit}"),
            Problem::Expected(expected) => match text.get(*offset..) {
                None | Some("") => {
                    format!(
                        "{what} is not valid at byte {offset}: expected {expected}, found its end"
                    )
                }
                Some(rest) => {
                    let found: String = rest.chars().take(20).collect();
                    format!(
                        "{what} is not valid at byte {offset}: expected {expected}, found `{found}`"
                    )
                }
            },
        }
    }
}

/// The longest run of characters that a path may have.
pub(super) fn path_text<'i>(input: &mut Input<'i>) -> Result<&'i str, Failure> {
    take_while(1.., |c: char| u8::try_from(c).is_ok_and(path::is_path_byte))
        .parse_next(input)
        .map_err(|_: Failure| expected(input, PATH))
}

/// > subAttr = "." ATTRNAME
pub(super) fn sub_attribute<'i>(input: &mut Input<'i>) -> Result<Option<&'i str>, Failure> {
    if opt('.').parse_next(input)?.is_none() {
        return Ok(None);
    }
    let offset = input.current_token_start();
    let name = take_while(0.., |c: char| u8::try_from(c).is_ok_and(path::is_name_byte))
        .parse_next(input)?;
    match path::not_a_name(name) {
        None => Ok(Some(name)),
        Some(at) => Err(Failure {
            offset: offset + at,
            problem: Problem::Expected("a sub-attribute name"),
        }),
    }
}

/// `pr`, or an operator that compares.
pub(super) enum Operator {
    Present,
    Compare(CompareOp),
}

/// > attribute operators used in filters are case insensitive
pub(super) fn operator(name: &str) -> Option<Operator> {
    if name.eq_ignore_ascii_case("pr") {
        return Some(Operator::Present);
    }
    let named = CompareOp::ALL
        .into_iter()
        .find(|op| op.as_str().eq_ignore_ascii_case(name));
    named.map(Operator::Compare)
}

/// > compValue = false / null / true / number / string ; rules from JSON (RFC 7159)
pub(super) fn literal(input: &mut Input<'_>) -> Result<Literal, Failure> {
    let before = *input;
    match opt(peek(any)).parse_next(input)? {
        Some('"') => string(input),
        Some('-' | '0'..='9') => {
            let number = take_while(1.., ('0'..='9', '+', '-', '.', 'e', 'E')).parse_next(input)?;
            serde_json::from_str::<Number>(number)
                .map(Literal::Number)
                .map_err(|_| expected(&before, "a number as JSON writes it, not too large"))
        }
        _ => match word(input)? {
            name if name.eq_ignore_ascii_case("true") => Ok(Literal::Bool(true)),
            name if name.eq_ignore_ascii_case("false") => Ok(Literal::Bool(false)),
            name if name.eq_ignore_ascii_case("null") => Ok(Literal::Null),
            _ => Err(expected(&before, VALUE)),
        },
    }
}

fn string(input: &mut Input<'_>) -> Result<Literal, Failure> {
    let before = *input;
    let plain = take_while(1.., |c: char| c != '"' && c != '\\').void();
    let quoted = (
        '"',
        repeat::<_, _, (), _, _>(0.., alt((plain, ('\\', any).void()))),
        '"',
    )
        .take()
        .parse_next(input)
        .map_err(|_: Failure| expected(&before, "a string that ends in a double quote"))?;
    match serde_json::from_str::<String>(quoted) {
        Ok(text) if !text.contains('\0') => Ok(Literal::Text(text)),
        _ => Err(expected(
            &before,
            "a string as JSON writes it, without U+0000",
        )),
    }
}

/// A run of name characters, perhaps empty.
pub(super) fn word<'i>(input: &mut Input<'i>) -> Result<&'i str, Failure> {
    take_while(0.., |c: char| u8::try_from(c).is_ok_and(path::is_name_byte)).parse_next(input)
}

pub(super) fn white_space(input: &mut Input<'_>) -> Result<(), Failure> {
    take_while(0.., [' ', '\t', '\r', '\n'])
        .void()
        .parse_next(input)
}

pub(super) fn expected(input: &Input<'_>, what: &'static str) -> Failure {
    Failure {
        offset: input.current_token_start(),
        problem: Problem::Expected(what),
    }
}
