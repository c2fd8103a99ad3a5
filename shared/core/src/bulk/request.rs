//! The body of a bulk request.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::num::NonZeroUsize;

use serde_json::Value;

use super::operation::Written;
use crate::json::{get_ignore_case, kind_name, remove_ignore_case};
use crate::path::excerpt;
use crate::{JsonObject, ScimError};

/// The schema of a bulk request.
pub const BULK_REQUEST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// How many operations a request may have.
pub const MAX_BULK_OPERATIONS: usize = 1000;

/// A bulk request, its operations as the client sent them.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRequest {
    pub(super) fail_on_errors: Option<NonZeroUsize>,
    pub(super) operations: Vec<Written>,
}

impl BulkRequest {
    /// Reads the body. Names, methods and the schema may be in any case. What is wrong with one
    /// operation alone becomes that operation's result.
    ///
    /// # Errors
    ///
    /// `invalidSyntax` if the structure is wrong, `invalidValue` if `failOnErrors` is no whole number
    /// from 1, 413 if there are more operations than [`MAX_BULK_OPERATIONS`].
    pub fn parse(mut body: JsonObject) -> Result<Self, ScimError> {
        check_schemas(&body)?;
        let fail_on_errors = fail_on_errors(remove_ignore_case(&mut body, "failOnErrors"))?;
        // > Operations … REQUIRED.
        let operations = match remove_ignore_case(&mut body, "Operations") {
            Some(Value::Array(operations)) if !operations.is_empty() => operations,
            _ => {
                return Err(ScimError::invalid_syntax(
                    "`Operations` expects an array of one or more operations",
                ));
            }
        };
        // > If either limit is exceeded, the service provider MUST return HTTP response code 413 …. The
        // > returned response MUST specify the limit exceeded (§3.7.4)
        if operations.len() > MAX_BULK_OPERATIONS {
            return Err(ScimError::payload_too_large(format!(
                "the request has {} operations, which exceeds maxOperations ({MAX_BULK_OPERATIONS}); split it",
                operations.len()
            )));
        }
        let mut operations: Vec<_> = operations.into_iter().map(Written::read).collect();
        refuse_duplicates(&mut operations);
        Ok(Self {
            fail_on_errors,
            operations,
        })
    }
}

fn check_schemas(body: &JsonObject) -> Result<(), ScimError> {
    let is_bulk_request = |urn: &Value| {
        urn.as_str()
            .is_some_and(|urn| urn.eq_ignore_ascii_case(BULK_REQUEST_SCHEMA))
    };
    match get_ignore_case(body, "schemas") {
        Some(Value::Array(urns)) if urns.iter().any(is_bulk_request) => Ok(()),
        Some(urn) if is_bulk_request(urn) => Ok(()),
        _ => Err(ScimError::invalid_syntax(format!(
            "add \"schemas\": [\"{BULK_REQUEST_SCHEMA}\"] to the body"
        ))),
    }
}

/// > An integer specifying the number of errors that the service provider will accept before the
/// > operation is terminated
fn fail_on_errors(value: Option<Value>) -> Result<Option<NonZeroUsize>, ScimError> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let number = value
        .as_u64()
        .map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    let number = number.and_then(NonZeroUsize::new);
    number.map(Some).ok_or_else(|| {
        let found = match &value {
            Value::Number(number) => excerpt(&number.to_string()),
            other => kind_name(other).to_owned(),
        };
        ScimError::invalid_value(format!(
            "`failOnErrors` expects a whole number from 1, not {found}"
        ))
    })
}

/// > unique within a bulk request
///
/// The first POST keeps the `bulkId`. Other methods may have one, too, which comes back and has no
/// other meaning.
fn refuse_duplicates(operations: &mut [Written]) {
    let mut first = BTreeMap::new();
    for (number, operation) in (1_usize..).zip(operations) {
        if !operation.creates {
            continue;
        }
        let Some(bulk_id) = &operation.bulk_id else {
            continue;
        };
        match first.entry(bulk_id.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(number);
            }
            Entry::Occupied(entry) => {
                operation.creates = false;
                operation.draft = Err(ScimError::invalid_value(format!(
                    "`bulkId` is `{}`, as in operation {}; give every POST its own",
                    excerpt(bulk_id),
                    entry.get()
                )));
            }
        }
    }
}
