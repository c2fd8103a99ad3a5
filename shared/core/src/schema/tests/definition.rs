use serde_json::{Value, json};

use super::*;
use crate::{ScimError, ScimType};

fn define(body: Value) -> Result<ResourceTypeDefinition, ScimError> {
    ResourceTypeDefinition::define(body.as_object().unwrap().clone())
}

/// A device with some members changed; null takes one out.
fn device_with(changes: Value) -> Value {
    let mut body =
        json!({"name": "Device", "endpoint": "/Devices", "schema": "urn:example:2.0:Device"});
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[track_caller]
fn err(body: Value, expected: &str) {
    let error = define(body).unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (400, Some(ScimType::InvalidValue))
    );
    assert!(error.detail.starts_with(expected), "{}", error.detail);
}

#[test]
fn a_definition_is_written_as_the_rfc_has_it() {
    let extensions = json!([{"schema": "urn:example:2.0:Fleet", "required": true}, {"schema": "urn:example:2.0:Lease"}]);
    let definition = define(device_with(
        json!({"description": "A thing", "schemaExtensions": extensions}),
    ))
    .unwrap();
    let wire = json!({
        "id": "Device", "name": "Device", "endpoint": "/Devices", "description": "A thing",
        "schema": "urn:example:2.0:Device",
        "schemaExtensions": [
            {"schema": "urn:example:2.0:Fleet", "required": true}, {"schema": "urn:example:2.0:Lease", "required": false}
        ]
    });
    assert_eq!(serde_json::to_value(&definition).unwrap(), wire);
    assert_eq!(
        serde_json::from_value::<ResourceTypeDefinition>(wire.clone()).unwrap(),
        definition
    );
    let mut read = wire;
    read["schemas"] = json!([RESOURCE_TYPE_SCHEMA]);
    read["meta"] = json!({"resourceType": "ResourceType"});
    assert_eq!(define(read), Ok(definition));
}

#[test]
fn an_endpoint_may_lack_its_slash() {
    let definition = define(device_with(json!({"endpoint": "v1.my-Things_~"}))).unwrap();
    assert_eq!(definition.endpoint, "/v1.my-Things_~");
}

#[test]
fn what_is_built_in_can_be_extended_and_nothing_else() {
    let extension = json!([{"schema": "urn:example:2.0:Badge", "required": true}]);
    let user = define(json!({"name": "User", "schemaExtensions": extension})).unwrap();
    assert_eq!(
        (user.endpoint.as_str(), user.schema.as_str()),
        ("/Users", USER_SCHEMA)
    );
    assert_eq!(user.description, "User Account");
    let same = json!({"name": "Group", "endpoint": "/Groups", "schema": GROUP_SCHEMA, "schemaExtensions": extension});
    assert_eq!(
        define(same).unwrap().schema_extensions,
        user.schema_extensions
    );
    err(
        json!({"name": "User", "endpoint": "/People"}),
        "the `endpoint` of User is `/Users`; leave it so, or out",
    );
    err(
        json!({"name": "User", "schema": "urn:example:2.0:User"}),
        "the `schema` of User is `urn:ietf:params:scim:schemas:core:2.0:User`; leave it so, or out",
    );
    err(
        json!({"name": "user"}),
        "`name` is `user`; to extend what is built in, write `User`",
    );
}

#[test]
fn the_enterprise_extension_belongs_to_users() {
    let extensions = json!([{"schema": ENTERPRISE_USER_SCHEMA, "required": true}]);
    assert!(define(json!({"name": "User", "schemaExtensions": extensions})).is_ok());
    let expected = "extension 1: `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User` is built in and cannot extend Group";
    err(
        json!({"name": "Group", "schemaExtensions": extensions}),
        expected,
    );
}

#[test]
fn err_names() {
    for name in ["De vice", "Dévice", "De-vice", &"a".repeat(65)] {
        assert!(
            define(device_with(json!({"name": name}))).is_err(),
            "{name}"
        );
    }
    assert!(define(device_with(json!({"name": "a".repeat(64)}))).is_ok());
    err(
        device_with(json!({"name": "Device/2"})),
        "`name` is `Device/2`; use letters and digits alone",
    );
    err(
        device_with(json!({"name": "schema"})),
        "`name` is `schema`, which is reserved",
    );
    err(
        device_with(json!({"name": null})),
        "`name` is missing; give a name",
    );
    err(
        device_with(json!({"id": "other"})),
        "the `id` of a resource type is its name; set it to `Device`",
    );
}

#[test]
fn err_endpoints() {
    for endpoint in [
        "/",
        "",
        "/a/b",
        "//a",
        "/a b",
        "/é",
        "/.",
        "..",
        "/a%20b",
        "/a?b",
        &format!("/{}", "a".repeat(65)),
    ] {
        assert!(
            define(device_with(json!({"endpoint": endpoint}))).is_err(),
            "{endpoint}"
        );
    }
    for endpoint in [
        "/Users",
        "/groups",
        "bulk",
        "/ME",
        "/Schemas",
        "/resourcetypes",
        "/ServiceProviderConfig",
        "/.search",
    ] {
        let error = define(device_with(json!({"endpoint": endpoint}))).unwrap_err();
        assert!(
            error.detail.contains("which is something else already"),
            "{error}"
        );
    }
    err(
        device_with(json!({"endpoint": null})),
        "`endpoint` is missing; give a path, such as `/Devices`",
    );
    err(
        device_with(json!({"endpoint": "/a/b"})),
        "`endpoint` is `/a/b`; use one segment",
    );
}

#[test]
fn err_schemas_and_extensions() {
    err(device_with(json!({"schema": null})), "`schema` is missing");
    err(
        device_with(json!({"schema": USER_SCHEMA})),
        "`schema` is `urn:ietf:params:scim:schemas:core:2.0:User`, which is built in",
    );
    let extended = |extensions: Value| device_with(json!({"schemaExtensions": extensions}));
    err(
        extended(json!([{"required": true}])),
        "extension 1: `schema` is missing",
    );
    err(
        extended(json!(["urn:x"])),
        "extension 1 expects an object, not a string",
    );
    err(
        extended(json!([{"schema": "urn:x:a"}, {"schema": "URN:X:A"}])),
        "extension 2: `URN:X:A` is there already; remove one of them",
    );
    err(
        extended(json!([{"schema": "urn:example:2.0:device"}])),
        "extension 1: `urn:example:2.0:device` is the schema of the type itself",
    );
    let many: Vec<Value> = (0..21)
        .map(|n| json!({"schema": format!("urn:x:{n}")}))
        .collect();
    err(
        extended(Value::Array(many)),
        "`schemaExtensions` has 21 elements; the limit is 20",
    );
    let error = define(extended(json!([{"schema": "urn:x:a", "Requird": true}]))).unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::InvalidSyntax));
    assert_eq!(
        error.detail,
        "extension 1: `Requird` is unknown; remove it, or use one of schema, required"
    );
}
