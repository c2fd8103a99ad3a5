//! Changing a resource with PATCH.
//!
//! [RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)

mod add;
mod complex;
mod elements;
mod pathless;
mod place;
mod remove;
mod replace;
mod request;

pub use request::{MAX_OPERATIONS, PATCH_OP_SCHEMA, PatchRequest};

use request::in_operation;
use serde_json::Value;

use crate::path::excerpt;
use crate::validate::check_whole;
use crate::{JsonObject, Mode, PatchPath, Resource, ResourceType, ScimError};

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpKind {
    /// Adds values (§3.5.2.1).
    Add,
    /// Removes values (§3.5.2.2).
    Remove,
    /// Replaces values (§3.5.2.3).
    Replace,
}

impl OpKind {
    /// The operation's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }
}

/// One operation of a PATCH.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchOp {
    /// What to do.
    pub op: OpKind,
    /// To what; the resource itself if there is none.
    pub path: Option<PatchPath>,
    /// With what.
    pub value: Option<Value>,
}

/// What every operation of a request has in common.
#[derive(Clone, Copy)]
struct Patch<'a> {
    rt: &'a ResourceType,
    mode: Mode,
    id: &'a str,
}

/// Applies operations to a resource and returns its new attributes; the resource is left as it is, so
/// a failure changes nothing. Whether anything changed is for the caller to compare.
///
/// > A PATCH request, regardless of the number of operations, SHALL be treated as atomic.
///
/// What clients send beyond the RFC is taken in both modes where it is unambiguous: a `remove` with a
/// list of values removes those alone, and an `add` through a value path that selects nothing creates
/// the element, if the filter says what it is like (`emails[type eq "work"].value`). In
/// [`Mode::Compat`], a `replace` does so, too; a path may be left out, in which case the names in the
/// value may be paths themselves; and the manager may be a bare id.
///
/// # Errors
///
/// `invalidPath` if a path names what the type lacks; `noTarget` if it selects nothing that could be
/// operated on; `mutability` if the client may not change it; `invalidValue` if a value does not fit,
/// or a new `userName` has characters that no user name can have; `invalidFilter` if a path's filter does not.
pub fn apply(
    resource: &Resource,
    ops: &[PatchOp],
    rt: &ResourceType,
    mode: Mode,
) -> Result<JsonObject, ScimError> {
    let patch = Patch {
        rt,
        mode,
        id: &resource.id,
    };
    let mut document = resource.attributes.clone();
    for (position, op) in ops.iter().enumerate() {
        patch
            .apply_one(&mut document, op)
            .map_err(|error| in_operation(position, ops.len(), error))?;
    }
    check_whole(&document, Some(&resource.attributes), rt, mode)?;
    Ok(document)
}

impl Patch<'_> {
    fn apply_one(&self, document: &mut JsonObject, op: &PatchOp) -> Result<(), ScimError> {
        let Some(path) = &op.path else {
            return self.apply_to_resource(document, op);
        };
        let place = self.find(path)?;
        match (op.op, &op.value) {
            (OpKind::Remove, value) => self.remove(document, &place, value.as_ref()),
            // > The operation MUST contain a "value" member
            (_, None) => Err(ScimError::invalid_value(format!(
                "`{}` of `{}` needs a `value`",
                op.op.as_str(),
                excerpt(&path.to_string())
            ))),
            (OpKind::Add, Some(value)) => self.add(document, &place, value),
            (OpKind::Replace, Some(value)) => self.replace(document, &place, value),
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
