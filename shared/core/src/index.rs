//! tmp
use crate::{JsonObject, ResourceType};
/// v
#[derive(Clone, Debug, PartialEq)]
pub enum IndexValue { /// a
 Text(String), /// b
 Integer(i64), /// c
 Decimal(f64) }
/// e
#[derive(Clone, Debug, PartialEq)]
pub struct IndexEntry { /// a
 pub path: String, /// b
 pub element: u32, /// c
 pub value: IndexValue }
/// f
pub fn index_entries(_attributes: &JsonObject, _rt: &ResourceType) -> Vec<IndexEntry> { todo!() }
/// f
pub fn unique_values(_attributes: &JsonObject, _rt: &ResourceType) -> Vec<(String, String)> { todo!() }
