//! References to a `bulkId`, and the ids that they become.
//!
//! > The service provider MUST replace the string "bulkId:qwerty" with the permanent resource id once
//! > created. (§3.7.2)
//!
//! A reference is a whole string: a member's or manager's `value`, any other value in an operation's
//! `data`, the id of its path, or a string that a PATCH path compares with, as in
//! `members[value eq "bulkId:qwerty"]`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::path::REFERENCE;
use crate::path::excerpt;
use crate::{Filter, JsonObject, Literal, PatchPath, ScimError};

/// The resources of a request's POSTs: index and id by `bulkId`.
pub(super) type Created = BTreeMap<String, (usize, String)>;

/// Replaces the references of one operation.
pub(super) struct References<'c> {
    created: &'c Created,
    /// The POSTs that were referred to.
    pub(super) found: BTreeSet<usize>,
}

impl<'c> References<'c> {
    pub(super) fn new(created: &'c Created) -> Self {
        Self {
            created,
            found: BTreeSet::new(),
        }
    }

    /// Replaces a text if it is a reference, and says whether it was one.
    ///
    /// # Errors
    ///
    /// `invalidValue` if no POST has that `bulkId`.
    pub(super) fn resolve(&mut self, text: &mut String) -> Result<bool, ScimError> {
        let Some(bulk_id) = text.strip_prefix(REFERENCE) else {
            return Ok(false);
        };
        let Some((index, id)) = self.created.get(bulk_id) else {
            return Err(ScimError::invalid_value(format!(
                "no POST of this request has the bulkId `{}`; add the POST, or refer to an existing resource by \
                 its id",
                excerpt(bulk_id)
            )));
        };
        self.found.insert(*index);
        text.clone_from(id);
        Ok(true)
    }

    /// Replaces the references in the values of `data`, however deep it is.
    ///
    /// # Errors
    ///
    /// As [`Self::resolve`].
    pub(super) fn resolve_values(&mut self, data: &mut JsonObject) -> Result<(), ScimError> {
        let mut left: Vec<&mut Value> = data.values_mut().collect();
        while let Some(value) = left.pop() {
            match value {
                Value::String(text) => {
                    self.resolve(text)?;
                }
                Value::Array(elements) => left.extend(elements),
                Value::Object(members) => left.extend(members.values_mut()),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        Ok(())
    }

    /// Replaces the references in the paths of a PATCH. A path that is malformed stays as it is: PATCH
    /// says what is wrong with it.
    ///
    /// # Errors
    ///
    /// As [`Self::resolve`].
    pub(super) fn resolve_paths(&mut self, patch: &mut JsonObject) -> Result<(), ScimError> {
        let operations = member(patch, "Operations").and_then(Value::as_array_mut);
        for operation in operations.into_iter().flatten() {
            let path = operation
                .as_object_mut()
                .and_then(|operation| member(operation, "path"));
            let Some(Value::String(path)) = path else {
                continue;
            };
            if !path.contains('[') {
                continue;
            }
            if let Ok(mut parsed) = PatchPath::parse(path)
                && let PatchPath::Value { filter, .. } = &mut parsed
                && self.resolve_filter(filter)?
            {
                *path = parsed.to_string();
            }
        }
        Ok(())
    }

    /// The parser bounds how deep a filter is.
    fn resolve_filter(&mut self, filter: &mut Filter) -> Result<bool, ScimError> {
        match filter {
            Filter::Compare(_, _, Literal::Text(text)) => self.resolve(text),
            Filter::Compare(..) | Filter::Present(_) => Ok(false),
            Filter::And(filters) | Filter::Or(filters) => {
                let mut any = false;
                for filter in filters {
                    any |= self.resolve_filter(filter)?;
                }
                Ok(any)
            }
            Filter::Not(filter) | Filter::Element(_, filter) => self.resolve_filter(filter),
        }
    }
}

fn member<'v>(object: &'v mut JsonObject, name: &str) -> Option<&'v mut Value> {
    let mut members = object.iter_mut();
    let found = members.find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}
