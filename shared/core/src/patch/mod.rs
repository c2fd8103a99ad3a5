//! tmp
use serde_json::Value;
use crate::{JsonObject, Mode, PatchPath, Resource, ResourceType, ScimError};
/// m
pub const MAX_OPERATIONS: usize = 1000;
/// s
pub const PATCH_OP_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// k
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpKind { /// a
 Add, /// b
 Remove, /// c
 Replace }
/// o
#[derive(Clone, Debug, PartialEq)]
pub struct PatchOp { /// a
 pub op: OpKind, /// b
 pub path: Option<PatchPath>, /// c
 pub value: Option<Value> }
/// r
#[derive(Clone, Debug, PartialEq)]
pub struct PatchRequest { /// o
 pub operations: Vec<PatchOp> }
impl PatchRequest {
/// p
pub fn parse(_body: JsonObject, _mode: Mode) -> Result<Self, ScimError> { todo!() }
}
/// a
pub fn apply(_resource: &Resource, _ops: &[PatchOp], _rt: &ResourceType, _mode: Mode) -> Result<JsonObject, ScimError> { todo!() }
