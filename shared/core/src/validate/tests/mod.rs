mod accept;
mod custom;
mod put;
mod violation;
mod widens;

use serde_json::json;

use super::*;
use crate::ScimType;
use crate::schema::{ENTERPRISE_USER_SCHEMA, USER_SCHEMA};

/// A type with every data type, a required extension and required sub-attributes.
fn custom() -> ResourceType {
    let mut rt = ResourceType::user();
    let attributes = json!([
        {"name": "count", "type": "integer"},
        {"name": "weight", "type": "decimal"},
        {"name": "since", "type": "dateTime"},
        {"name": "badge", "mutability": "immutable"},
        {"name": "seal", "type": "complex", "subAttributes": [{"name": "value", "mutability": "immutable"}, {"name": "x"}]},
        {"name": "rank", "mutability": "readOnly"},
        {"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "required": true}, {"name": "seen", "mutability": "readOnly"}
        ]}
    ]);
    rt.schema
        .attributes
        .extend(serde_json::from_value::<Vec<Attribute>>(attributes).unwrap());
    rt
}
