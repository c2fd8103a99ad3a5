//! Reading a request body: UTF-8, a bounded depth, no ambiguous keys.
//!
//! [RFC 7643 §2.1](https://www.rfc-editor.org/rfc/rfc7643#section-2.1)

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use crate::path::excerpt;
use crate::{JsonObject, ScimError};

/// How deep a body may nest.
pub const MAX_DEPTH: usize = 64;

/// Reads the one JSON object of a request body.
///
/// # Errors
///
/// `invalidSyntax`, with the line and column: empty, not UTF-8, not JSON, not an object, something after
/// it, nested deeper than [`MAX_DEPTH`], a NUL character in a string, or two keys of one object that
/// are equal but for case.
pub fn parse_object(bytes: &[u8]) -> Result<JsonObject, ScimError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        ScimError::invalid_syntax(format!(
            "the body is not UTF-8 at byte {offset}; encode it as UTF-8"
        ))
    })?;
    if text.trim_ascii().is_empty() {
        return Err(ScimError::invalid_syntax(
            "the body is empty; send a JSON object",
        ));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Bounded { depth: 0 }.deserialize(&mut reader);
    let value = read
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| {
            ScimError::invalid_syntax(format!("the body is not acceptable JSON: {error}"))
        })?;
    match value {
        Value::Object(object) => Ok(object),
        other => Err(ScimError::invalid_syntax(format!(
            "the body is {}; send a JSON object",
            kind_name(&other)
        ))),
    }
}

/// What a JSON value is called in a message.
pub(crate) fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The value of a key, whatever the key's case.
pub(crate) fn get_ignore_case<'v>(object: &'v JsonObject, key: &str) -> Option<&'v Value> {
    object.get(key).or_else(|| {
        object
            .iter()
            .find(|(k, _)| k.eq_ignore_ascii_case(key))
            .map(|(_, v)| v)
    })
}

/// Takes the value of a key out of an object, whatever the key's case.
pub(crate) fn remove_ignore_case(object: &mut JsonObject, key: &str) -> Option<Value> {
    object.remove(key).or_else(|| {
        let found = object.keys().find(|k| k.eq_ignore_ascii_case(key))?.clone();
        object.remove(&found)
    })
}

#[derive(Clone, Copy)]
struct Bounded {
    depth: usize,
}

impl Bounded {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format_args!(
                "nested deeper than {MAX_DEPTH} levels; flatten it"
            )));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Bounded {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        text(value).map(|()| Value::String(value.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        text(&value).map(|()| Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = JsonObject::new();
        let mut seen = BTreeSet::new();
        while let Some(key) = access.next_key::<String>()? {
            text(&key)?;
            // > Attribute names are case insensitive.
            if !seen.insert(key.to_ascii_lowercase()) {
                return Err(A::Error::custom(format_args!(
                    "the key `{}` is there twice (keys are compared without case); keep one",
                    excerpt(&key)
                )));
            }
            object.insert(key, access.next_value_seed(inner)?);
        }
        Ok(Value::Object(object))
    }
}

fn text<E: serde::de::Error>(value: &str) -> Result<(), E> {
    if value.contains('\0') {
        return Err(E::custom(
            "a string contains the character U+0000; remove it",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_err(body: &[u8], expected: &str) {
        let error = parse_object(body).unwrap_err();
        assert_eq!(error.scim_type, Some(crate::ScimType::InvalidSyntax));
        assert!(error.detail.contains(expected), "{}", error.detail);
    }

    #[test]
    fn ok_every_kind_of_value() {
        let body =
            br#" {"a":[null,true,-1,18446744073709551615,1.5,"\u00e9\ud83d\ude00"],"b":{"a":{}}} "#;
        let read = parse_object(body).unwrap();
        let plain: JsonObject = serde_json::from_slice(body).unwrap();
        assert_eq!(read, plain);
    }

    #[test]
    fn err_says_where_and_what() {
        check_err(b"", "the body is empty; send a JSON object");
        check_err(b" \r\n", "the body is empty");
        check_err(b"{", "line 1 column 1");
        check_err(b"{\"a\":1,}", "line 1 column 8");
        check_err(b"{\"a\":1} x", "trailing characters at line 1 column 9");
        check_err(b"[1]", "the body is an array; send a JSON object");
        check_err(b"{\"a\":\"\xff\"}", "not UTF-8 at byte 6");
        check_err(br#"{"a":"\u0000"}"#, "U+0000");
        check_err(br#"{"a\u0000":1}"#, "U+0000");
        check_err(br#"{"a":"\ud800"}"#, "line 1");
        check_err(br#"{"a":1e999}"#, "number out of range");
    }

    #[test]
    fn err_two_keys_that_differ_in_case() {
        check_err(br#"{"userName":"a","x":{"Type":1,"type":2}}"#, "`type`");
        check_err(br#"{"userName":"a","username":"b"}"#, "`username`");
        check_err(br#"{"a":1,"a":2}"#, "`a`");
    }

    #[test]
    fn err_nested_too_deep() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse_object(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
        check_err(nested(MAX_DEPTH).as_bytes(), "deeper than 64");
        check_err(nested(400_000).as_bytes(), "deeper than 64");
        check_err("{\"a\":".repeat(100_000).as_bytes(), "deeper than 64");
    }

    /// Wasm gives a component 1 MiB of stack; half of it has to do.
    #[test]
    fn the_deepest_body_needs_little_stack() {
        let body = "{\"a\":".repeat(MAX_DEPTH) + "1" + &"}".repeat(MAX_DEPTH);
        let run = move || assert!(parse_object(body.as_bytes()).is_ok());
        let thread = std::thread::Builder::new()
            .stack_size(512 * 1024)
            .spawn(run)
            .unwrap();
        thread.join().unwrap();
    }

    #[test]
    fn a_long_key_is_cut_in_the_message() {
        let key = "k".repeat(10_000);
        let error = parse_object(format!("{{\"{key}\":1,\"{key}\":2}}").as_bytes()).unwrap_err();
        assert!(error.detail.len() < 300);
    }
}
