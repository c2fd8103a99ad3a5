//! tmp
use crate::{JsonObject, ResourceType, ScimError};
/// p
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {}
impl Projection {
/// p
pub fn parse(_attributes: Option<&str>, _excluded: Option<&str>, _rt: &ResourceType) -> Result<Self, ScimError> { todo!() }
/// a
pub fn all() -> Self { todo!() }
/// n
pub fn names_anything(&self) -> bool { todo!() }
/// a
pub fn apply(&self, _resource: JsonObject, _rt: &ResourceType) -> JsonObject { todo!() }
}
