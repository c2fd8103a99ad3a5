//! Text to tree.
//!
//! ```text
//! FILTER    = attrExp / logExp / valuePath / *1"not" "(" FILTER ")"
//! valuePath = attrPath "[" valFilter "]"
//! attrExp   = (attrPath SP "pr") / (attrPath SP compareOp SP compValue)
//! ```
//!
//! [RFC 7644 §3.4.2.2, Figure 1](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.2). More than
//! the grammar is accepted where clients need it: any run of white space for a space, `not (`, and
//! Entra's `emails[type eq "work"].value eq "x"`.

use serde_json::Number;
use winnow::combinator::{alt, eof, opt, peek, repeat};
use winnow::error::ParserError;
use winnow::stream::{LocatingSlice, Location, Stateful};
use winnow::token::{any, take_while};
use winnow::{Parser, Result};

use super::{CompareOp, Filter, Literal};
use crate::ScimError;
use crate::path::{self, AttrPath};

/// The longest filter, in bytes.
pub const MAX_FILTER_LENGTH: usize = 8 * 1024;
/// How deep groups, `not` and value paths may nest.
pub const MAX_FILTER_DEPTH: usize = 32;
/// How many comparisons and presence tests a filter may have.
pub const MAX_FILTER_TERMS: usize = 256;

const OPERATOR: &str = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
const VALUE: &str = "a string in double quotes, a number, true, false or null";
const PATH: &str = "an attribute";

pub(super) type Input<'i> = Stateful<LocatingSlice<&'i str>, Budget>;

/// What has been used of the limits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    depth: usize,
    terms: usize,
}

/// Where a text goes wrong, and how.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) offset: usize,
    pub(super) problem: Problem,
}

#[derive(Debug)]
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

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// `invalidFilter`, with the byte offset and what was expected there; also if it exceeds
    /// [`MAX_FILTER_LENGTH`], [`MAX_FILTER_DEPTH`] or [`MAX_FILTER_TERMS`].
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        let read = || {
            let mut input = start(text)?;
            let filter = or_expression(&mut input, true)?;
            end(&mut input, "`and`, `or` or the end")?;
            Ok(filter)
        };
        read().map_err(|failure: Failure| {
            ScimError::invalid_filter(failure.explain("the filter", text))
        })
    }
}

/// Begins to read, if the text is not too long.
pub(super) fn start(text: &str) -> Result<Input<'_>, Failure> {
    if text.len() > MAX_FILTER_LENGTH {
        let limit = format!(
            "is {} bytes long; the limit is {MAX_FILTER_LENGTH}",
            text.len()
        );
        return Err(Failure {
            offset: MAX_FILTER_LENGTH,
            problem: Problem::Limit(limit),
        });
    }
    Ok(Input {
        input: LocatingSlice::new(text),
        state: Budget::default(),
    })
}

/// The text must end here.
pub(super) fn end(input: &mut Input<'_>, instead: &'static str) -> Result<(), Failure> {
    white_space(input)?;
    eof.void()
        .parse_next(input)
        .map_err(|_: Failure| expected(input, instead))
}

/// > Logical operators - where "not" takes precedence over "and", which takes precedence over "or"
pub(super) fn or_expression(input: &mut Input<'_>, value_paths: bool) -> Result<Filter, Failure> {
    let mut filters = vec![and_expression(input, value_paths)?];
    while keyword(input, "or")? {
        filters.push(and_expression(input, value_paths)?);
    }
    Ok(Filter::or(filters))
}

fn and_expression(input: &mut Input<'_>, value_paths: bool) -> Result<Filter, Failure> {
    let mut filters = vec![factor(input, value_paths)?];
    while keyword(input, "and")? {
        filters.push(factor(input, value_paths)?);
    }
    Ok(Filter::and(filters))
}

fn factor(input: &mut Input<'_>, value_paths: bool) -> Result<Filter, Failure> {
    const CLOSING: &str = "`and`, `or` or `)`";
    white_space(input)?;
    let before = *input;
    if word(input)?.eq_ignore_ascii_case("not") {
        white_space(input)?;
        if let Some(filter) = group(input, ('(', ')'), CLOSING, value_paths)? {
            return Ok(Filter::Not(Box::new(filter)));
        }
        // An attribute may be called `not`, too; then an operator follows.
        if operator(peek(word).parse_next(input)?).is_none() {
            return Err(expected(input, "`(` after `not`"));
        }
    }
    *input = before;
    match group(input, ('(', ')'), CLOSING, value_paths)? {
        Some(filter) => Ok(filter),
        None => term(input, value_paths),
    }
}

/// A filter in brackets, if there is an opening one here.
pub(super) fn group(
    input: &mut Input<'_>,
    (open, close): (char, char),
    closing: &'static str,
    value_paths: bool,
) -> Result<Option<Filter>, Failure> {
    if opt(open).parse_next(input)?.is_none() {
        return Ok(None);
    }
    input.state.depth += 1;
    if input.state.depth > MAX_FILTER_DEPTH {
        let limit = format!("nests deeper than {MAX_FILTER_DEPTH} groups; flatten it");
        return Err(Failure {
            offset: input.current_token_start(),
            problem: Problem::Limit(limit),
        });
    }
    let filter = or_expression(input, value_paths)?;
    white_space(input)?;
    close
        .void()
        .parse_next(input)
        .map_err(|_: Failure| expected(input, closing))?;
    input.state.depth -= 1;
    Ok(Some(filter))
}

/// A comparison, a presence test or a value path.
fn term(input: &mut Input<'_>, value_paths: bool) -> Result<Filter, Failure> {
    input.state.terms += 1;
    if input.state.terms > MAX_FILTER_TERMS {
        let limit = format!("has more than {MAX_FILTER_TERMS} comparisons; split it");
        return Err(Failure {
            offset: input.current_token_start(),
            problem: Problem::Limit(limit),
        });
    }
    let attr = attr_path(input)?;
    if value_paths && let Some(filter) = group(input, ('[', ']'), "`and`, `or` or `]`", false)? {
        let Some(sub) = sub_attribute(input)? else {
            return Ok(Filter::Element(attr, Box::new(filter)));
        };
        // Entra: `emails[type eq "work"].value eq "x"`.
        let compared = comparison(input, AttrPath::name(sub))?;
        let inner = Filter::and(vec![filter, compared]);
        return Ok(Filter::Element(attr, Box::new(inner)));
    }
    comparison(input, attr)
}

/// > attrPath = [URI ":"] ATTRNAME *1subAttr
fn attr_path(input: &mut Input<'_>) -> Result<AttrPath, Failure> {
    let offset = input.current_token_start();
    let text = path_text(input)?;
    AttrPath::read(text).map_err(|(at, what)| Failure {
        offset: offset + at,
        problem: Problem::Expected(what),
    })
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

/// What follows the attribute: `pr`, or an operator and a value.
fn comparison(input: &mut Input<'_>, attr: AttrPath) -> Result<Filter, Failure> {
    white_space(input)?;
    let before = *input;
    match operator(word(input)?) {
        Some(Operator::Present) => Ok(Filter::Present(attr)),
        Some(Operator::Compare(op)) => {
            white_space(input)?;
            Ok(Filter::Compare(attr, op, literal(input)?))
        }
        // > Providers MUST decline to filter results if the specified filter operation is not
        // > recognized
        None => Err(expected(&before, OPERATOR)),
    }
}

enum Operator {
    Present,
    Compare(CompareOp),
}

/// > attribute operators used in filters are case insensitive
fn operator(name: &str) -> Option<Operator> {
    if name.eq_ignore_ascii_case("pr") {
        return Some(Operator::Present);
    }
    let named = CompareOp::ALL
        .into_iter()
        .find(|op| op.as_str().eq_ignore_ascii_case(name));
    named.map(Operator::Compare)
}

/// > compValue = false / null / true / number / string ; rules from JSON (RFC 7159)
fn literal(input: &mut Input<'_>) -> Result<Literal, Failure> {
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

/// Whether `and` or `or` comes next; if so, it is taken.
fn keyword(input: &mut Input<'_>, expected: &str) -> Result<bool, Failure> {
    let before = *input;
    white_space(input)?;
    if word(input)?.eq_ignore_ascii_case(expected) {
        return Ok(true);
    }
    *input = before;
    Ok(false)
}

/// A run of name characters, perhaps empty.
fn word<'i>(input: &mut Input<'i>) -> Result<&'i str, Failure> {
    take_while(0.., |c: char| u8::try_from(c).is_ok_and(path::is_name_byte)).parse_next(input)
}

fn white_space(input: &mut Input<'_>) -> Result<(), Failure> {
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
