//! Operations on the resource itself: the value says which attributes.
//!
//! > If omitted, the target location is assumed to be the resource itself. The "value" parameter
//! > contains a set of attributes (RFC 7644 §3.5.2.1)

use serde_json::Value;

use super::place::{Place, check_writable, is_schemas};
use super::{OpKind, Patch, PatchOp};
use crate::json::kind_name;
use crate::path::excerpt;
use crate::{JsonObject, Mode, PatchPath, ScimError};

impl Patch<'_> {
    /// An operation without a path.
    pub(super) fn apply_to_resource(
        &self,
        document: &mut JsonObject,
        op: &PatchOp,
    ) -> Result<(), ScimError> {
        // > If "path" is unspecified, the operation fails with HTTP status code 400 and a "scimType"
        // > error code of "noTarget".
        if op.op == OpKind::Remove || self.mode == Mode::Strict {
            return Err(ScimError::no_target(format!(
                "`{}` needs a `path` that names the attribute",
                op.op.as_str()
            )));
        }
        self.set_all(
            document,
            op.op,
            None,
            op.value.as_ref().unwrap_or(&Value::Null),
        )
    }

    /// Adds or replaces the attributes that an object names, those of a schema if it is given.
    ///
    /// Entra sends names such as `name.givenName` and
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber`, so each is read as
    /// a path (golden/entra_aadoptscim062020.json).
    pub(super) fn set_all(
        &self,
        document: &mut JsonObject,
        op: OpKind,
        schema: Option<&str>,
        value: &Value,
    ) -> Result<(), ScimError> {
        let Value::Object(values) = value else {
            return Err(ScimError::invalid_value(format!(
                "`value` expects an object of attributes, not {}",
                kind_name(value)
            )));
        };
        for (name, value) in values {
            let path = match schema {
                None => PatchPath::parse(name),
                Some(urn) => PatchPath::parse(&format!("{urn}:{name}")),
            };
            let Ok(path) = path else {
                self.ignore(name)?;
                continue;
            };
            match self.find(&path) {
                // A schema within a schema names nothing.
                Ok(Place::Resource | Place::Extension(_)) if schema.is_some() => {
                    self.ignore(name)?;
                }
                Ok(place) => {
                    if !self.is_ignored(&place, value)? {
                        self.set(document, op, &place, value)?;
                    }
                }
                Err(_) if matches!(path, PatchPath::Attr(_) | PatchPath::Schema(_)) => {
                    self.ignore(name)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn set(
        &self,
        document: &mut JsonObject,
        op: OpKind,
        place: &Place<'_>,
        value: &Value,
    ) -> Result<(), ScimError> {
        if self.change_members(op, place, Some(value))? {
            return Ok(());
        }
        match op {
            OpKind::Replace => self.replace(document, place, value),
            OpKind::Add | OpKind::Remove => self.add(document, place, value),
        }
    }

    /// Unknown attributes are ignored, as they are in a resource.
    fn ignore(&self, name: &str) -> Result<(), ScimError> {
        match self.mode {
            Mode::Compat => Ok(()),
            Mode::Strict => Err(ScimError::invalid_path(format!(
                "`{}` is not an attribute of {}; remove it",
                excerpt(name),
                self.rt.name
            ))),
        }
    }

    /// Whether an attribute of a value object is passed over: what is readOnly, as in a PUT.
    fn is_ignored(&self, place: &Place<'_>, value: &Value) -> Result<bool, ScimError> {
        let target = match place {
            Place::Resource | Place::Extension(_) => return Ok(false),
            Place::Attribute(target) => *target,
            Place::Selected(selection) => selection.target,
        };
        if is_schemas(target) {
            return Ok(true);
        }
        // Okta, for groups: `{"op":"replace","value":{"id":"…","displayName":"…"}}`.
        if target.extension.is_none() && target.attr.name == "id" {
            return match value.as_str() {
                Some(id) if id == self.id => Ok(true),
                _ => Err(ScimError::mutability(
                    "`id` is readOnly; leave it out or as it is",
                )),
            };
        }
        match check_writable(target) {
            Ok(()) => Ok(false),
            Err(_) if self.mode == Mode::Compat => Ok(true),
            Err(error) => Err(error),
        }
    }
}
