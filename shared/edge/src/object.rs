//! JSON bodies of requests whose refusals are problem details.

use bytes::Bytes;
use http_body::Body;
use rollcall_core::{JsonObject, Timestamp, excerpt, parse_object};
use serde_json::Value as Json;

use crate::body::{self, BodyError};
use crate::problem::Problem;

/// Reads the JSON object in a request's body of at most `max` bytes.
///
/// # Errors
/// 413, or 400 when it is none.
pub(crate) async fn any<B: Body<Data = Bytes>>(body: B, max: usize) -> Result<JsonObject, Problem> {
    let bytes = body::read_up_to(body, max)
        .await
        .map_err(|error| match error {
            BodyError::TooLarge => {
                Problem::too_large(format!("the body is larger than {max} bytes"))
            }
            BodyError::Broken => Problem::invalid("the body ended early: send it again".into()),
        })?;
    parse_object(&bytes).map_err(|error| Problem::invalid(error.detail))
}

/// The same for one that has no other members than the known ones: a misspelt `expires_at` must not make a token that
/// never expires.
///
/// # Errors
/// As [`any`]; 400.
pub(crate) async fn read<B: Body<Data = Bytes>>(
    body: B,
    max: usize,
    known: &[&str],
) -> Result<JsonObject, Problem> {
    let object = any(body, max).await?;
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(object),
        Some(unknown) => Err(Problem::invalid(format!(
            "`{}` is not known here: this takes {}",
            excerpt(unknown),
            known.join(", ")
        ))),
    }
}

/// The string that a request has to have under `name`.
///
/// # Errors
/// 400.
pub(crate) fn required<'b>(body: &'b JsonObject, name: &str) -> Result<&'b str, Problem> {
    body.get(name)
        .and_then(|value| value.as_str())
        .ok_or_else(|| Problem::invalid(format!("`{name}` is missing, or no string")))
}

/// What a request has under `name`, if it has anything there.
///
/// # Errors
/// 400 when it is something else than `expected`.
pub(crate) fn optional<T>(
    body: &JsonObject,
    name: &str,
    expected: &str,
    read: impl FnOnce(&Json) -> Option<T>,
) -> Result<Option<T>, Problem> {
    match body.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(value) => match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(Problem::invalid(format!(
                "`{name}` is `{}`: give {expected}",
                excerpt(&value.to_string())
            ))),
        },
    }
}

/// The time that a request has under `name`, if it has anything there.
///
/// # Errors
/// 400.
pub(super) fn time(body: &JsonObject, name: &str) -> Result<Option<Timestamp>, Problem> {
    let example = "a time such as \"2030-01-31T00:00:00Z\"";
    optional(body, name, example, |value| {
        value.as_str().and_then(Timestamp::parse)
    })
}
