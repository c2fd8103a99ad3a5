//! The body of a PATCH request.

use serde_json::Value;

use super::{OpKind, PatchOp};
use crate::json::{get_ignore_case, kind_name, remove_ignore_case};
use crate::path::excerpt;
use crate::{JsonObject, Mode, PatchPath, ScimError};

/// The schema of a PATCH request.
pub const PATCH_OP_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How many operations a request may have.
pub const MAX_OPERATIONS: usize = 1000;

/// A PATCH request, its operations in order.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchRequest {
    /// The operations.
    pub operations: Vec<PatchOp>,
}

impl PatchRequest {
    /// Reads the body. Names and operations may be in any case.
    ///
    /// # Errors
    ///
    /// `invalidSyntax` if the structure is wrong, `invalidPath` if a path is malformed, 413 if there
    /// are more than [`MAX_OPERATIONS`], and in [`Mode::Strict`] `noTarget` if a path is left out.
    pub fn parse(mut body: JsonObject, mode: Mode) -> Result<Self, ScimError> {
        check_schemas(&body)?;
        // > The body of an HTTP PATCH request MUST contain the attribute "Operations", whose value is
        // > an array of one or more PATCH operations.
        let operations = match remove_ignore_case(&mut body, "Operations") {
            Some(Value::Array(operations)) if !operations.is_empty() => operations,
            _ => {
                return Err(ScimError::invalid_syntax(
                    "`Operations` expects an array of one or more operations",
                ));
            }
        };
        if operations.len() > MAX_OPERATIONS {
            return Err(ScimError::payload_too_large(format!(
                "the request has {} operations; the limit is {MAX_OPERATIONS}",
                operations.len()
            )));
        }
        let count = operations.len();
        let read = operations
            .into_iter()
            .enumerate()
            .map(|(position, operation)| {
                operation_of(operation, mode).map_err(|error| in_operation(position, count, error))
            });
        Ok(Self {
            operations: read.collect::<Result<_, _>>()?,
        })
    }
}

/// Says which operation an error is about, if there are several.
pub(super) fn in_operation(position: usize, count: usize, error: ScimError) -> ScimError {
    if count == 1 {
        return error;
    }
    ScimError {
        detail: format!("operation {}: {}", position + 1, error.detail),
        ..error
    }
}

/// > The body of each request MUST contain the "schemas" attribute with the URI value of
/// > "urn:ietf:params:scim:api:messages:2.0:PatchOp".
fn check_schemas(body: &JsonObject) -> Result<(), ScimError> {
    let is_patch_op = |urn: &Value| {
        urn.as_str()
            .is_some_and(|urn| urn.eq_ignore_ascii_case(PATCH_OP_SCHEMA))
    };
    match get_ignore_case(body, "schemas") {
        Some(Value::Array(urns)) if urns.iter().any(is_patch_op) => Ok(()),
        Some(urn) if is_patch_op(urn) => Ok(()),
        _ => Err(ScimError::invalid_syntax(format!(
            "add \"schemas\": [\"{PATCH_OP_SCHEMA}\"] to the body"
        ))),
    }
}

fn operation_of(operation: Value, mode: Mode) -> Result<PatchOp, ScimError> {
    let Value::Object(mut operation) = operation else {
        let found = kind_name(&operation);
        return Err(ScimError::invalid_syntax(format!(
            "expected an object, not {found}"
        )));
    };
    let op = op_kind(remove_ignore_case(&mut operation, "op"))?;
    let path = match remove_ignore_case(&mut operation, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) if path.is_empty() && mode == Mode::Compat => None,
        Some(Value::String(path)) => Some(PatchPath::parse(&path)?),
        Some(other) => {
            let found = kind_name(&other);
            return Err(ScimError::invalid_path(format!(
                "`path` expects a string, not {found}"
            )));
        }
    };
    if path.is_none() && mode == Mode::Strict {
        return Err(ScimError::no_target(
            "`path` is missing; name the attribute in `path`",
        ));
    }
    let value = remove_ignore_case(&mut operation, "value");
    if let Some(name) = operation.keys().next().filter(|_| mode == Mode::Strict) {
        return Err(ScimError::invalid_syntax(format!(
            "`{}` is not a member of an operation; remove it",
            excerpt(name)
        )));
    }
    Ok(PatchOp { op, path, value })
}

/// > Each PATCH operation object MUST have exactly one "op" member, whose value … MAY be one of
/// > "add", "remove", or "replace".
fn op_kind(op: Option<Value>) -> Result<OpKind, ScimError> {
    const KINDS: [OpKind; 3] = [OpKind::Add, OpKind::Remove, OpKind::Replace];
    match op {
        // Entra: "Add", "Replace", "Remove" (golden/entra_user_life_cycle.json).
        Some(Value::String(name)) => {
            let named = KINDS
                .into_iter()
                .find(|kind| kind.as_str().eq_ignore_ascii_case(&name));
            named.ok_or_else(|| {
                ScimError::invalid_syntax(format!(
                    "`op` is `{}`; use add, remove or replace",
                    excerpt(&name)
                ))
            })
        }
        _ => Err(ScimError::invalid_syntax(
            "`op` expects add, remove or replace",
        )),
    }
}
