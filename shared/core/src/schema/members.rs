//! Reading the definitions that an operator sends.
//!
//! A member is taken out as it is read. What is left over is unknown, and refused: a misspelt
//! characteristic must not vanish.

use serde_json::Value;

use crate::json::{kind_name, remove_ignore_case};
use crate::path::excerpt;
use crate::{JsonObject, ScimError};

/// The members of one object of a definition.
pub(super) struct Members {
    /// What the object is, in front of a message: nothing for the document, else "`keys.code`: ".
    place: String,
    left: JsonObject,
    /// The names that were asked for.
    known: Vec<&'static str>,
}

impl Members {
    /// The members of a document. `schemas` and `meta` are passed over, so that what was read from
    /// `/Schemas` or `/ResourceTypes` can be sent back.
    pub fn of_document(mut body: JsonObject) -> Self {
        remove_ignore_case(&mut body, "schemas");
        remove_ignore_case(&mut body, "meta");
        Self {
            place: String::new(),
            left: body,
            known: Vec::new(),
        }
    }

    /// The members of an object within, called `place` in messages.
    pub fn of_object(place: &str, value: Value) -> Result<Self, ScimError> {
        match value {
            Value::Object(left) => Ok(Self {
                place: format!("{place}: "),
                left,
                known: Vec::new(),
            }),
            other => Err(ScimError::invalid_value(format!(
                "{place} expects an object, not {}",
                kind_name(&other)
            ))),
        }
    }

    /// Calls the object something else in messages from here on.
    pub fn rename(&mut self, place: &str) {
        self.place = format!("{place}: ");
    }

    /// An error about the object.
    pub fn invalid(&self, detail: impl AsRef<str>) -> ScimError {
        ScimError::invalid_value(format!("{}{}", self.place, detail.as_ref()))
    }

    /// A member; null is as good as none.
    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        remove_ignore_case(&mut self.left, name).filter(|value| !value.is_null())
    }

    fn wrong(&self, name: &str, expected: &str, found: &Value) -> ScimError {
        let found = kind_name(found);
        self.invalid(format!("`{name}` expects {expected}, not {found}"))
    }

    /// A string of at most so many bytes.
    pub fn text(
        &mut self,
        name: &'static str,
        longest: usize,
    ) -> Result<Option<String>, ScimError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() > longest => Err(self.invalid(format!(
                "`{name}` is {} bytes long; the limit is {longest}",
                text.len()
            ))),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(name, "a string", &other)),
        }
    }

    /// A string that must be there; `instead` says what to give.
    pub fn demanded(
        &mut self,
        name: &'static str,
        longest: usize,
        instead: &str,
    ) -> Result<String, ScimError> {
        self.text(name, longest)?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| self.invalid(format!("`{name}` is missing; give {instead}")))
    }

    /// A boolean.
    pub fn flag(&mut self, name: &'static str) -> Result<Option<bool>, ScimError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(self.wrong(name, "true or false", &other)),
        }
    }

    /// One of some keywords, in any case.
    pub fn keyword<T: Copy>(
        &mut self,
        name: &'static str,
        keywords: &[(&str, T)],
    ) -> Result<Option<T>, ScimError> {
        let text = match self.take(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text,
            Some(other) => return Err(self.wrong(name, "a string", &other)),
        };
        let named = keywords
            .iter()
            .find(|(keyword, _)| keyword.eq_ignore_ascii_case(&text));
        if let Some((_, value)) = named {
            return Ok(Some(*value));
        }
        let known: Vec<&str> = keywords.iter().map(|(keyword, _)| *keyword).collect();
        Err(self.invalid(format!(
            "`{name}` is `{}`; use one of {}",
            excerpt(&text),
            known.join(", ")
        )))
    }

    /// An array of at most so many elements; an empty one if it is missing.
    pub fn list(&mut self, name: &'static str, longest: usize) -> Result<Vec<Value>, ScimError> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) if values.len() > longest => Err(self.invalid(format!(
                "`{name}` has {} elements; the limit is {longest}",
                values.len()
            ))),
            Some(Value::Array(values)) => Ok(values),
            Some(other) => Err(self.wrong(name, "an array", &other)),
        }
    }

    /// Every member must have been asked for.
    pub fn finish(self) -> Result<(), ScimError> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(unknown) => Err(ScimError::invalid_syntax(format!(
                "{}`{}` is unknown; remove it, or use one of {}",
                self.place,
                excerpt(unknown),
                self.known.join(", ")
            ))),
        }
    }
}
