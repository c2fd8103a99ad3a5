use serde_json::{Value, json};

use super::*;
use crate::ScimError;

/// A schema with one attribute, `serial` unless it is said.
fn schema(id: &str, attribute: &str) -> Schema {
    let body = json!({"id": id, "attributes": [{"name": attribute}]});
    Schema::define(body.as_object().unwrap().clone()).unwrap()
}

fn definition(body: Value) -> ResourceTypeDefinition {
    ResourceTypeDefinition::define(body.as_object().unwrap().clone()).unwrap()
}

fn device(extensions: &[&str]) -> ResourceTypeDefinition {
    let extensions: Vec<Value> = extensions
        .iter()
        .map(|urn| json!({"schema": urn, "required": true}))
        .collect();
    definition(
        json!({"name": "Device", "endpoint": "/Devices", "schema": "urn:x:Device", "schemaExtensions": extensions}),
    )
}

fn schemas() -> [Schema; 3] {
    [
        schema("urn:x:Device", "serial"),
        schema("urn:x:Fleet", "number"),
        schema("urn:x:Badge", "badge"),
    ]
}

#[track_caller]
fn err(result: Result<ResourceTypes, ScimError>, status: u16, expected: &str) {
    let error = result.unwrap_err();
    assert_eq!((error.status, error.detail.as_str()), (status, expected));
}

#[test]
fn a_tenant_without_definitions_has_users_and_groups() {
    let types = ResourceTypes::assemble(&schemas(), &[]).unwrap();
    assert_eq!(&types, ResourceTypes::built_in());
    assert_eq!(types, ResourceTypes::default());
    assert_eq!(types.user(), &ResourceType::user());
    assert_eq!(types.group(), &ResourceType::group());
    let ids: Vec<&str> = types
        .schemas()
        .iter()
        .map(|schema| schema.id.as_str())
        .collect();
    assert_eq!(ids, [USER_SCHEMA, ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA]);
}

#[test]
fn a_new_type_has_its_schema_and_extensions() {
    let types = ResourceTypes::assemble(&schemas(), &[device(&["urn:x:fleet"])]).unwrap();
    let names: Vec<&str> = types.iter().map(|known| known.name.as_str()).collect();
    assert_eq!(names, ["User", "Group", "Device"]);
    let device = types.by_name("device").unwrap();
    assert_eq!(types.by_endpoint("/Devices"), Some(device));
    assert_eq!(
        (types.by_endpoint("/devices"), types.by_name("Nope")),
        (None, None)
    );
    assert_eq!(types.custom().first(), Some(device));
    assert_eq!(
        (device.id.as_str(), device.endpoint.as_str()),
        ("Device", "/Devices")
    );
    assert_eq!(device.schema.id, "urn:x:Device");
    assert_eq!(device.extensions[0].schema.id, "urn:x:Fleet");
    assert!(device.extensions[0].required);
    check(device, "URN:X:FLEET:NUMBER", Some("urn:x:Fleet:number"));
}

#[test]
fn what_is_built_in_takes_extensions() {
    let extension = json!([{"schema": "urn:x:Badge"}]);
    let definitions = [
        definition(json!({"name": "User", "description": "People", "schemaExtensions": extension})),
        definition(json!({"name": "Group", "schemaExtensions": extension})),
    ];
    let types = ResourceTypes::assemble(&schemas(), &definitions).unwrap();
    let ids: Vec<&str> = types
        .user()
        .extensions
        .iter()
        .map(|extension| extension.schema.id.as_str())
        .collect();
    assert_eq!(ids, [ENTERPRISE_USER_SCHEMA, "urn:x:Badge"]);
    assert_eq!(types.user().description, "People");
    assert_eq!(types.group().extensions.len(), 1);
    assert_eq!(types.group().description, "Group");
    check(types.user(), "urn:x:Badge:badge", Some("urn:x:Badge:badge"));
    assert_eq!(types.schemas().len(), 4);
    let required = json!([{"schema": ENTERPRISE_USER_SCHEMA.to_lowercase(), "required": true}]);
    let required = definition(json!({"name": "User", "schemaExtensions": required}));
    let types = ResourceTypes::assemble(&[], &[required]).unwrap();
    assert_eq!(types.user().extensions.len(), 1);
    assert!(types.user().extensions[0].required);
}

#[test]
fn err_what_is_not_there() {
    err(
        ResourceTypes::assemble(&[], &[device(&[])]),
        400,
        "the resource type `Device` names the schema `urn:x:Device`, which is not defined; define it first",
    );
    err(
        ResourceTypes::assemble(&schemas(), &[device(&["urn:x:Nope"])]),
        400,
        "the resource type `Device` names the schema `urn:x:Nope`, which is not defined; define it first",
    );
}

#[test]
fn err_what_is_there_twice() {
    let other = |name: &str, endpoint: &str, schema: &str| {
        definition(json!({"name": name, "endpoint": endpoint, "schema": schema}))
    };
    let assemble =
        |definitions: &[ResourceTypeDefinition]| ResourceTypes::assemble(&schemas(), definitions);
    err(
        assemble(&[device(&[]), other("DEVICE", "/Others", "urn:x:Fleet")]),
        409,
        "the resource type `DEVICE` is defined twice; keep one",
    );
    err(
        assemble(&[device(&[]), other("Other", "/DEVICES", "urn:x:Fleet")]),
        409,
        "two resource types have the endpoint `/DEVICES`; choose another one",
    );
    err(
        assemble(&[device(&[]), other("Other", "/Others", "URN:x:Device")]),
        409,
        "`urn:x:Device` is the schema of two resource types; define one for each",
    );
    let twice = [schema("urn:x:Device", "a"), schema("urn:x:DEVICE", "b")];
    err(
        ResourceTypes::assemble(&twice, &[]),
        409,
        "the schema `urn:x:DEVICE` is defined twice; keep one",
    );
}

#[test]
fn err_a_schema_that_reads_as_an_attribute_of_another() {
    let schemas = [
        schema("urn:x:Device", "fleet"),
        schema("urn:x:Device:Fleet", "number"),
    ];
    err(
        ResourceTypes::assemble(&schemas, &[device(&["urn:x:Device:Fleet"])]),
        400,
        "`urn:x:Device:Fleet` is a schema of Device and also the attribute `fleet` of another one of its schemas; \
         rename one of them",
    );
    let schemas = [
        schema("urn:x:Device", "number"),
        schema("urn:x:Device:Fleet", "fleet"),
    ];
    assert!(ResourceTypes::assemble(&schemas, &[device(&["urn:x:Device:Fleet"])]).is_ok());
}
