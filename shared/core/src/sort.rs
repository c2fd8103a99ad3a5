//! tmp
use std::cmp::Ordering;
use crate::{JsonObject, ResourceType, ScimError, Target};
/// v
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder { /// a
 Ascending, /// b
 Descending }
/// s
#[derive(Clone, Debug, PartialEq)]
pub struct Sort<'s> { /// a
 pub target: Target<'s>, /// b
 pub order: SortOrder }
impl<'s> Sort<'s> {
/// p
pub fn parse(_sort_by: &str, _order: Option<&str>, _rt: &'s ResourceType) -> Result<Self, ScimError> { todo!() }
/// c
pub fn compare(&self, _a: &JsonObject, _b: &JsonObject) -> Ordering { todo!() }
}
