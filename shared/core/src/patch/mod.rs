//! Changing a resource with PATCH.
//!
//! [RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)

mod add;
mod complex;
mod elements;
mod members;
mod pathless;
mod place;
mod remove;
mod replace;
mod request;

pub use request::{MAX_OPERATIONS, PATCH_OP_SCHEMA, PatchRequest};

use std::cell::RefCell;

use request::in_operation;
use serde_json::Value;

use crate::members::{Tracker, listed_members};
use crate::path::excerpt;
use crate::validate::check_whole;
use crate::{
    JsonObject, MemberChange, Mode, PatchPath, Relation, Resource, ResourceType, ScimError,
};

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

/// What the operations of a request come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Patched {
    /// The new attributes, without relations.
    pub attributes: JsonObject,
    /// What becomes of the members, if the resource is a group.
    pub members: Members,
}

/// What operations do to a group's members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Members {
    /// This much, which may be nothing.
    Changed(MemberChange),
    /// It depends on who they are: apply the operations again with `members` among the resource's attributes.
    Needed,
}

/// What every operation of a request has in common.
struct Patch<'a> {
    rt: &'a ResourceType,
    mode: Mode,
    id: &'a str,
    /// What has been done to the members so far, if the type has members and they are not in the document.
    members: Option<RefCell<Absent>>,
}

/// Members that are not at hand.
#[derive(Default)]
struct Absent {
    tracker: Tracker,
    /// Whether an operation depends on who they are.
    needed: bool,
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
/// The members of a group need not be among the attributes: [`Patched::members`] says what the operations do to them,
/// or that they cannot be told without.
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
) -> Result<Patched, ScimError> {
    let members = match rt.related() {
        Some((Relation::Members, target)) => Some(target.attr.name.as_str()),
        _ => None,
    };
    let mut document = resource.attributes.clone();
    let given = members.and_then(|name| document.get(name)).cloned();
    let patch = Patch {
        rt,
        mode,
        id: &resource.id,
        members: (members.is_some() && given.is_none()).then(RefCell::default),
    };
    for (position, op) in ops.iter().enumerate() {
        patch
            .apply_one(&mut document, op)
            .map_err(|error| in_operation(position, ops.len(), error))?;
    }
    check_whole(&document, Some(&resource.attributes), rt, mode)?;
    let left = members.and_then(|name| document.remove(name));
    let members = match patch.members.map(RefCell::into_inner) {
        Some(Absent { needed: true, .. }) => Members::Needed,
        Some(absent) => Members::Changed(absent.tracker.into_change()),
        None => Members::Changed(MemberChange::between(
            &listed_members(given.as_ref())?,
            &listed_members(left.as_ref())?,
        )),
    };
    Ok(Patched {
        attributes: document,
        members,
    })
}

/// What operations do to the members of a group, if that is all they do and it can be told without knowing the group:
/// then the group need not be read.
///
/// # Errors
///
/// As [`apply`].
pub fn member_change(
    ops: &[PatchOp],
    rt: &ResourceType,
    mode: Mode,
) -> Result<Option<MemberChange>, ScimError> {
    let patch = Patch {
        rt,
        mode,
        id: "",
        members: Some(RefCell::default()),
    };
    for (position, op) in ops.iter().enumerate() {
        let Some(path) = &op.path else {
            return Ok(None);
        };
        let is_about_members = patch.find(path).and_then(|place| {
            if op.op != OpKind::Remove && op.value.is_none() {
                return Ok(false);
            }
            patch.change_members(op.op, &place, op.value.as_ref())
        });
        if !is_about_members.map_err(|error| in_operation(position, ops.len(), error))? {
            return Ok(None);
        }
    }
    let absent = patch.members.map(RefCell::into_inner).unwrap_or_default();
    Ok((!absent.needed).then(|| absent.tracker.into_change()))
}

impl Patch<'_> {
    fn apply_one(&self, document: &mut JsonObject, op: &PatchOp) -> Result<(), ScimError> {
        let Some(path) = &op.path else {
            return self.apply_to_resource(document, op);
        };
        let place = self.find(path)?;
        if (op.op == OpKind::Remove || op.value.is_some())
            && self.change_members(op.op, &place, op.value.as_ref())?
        {
            return Ok(());
        }
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
