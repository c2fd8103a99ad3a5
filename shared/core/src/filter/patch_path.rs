//! The `path` of a PATCH operation, read with the filter's parser.
//!
//! [RFC 7644 §3.5.2, Figure 7](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)

use winnow::stream::Location;

use super::PatchPath;
use super::parse::{end, group, start};
use super::token::{Failure, Problem, path_text, sub_attribute};
use crate::ScimError;
use crate::path::{self, AttrPath};

impl PatchPath {
    /// Reads a path: `members`, `addresses[type eq "work"].streetAddress`, a schema's URI.
    ///
    /// # Errors
    ///
    /// `invalidPath`, with the byte offset and what was expected there; the limits are those of a
    /// filter.
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        read(text).map_err(|failure| ScimError::invalid_path(failure.explain("the path", text)))
    }
}

fn read(text: &str) -> Result<PatchPath, Failure> {
    let mut input = start(text)?;
    let offset = input.current_token_start();
    let path = path_text(&mut input)?;
    let attr = AttrPath::read(path).map_err(|(at, what)| Failure {
        offset: offset + at,
        problem: Problem::Expected(what),
    });
    let Some(filter) = group(&mut input, ('[', ']'), "`and`, `or` or `]`", false)? else {
        end(&mut input, "`[`, `.` or the end")?;
        return match attr {
            Ok(attr) => Ok(PatchPath::Attr(attr)),
            Err(_) if path.contains(':') && path::not_a_uri(path).is_none() => {
                Ok(PatchPath::Schema(path.to_owned()))
            }
            Err(failure) => Err(failure),
        };
    };
    let attr = attr?;
    let sub = sub_attribute(&mut input)?.map(str::to_owned);
    end(&mut input, "the end")?;
    Ok(PatchPath::Value { attr, filter, sub })
}
