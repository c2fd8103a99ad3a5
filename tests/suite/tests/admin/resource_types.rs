//! The resource types that an operator defines.

use serde_json::{Value as Json, json};

use crate::{DEVICE, Fixture, GROUP, USER, problem};

const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

fn robot() -> Json {
    json!({"name": "Robot", "endpoint": "/Robots", "schema": "urn:example:Robot"})
}

/// A tenant that has devices, and a schema for something else.
fn fixture() -> Fixture {
    let fixture = Fixture::with_devices(&json!([{"name": "serial"}]));
    let schema = json!({"id": "urn:example:Robot", "attributes": [{"name": "model"}]});
    fixture.admin.post("/schemas", &schema).expect(201);
    fixture
}

#[test]
fn a_resource_type_is_defined_read_listed_changed_and_deleted() {
    let fixture = fixture();
    let admin = &fixture.admin;
    let defined = admin.post("/resource-types", &robot()).expect(201).json();
    let expected = json!({
        "schemas": [RESOURCE_TYPE], "id": "Robot", "name": "Robot", "endpoint": "/Robots", "description": "",
        "schema": "urn:example:Robot", "schemaExtensions": []
    });
    assert_eq!(defined, expected);
    let path = "/resource-types/Robot";
    assert_eq!(admin.get(path).expect(200).json(), expected);
    assert_eq!(
        admin.get("/resource-types/ROBOT").expect(200).json(),
        expected
    );
    let list = admin.get("/resource-types").expect(200).json();
    assert_eq!(list["totalResults"], 2);
    assert_eq!(list["Resources"][1], expected);
    drop(fixture.scim.get("/Robots").expect(200));

    let mut changed = robot();
    changed["endpoint"] = json!("Machines");
    changed["description"] = json!("They work");
    let answer = admin.put(path, &changed).expect(200).json();
    assert_eq!(answer["endpoint"], "/Machines");
    assert_eq!(admin.get(path).json(), answer);
    drop(fixture.scim.get("/Machines").expect(200));
    drop(fixture.scim.get("/Robots").expect_error(404, None));
    // What discovery shows can be sent back.
    let shown = fixture.scim.get("/ResourceTypes/Robot").expect(200).json();
    assert_eq!(shown["description"], "They work");
    assert_eq!(admin.put(path, &shown).expect(200).json(), answer);

    assert_eq!(admin.delete(path).expect(204).text, "");
    drop(fixture.scim.get("/Machines").expect_error(404, None));
    drop(
        fixture
            .scim
            .get("/ResourceTypes/Robot")
            .expect_error(404, None),
    );
    for answer in [
        admin.get(path),
        admin.put(path, &robot()),
        admin.delete(path),
    ] {
        problem(
            answer,
            404,
            "the tenant has defined no resource type `Robot`",
        );
    }
}

#[test]
fn err_resource_types_that_are_none_are_refused_in_words() {
    let fixture = fixture();
    let admin = &fixture.admin;
    let with = |name: &str, value: Json| {
        let mut definition = robot();
        definition[name] = value;
        definition
    };
    let extended = |urn: &str| with("schemaExtensions", json!([{"schema": urn}]));
    let cases = [
        (json!({}), 400, "`name` is missing"),
        (
            with("name", json!("Ro bot")),
            400,
            "use letters and digits alone",
        ),
        (with("name", json!("Schema")), 400, "is reserved"),
        (
            with("endpoint", json!("/Bulk")),
            400,
            "is something else already",
        ),
        (with("endpoint", json!("/a/b")), 400, "use one segment"),
        (
            with("schema", json!("urn:example:Nope")),
            400,
            "which is not defined; define it first",
        ),
        (with("schema", json!(USER)), 400, "is built in"),
        (
            extended("urn:example:Nope"),
            400,
            "which is not defined; define it first",
        ),
        (extended("urn:example:Robot"), 400, "it cannot extend it"),
        (
            with("extensions", json!([])),
            400,
            "`extensions` is unknown",
        ),
        (
            with("name", json!("DEVICE")),
            409,
            "there is a resource type",
        ),
        (
            with("endpoint", json!("/devices")),
            409,
            "choose another one",
        ),
        (
            with("schema", json!(DEVICE)),
            409,
            "is the schema of two resource types",
        ),
        (json!({"name": "Group", "schema": USER}), 400, GROUP),
    ];
    for (body, status, hint) in cases {
        problem(admin.post("/resource-types", &body), status, hint);
    }
    let path = "/resource-types/Device";
    problem(admin.put(path, &robot()), 400, "send the same name");
    // Nothing of it is there.
    assert_eq!(admin.get("/resource-types").json()["totalResults"], 1);
    let types = fixture.scim.get("/ResourceTypes").expect(200).json();
    assert_eq!(types["totalResults"], 3);
}

#[test]
fn err_a_type_that_has_resources_is_not_deleted() {
    let fixture = fixture();
    let id = fixture.device(&json!({"serial": "a"}));
    let admin = &fixture.admin;
    let hint =
        format!("Device has 1 resource: delete it first, such as the one with the id `{id}`");
    problem(admin.delete("/resource-types/Device"), 409, &hint);
    fixture.device(&json!({"serial": "b"}));
    problem(
        admin.delete("/resource-types/Device"),
        409,
        "Device has 2 resources",
    );
    let devices = fixture.scim.get("/Devices").expect(200).json();
    for device in devices["Resources"].as_array().unwrap() {
        let path = format!("/Devices/{}", device["id"].as_str().unwrap());
        fixture.scim.delete(&path).expect(204);
    }
    admin.delete("/resource-types/Device").expect(204);
    drop(fixture.scim.get("/Devices").expect_error(404, None));
}
