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

use winnow::combinator::{eof, opt, peek};
use winnow::stream::{LocatingSlice, Location};
use winnow::{Parser, Result};

use super::Filter;
use super::token::{
    Budget, Failure, Input, OPERATOR, Operator, Problem, expected, literal, operator, path_text,
    sub_attribute, white_space, word,
};
use crate::{AttrPath, ScimError};

/// The longest filter, in bytes.
pub const MAX_FILTER_LENGTH: usize = 8 * 1024;
/// How deep groups, `not` and value paths may nest.
pub const MAX_FILTER_DEPTH: usize = 32;
/// How many comparisons and presence tests a filter may have.
pub const MAX_FILTER_TERMS: usize = 256;

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
    let attr = attr_path(input)?;
    if value_paths && let Some(filter) = group(input, ('[', ']'), "`and`, `or` or `]`", false)? {
        let Some(sub) = sub_attribute(input)? else {
            return Ok(Filter::Element(attr, Box::new(filter)));
        };
        // Entra: `emails[type eq "work"].value eq "x"` (golden/entra_user_life_cycle.json).
        let compared = comparison(input, AttrPath::name(sub))?;
        let inner = Filter::and(vec![filter, compared]);
        return Ok(Filter::Element(attr, Box::new(inner)));
    }
    comparison(input, attr)
}

/// > `attrPath = [URI ":"] ATTRNAME *1subAttr`
fn attr_path(input: &mut Input<'_>) -> Result<AttrPath, Failure> {
    let offset = input.current_token_start();
    let text = path_text(input)?;
    AttrPath::read(text).map_err(|(at, what)| Failure {
        offset: offset + at,
        problem: Problem::Expected(what),
    })
}

/// What follows the attribute: `pr`, or an operator and a value.
fn comparison(input: &mut Input<'_>, attr: AttrPath) -> Result<Filter, Failure> {
    input.state.terms += 1;
    if input.state.terms > MAX_FILTER_TERMS {
        let limit = format!("has more than {MAX_FILTER_TERMS} comparisons; split it");
        return Err(Failure {
            offset: input.current_token_start(),
            problem: Problem::Limit(limit),
        });
    }
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
