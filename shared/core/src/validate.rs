//! tmp
use crate::{JsonObject, Resource, ResourceType, ScimError};
/// How strictly a client's input is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode { /// c
 #[default] Compat, /// s
 Strict }
/// a
pub fn accept(_input: JsonObject, _rt: &ResourceType, _mode: Mode) -> Result<JsonObject, ScimError> { todo!() }
/// r
pub fn replace(_current: &Resource, _new: JsonObject, _rt: &ResourceType) -> Result<JsonObject, ScimError> { todo!() }
