//! Changes of definitions where there are resources already.

use serde_json::{Value as Json, json};

use crate::{DEVICE, Fixture, UNIQUENESS, problem};

const BADGE: &str = "urn:example:Badge";

fn attributes() -> Json {
    json!([{"name": "serial"}, {"name": "size", "type": "integer"}, {"name": "tags", "multiValued": true}])
}

/// Demands that a change of the devices' attributes is refused with this count, this example and this reason.
#[track_caller]
fn refused(fixture: &Fixture, attributes: &Json, count: &str, id: &str, why: &str) {
    let hint = format!("{count} would not fit");
    let answer = fixture.put_schema(DEVICE, attributes);
    let example = format!("such as the Device with the id `{id}`: {why}");
    assert!(answer.text.contains(&example), "{}", answer.text);
    problem(answer, 409, &hint);
}

#[test]
fn err_what_is_stored_does_not_fit() {
    let fixture = Fixture::with_devices(&attributes());
    fixture.device(&json!({"serial": "a"}));
    let first = fixture.device(&json!({"serial": "b", "size": 1, "tags": ["x"]}));
    fixture.device(&json!({"size": 2}));
    let serial = json!({"name": "serial"});
    let size = json!({"name": "size", "type": "integer"});
    let tags = json!({"name": "tags", "multiValued": true});
    let path = "`size` is not an attribute of Device";
    refused(
        &fixture,
        &json!([serial, tags]),
        "2 stored resources",
        &first,
        path,
    );
    let text = json!({"name": "size"});
    let why = "`size` is an integer, not a string";
    refused(
        &fixture,
        &json!([serial, text, tags]),
        "2 stored resources",
        &first,
        why,
    );
    let one = json!({"name": "tags"});
    let why = "`tags` is an array, not a string";
    refused(
        &fixture,
        &json!([serial, size, one]),
        "1 stored resource",
        &first,
        why,
    );
    let secret = json!({"name": "tags", "multiValued": true, "mutability": "writeOnly"});
    let why = "`tags` would never be returned";
    refused(
        &fixture,
        &json!([serial, size, secret]),
        "1 stored resource",
        &first,
        why,
    );
    // Nothing has changed.
    let schema = fixture
        .scim
        .get(&format!("/Schemas/{DEVICE}"))
        .expect(200)
        .json();
    assert_eq!(schema["attributes"].as_array().map(Vec::len), Some(3));
    assert_eq!(fixture.count("/Devices", "size gt 0 and tags eq \"x\""), 1);
    // Once they fit, it can be done.
    let devices = fixture
        .scim
        .filter("/Devices", "size pr", "")
        .expect(200)
        .json();
    for device in devices["Resources"].as_array().unwrap() {
        let path = format!("/Devices/{}", device["id"].as_str().unwrap());
        let body = json!({"schemas": [DEVICE], "serial": "c"});
        fixture.scim.put(&path, &body).expect(200);
    }
    fixture
        .put_schema(DEVICE, &json!([serial, text]))
        .expect(200);
}

#[test]
fn err_what_becomes_required_is_missing() {
    let fixture = Fixture::with_devices(&attributes());
    fixture.device(&json!({"serial": "a", "size": 1}));
    let first = fixture.device(&json!({"serial": "b"}));
    let demanding = json!([
        {"name": "serial"}, {"name": "size", "type": "integer", "required": true}, {"name": "tags", "multiValued": true}
    ]);
    let why = "`size` is required, and missing or blank";
    refused(&fixture, &demanding, "1 stored resource", &first, why);
    fixture
        .scim
        .delete(&format!("/Devices/{first}"))
        .expect(204);
    fixture.put_schema(DEVICE, &demanding).expect(200);
    let body = json!({"schemas": [DEVICE], "serial": "c"});
    drop(
        fixture
            .scim
            .post("/Devices", &body)
            .expect_error(400, Some("invalidValue")),
    );
}

#[test]
fn err_an_extension_that_people_have_does_not_go() {
    let fixture = Fixture::new();
    let admin = &fixture.admin;
    let schema = json!({"id": BADGE, "attributes": [{"name": "code"}]});
    admin.post("/schemas", &schema).expect(201);
    let extended = |required: bool| json!({"name": "User", "schemaExtensions": [{"schema": BADGE, "required": required}]});
    admin.post("/resource-types", &extended(false)).expect(201);
    let anna = fixture.user("anna");
    let hint = format!(
        "1 stored resource would not fit: change it first, such as the User with the id `{anna}`: `{BADGE}` is required and missing"
    );
    problem(
        admin.put("/resource-types/User", &extended(true)),
        409,
        &hint,
    );
    let put = json!({"schemas": [crate::USER], "userName": "anna", BADGE: {"code": "x"}});
    fixture
        .scim
        .put(&format!("/Users/{anna}"), &put)
        .expect(200);
    admin
        .put("/resource-types/User", &extended(true))
        .expect(200);
    let hint = format!("`{BADGE}` is not an extension of User");
    problem(admin.delete("/resource-types/User"), 409, &hint);
    fixture.scim.delete(&format!("/Users/{anna}")).expect(204);
    admin.delete("/resource-types/User").expect(204);
}

#[test]
fn what_is_stored_is_found_by_the_new_form() {
    let fixture = Fixture::with_devices(&attributes());
    for (serial, size) in [("Aa", 1), ("Bb", 2)] {
        fixture.device(&json!({"serial": serial, "size": size, "tags": ["T"]}));
    }
    let count = |filter: &str| fixture.count("/Devices", filter);
    assert_eq!(count("serial eq \"aA\""), 1);
    let form = |serial: Json, size: Json, tags: Json| {
        let mut serial = serial;
        serial["name"] = json!("serial");
        let mut size = size;
        size["name"] = json!("size");
        let mut tags = tags;
        tags["name"] = json!("tags");
        tags["multiValued"] = json!(true);
        fixture
            .put_schema(DEVICE, &json!([serial, size, tags]))
            .expect(200);
    };
    form(
        json!({"caseExact": true}),
        json!({"type": "decimal"}),
        json!({"canonicalValues": ["T"]}),
    );
    assert_eq!(
        (count("serial eq \"aA\""), count("serial eq \"Aa\"")),
        (0, 1)
    );
    assert_eq!(
        (
            count("serial co \"a\""),
            count("size lt 1.5"),
            count("tags eq \"t\"")
        ),
        (1, 1, 2)
    );
    form(
        json!({"uniqueness": "server"}),
        json!({"type": "decimal"}),
        json!({}),
    );
    assert_eq!(
        (
            count("serial eq \"aA\""),
            count("serial sw \"b\""),
            count("tags co \"t\"")
        ),
        (1, 1, 2)
    );
    let twin = json!({"schemas": [DEVICE], "serial": "AA"});
    drop(
        fixture
            .scim
            .post("/Devices", &twin)
            .expect_error(409, UNIQUENESS),
    );
    form(
        json!({}),
        json!({"type": "decimal"}),
        json!({"caseExact": true}),
    );
    fixture.device(&json!({"serial": "AA"}));
    assert_eq!(
        (
            count("serial eq \"aA\""),
            count("tags eq \"t\""),
            count("tags eq \"T\"")
        ),
        (2, 0, 2)
    );
    let sorted = fixture
        .scim
        .get("/Devices?sortBy=serial&sortOrder=descending")
        .expect(200)
        .json();
    assert_eq!(sorted["Resources"][0]["serial"], "Bb");
    // None of this is a change of the devices.
    assert_eq!(sorted["Resources"][0]["meta"]["version"], "W/\"1\"");
}

#[test]
fn err_what_becomes_unique_is_shared() {
    let fixture = Fixture::with_devices(&attributes());
    let first = fixture.device(&json!({"serial": "x"}));
    fixture.device(&json!({"serial": "y"}));
    let second = fixture.device(&json!({"serial": "X"}));
    fixture.device(&json!({"serial": "x"}));
    let unique = |case_exact: bool| {
        json!([
            {"name": "serial", "uniqueness": "server", "caseExact": case_exact},
            {"name": "size", "type": "integer"}, {"name": "tags", "multiValued": true}
        ])
    };
    let why = format!("`serial` `x` is also that of the Device with the id `{first}`");
    refused(
        &fixture,
        &unique(false),
        "2 stored resources",
        &second,
        &why,
    );
    assert_eq!(fixture.count("/Devices", "serial eq \"x\""), 3);
    let answer = fixture.put_schema(DEVICE, &unique(true));
    problem(answer, 409, "1 stored resource would not fit");
    fixture.device(&json!({"serial": "y"}));
}
