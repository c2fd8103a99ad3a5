//! The schemas that an operator defines.

use rollcall_suite::encode;
use serde_json::{Value as Json, json};

use crate::{DEVICE, Fixture, problem, schema_path};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

fn badge(id: &str) -> Json {
    json!({"id": id, "name": "Badge", "attributes": [{"name": "code"}]})
}

#[test]
fn a_schema_is_defined_read_listed_changed_and_deleted() {
    let fixture = Fixture::new();
    let admin = &fixture.admin;
    let id = "urn:example:2.0:Badge";
    let defined = admin.post("/schemas", &badge(id)).expect(201);
    assert_eq!(defined.header("content-type"), Some("application/json"));
    // RFC 7643 §2.2: what is left out has a default.
    let expected = json!({
        "schemas": [SCHEMA], "id": id, "name": "Badge", "description": "",
        "attributes": [{
            "name": "code", "type": "string", "multiValued": false, "description": "", "required": false,
            "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none"
        }]
    });
    assert_eq!(defined.json(), expected);
    assert_eq!(admin.get(&schema_path(id)).expect(200).json(), expected);
    let upper = schema_path(&id.to_uppercase());
    assert_eq!(admin.get(&upper).expect(200).json(), expected);
    let plain = format!("/schemas/{id}");
    assert_eq!(admin.get(&plain).expect(200).json(), expected);
    let list = admin.get("/schemas").expect(200).json();
    let expected = json!({
        "schemas": [LIST], "totalResults": 1, "itemsPerPage": 1, "startIndex": 1, "Resources": [expected]
    });
    assert_eq!(list, expected);

    let mut changed = badge(id);
    changed["description"] = json!("What opens doors");
    let answer = admin.put(&schema_path(id), &changed).expect(200).json();
    assert_eq!(answer["description"], "What opens doors");
    assert_eq!(admin.get(&schema_path(id)).json(), answer);
    // What was read can be sent back.
    assert_eq!(
        admin.put(&schema_path(id), &answer).expect(200).json(),
        answer
    );

    assert_eq!(admin.delete(&schema_path(id)).expect(204).text, "");
    for answer in [
        admin.get(&schema_path(id)),
        admin.put(&schema_path(id), &changed),
        admin.delete(&schema_path(id)),
    ] {
        problem(
            answer,
            404,
            "the tenant has defined no schema `urn:example:2.0:Badge`",
        );
    }
    assert_eq!(admin.get("/schemas").json()["totalResults"], 0);
    // It is free again.
    admin.post("/schemas", &badge(id)).expect(201);
}

#[test]
fn a_uri_may_have_all_that_a_uri_has() {
    let fixture = Fixture::new();
    for id in [
        "https://example.com/schemas/badge",
        "https://example.com//a/../b/#c",
        "urn:example:a%20b+c",
        "urn:example:what?a=b&c;d",
    ] {
        fixture.admin.post("/schemas", &badge(id)).expect(201);
        let shown = fixture.admin.get(&schema_path(id)).expect(200).json();
        assert_eq!(shown["id"], id);
        fixture.admin.put(&schema_path(id), &badge(id)).expect(200);
        fixture.admin.delete(&schema_path(id)).expect(204);
    }
}

#[test]
fn what_discovery_shows_can_be_sent_back() {
    let fixture = Fixture::with_devices(&json!([
        {"name": "serial", "required": true, "uniqueness": "server"},
        {"name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "type": "integer"}, {"name": "type", "canonicalValues": ["usb"]}
        ]}
    ]));
    let path = format!("/Schemas/{}", encode(DEVICE));
    let shown = fixture.scim.get(&path).expect(200).json();
    assert_eq!(shown["meta"]["resourceType"], "Schema");
    let sent = fixture
        .admin
        .put(&schema_path(DEVICE), &shown)
        .expect(200)
        .json();
    assert_eq!(sent["attributes"], shown["attributes"]);
    assert_eq!(fixture.scim.get(&path).expect(200).json(), shown);
}

#[test]
fn err_schemas_that_are_none_are_refused_in_words() {
    let fixture = Fixture::new();
    let admin = &fixture.admin;
    let with = |name: &str, value: Json| {
        let mut schema = badge("urn:example:Badge");
        schema[name] = value;
        schema
    };
    let attribute = |attribute: Json| with("attributes", json!([attribute]));
    let cases = [
        (json!({}), "`id` is missing"),
        (with("id", json!("Badge")), "is not a URI"),
        // A comma ends the path of an attribute, and so can't stand in the URI before it.
        (with("id", json!("tag:example.com,2026:x")), "is not a URI"),
        (
            with("id", json!("urn:ietf:params:scim:schemas:core:2.0:User")),
            "belongs to the SCIM standards",
        ),
        (with("id", json!(7)), "`id` expects a string"),
        (
            with("attributes", json!([])),
            "define at least one attribute",
        ),
        (with("atributes", json!([])), "`atributes` is unknown"),
        (
            attribute(json!({"name": "meta"})),
            "every resource has the attribute `meta`",
        ),
        (attribute(json!({"name": "a b"})), "is not a name"),
        (
            attribute(json!({"name": "a", "type": "text"})),
            "use one of",
        ),
        (
            attribute(json!({"name": "a", "caseexakt": true})),
            "`caseexakt` is unknown",
        ),
        (
            attribute(json!({"name": "a", "type": "boolean", "uniqueness": "server"})),
            "cannot be unique",
        ),
    ];
    for (body, hint) in cases {
        problem(admin.post("/schemas", &body), 400, hint);
    }
    problem(
        admin.post("/schemas", &json!([])),
        400,
        "send a JSON object",
    );
    admin
        .post("/schemas", &badge("urn:example:Badge"))
        .expect(201);
    for id in ["urn:example:Badge", "URN:example:BADGE"] {
        problem(admin.post("/schemas", &badge(id)), 409, "there is a schema");
    }
    let path = schema_path("urn:example:Badge");
    for id in ["urn:example:Other", "urn:example:badge"] {
        problem(admin.put(&path, &badge(id)), 400, "send the same name");
    }
    problem(admin.put(&path, &json!({})), 400, "`id` is missing");
    let mut nobody = fixture.service.admin();
    nobody.base = format!("{}/tenants/nobody", nobody.base);
    problem(nobody.get("/schemas"), 404, "there is no tenant");
    problem(
        nobody.post("/schemas", &badge("urn:x:y")),
        404,
        "there is no tenant",
    );
    problem(nobody.delete("/schemas/urn:x:y"), 404, "there is no tenant");
}

#[test]
fn err_a_schema_that_is_used_is_not_deleted() {
    let fixture = Fixture::with_devices(&json!([{"name": "serial"}]));
    let admin = &fixture.admin;
    let hint = "the resource type `Device` uses the schema";
    problem(admin.delete(&schema_path(DEVICE)), 409, hint);
    admin
        .post("/schemas", &badge("urn:example:Badge"))
        .expect(201);
    let extended = json!({"name": "User", "schemaExtensions": [{"schema": "urn:example:BADGE"}]});
    admin.post("/resource-types", &extended).expect(201);
    let hint = "the resource type `User` uses the schema `urn:example:Badge`";
    problem(admin.delete(&schema_path("urn:example:Badge")), 409, hint);
    admin.delete("/resource-types/User").expect(204);
    admin.delete(&schema_path("urn:example:Badge")).expect(204);
}

#[test]
fn err_a_tenant_has_so_many_schemas_and_no_more() {
    let fixture = Fixture::new();
    for number in 0..50 {
        let id = format!("urn:example:{number}");
        fixture.admin.post("/schemas", &badge(&id)).expect(201);
    }
    let one_more = fixture.admin.post("/schemas", &badge("urn:example:50"));
    problem(
        one_more,
        409,
        "the tenant has 50 schemas, which is the limit",
    );
    fixture.admin.delete("/schemas/urn:example:7").expect(204);
    fixture
        .admin
        .post("/schemas", &badge("urn:example:50"))
        .expect(201);
    // Each tenant has its own.
    let other = Fixture::new();
    assert_eq!(other.admin.get("/schemas").json()["totalResults"], 0);
}
