//! Devices: a resource type that an operator has defined, with every kind of attribute.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::{JsonObject, ResourceType, ResourceTypeDefinition, ResourceTypes, Schema};

/// The core schema of a device.
pub const DEVICE_SCHEMA: &str = "urn:example:scim:2.0:Device";
/// Its extension.
pub const FLEET_SCHEMA: &str = "urn:ietf:params:scim:schemas:extension:example:2.0:Fleet";

static TYPES: LazyLock<ResourceTypes> = LazyLock::new(|| {
    let schemas = [device_schema(), fleet_schema()].map(|body| Schema::define(object(body)));
    let schemas: Vec<Schema> = schemas.into_iter().flatten().collect();
    let definition = json!({
        "name": "Device", "endpoint": "/Devices", "schema": DEVICE_SCHEMA,
        "schemaExtensions": [{"schema": FLEET_SCHEMA, "required": false}]
    });
    let definition = ResourceTypeDefinition::define(object(definition));
    let definitions: Vec<ResourceTypeDefinition> = definition.into_iter().collect();
    ResourceTypes::assemble(&schemas, &definitions).unwrap_or_default()
});

/// Users, groups and devices.
#[must_use]
pub fn device_types() -> &'static ResourceTypes {
    &TYPES
}

/// The resource type of a device.
#[must_use]
pub fn device_type() -> &'static ResourceType {
    TYPES.custom().first().unwrap_or_else(|| TYPES.user())
}

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    }
}

/// Every data type, singular and multi-valued, and every characteristic that is not refused.
fn device_schema() -> Value {
    json!({"id": DEVICE_SCHEMA, "name": "Device", "attributes": [
        {"name": "serial", "required": true, "uniqueness": "server", "caseExact": true},
        {"name": "label"},
        {"name": "size", "type": "integer"},
        {"name": "weight", "type": "decimal"},
        {"name": "since", "type": "dateTime"},
        {"name": "active", "type": "boolean"},
        {"name": "key", "type": "binary"},
        {"name": "manual", "type": "reference", "referenceTypes": ["external"], "uniqueness": "server"},
        {"name": "tags", "multiValued": true},
        {"name": "sizes", "type": "decimal", "multiValued": true},
        {"name": "seen", "type": "dateTime", "multiValued": true},
        {"name": "pin", "mutability": "writeOnly"},
        {"name": "badge", "mutability": "immutable"},
        {"name": "notes", "returned": "request"},
        {"name": "state", "returned": "always"},
        {"name": "place", "type": "complex", "subAttributes": [
            {"name": "building"},
            {"name": "floor", "type": "integer"},
            {"name": "codes", "multiValued": true},
            {"name": "seal", "mutability": "immutable"}
        ]},
        {"name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "type": "integer", "required": true},
            {"name": "type", "canonicalValues": ["usb", "serial"]},
            {"name": "primary", "type": "boolean"},
            {"name": "names", "multiValued": true},
            {"name": "hint", "returned": "request"}
        ]}
    ]})
}

fn fleet_schema() -> Value {
    json!({"id": FLEET_SCHEMA, "name": "Fleet", "attributes": [
        {"name": "number", "type": "integer", "uniqueness": "global"},
        {"name": "owner", "type": "complex", "subAttributes": [
            {"name": "value"},
            {"name": "$ref", "type": "reference", "referenceTypes": ["User"]},
            {"name": "display", "returned": "request"}
        ]},
        {"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "uniqueness": "server"},
            {"name": "type"},
            {"name": "primary", "type": "boolean"},
            {"name": "since", "type": "dateTime"},
            {"name": "sizes", "type": "decimal", "multiValued": true},
            {"name": "codes", "multiValued": true, "caseExact": true},
            {"name": "seal", "mutability": "immutable"}
        ]}
    ]})
}
