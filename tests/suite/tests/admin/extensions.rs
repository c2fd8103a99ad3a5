//! Extensions of people and groups.

use rollcall_suite::encode;
use serde_json::json;

use crate::{Fixture, GROUP, PATCH_OP, USER, problem};

/// As Entra ID and Okta have their customers call it.
const BADGE: &str = "urn:ietf:params:scim:schemas:extension:example:2.0:User";

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    let attributes = json!([
        {"name": "code", "uniqueness": "server"},
        {"name": "level", "type": "integer"},
        {"name": "site", "type": "complex", "subAttributes": [{"name": "city"}]}
    ]);
    let schema = json!({"id": BADGE, "name": "Badge", "attributes": attributes});
    fixture.admin.post("/schemas", &schema).expect(201);
    for name in ["User", "Group"] {
        let extended =
            json!({"name": name, "schemaExtensions": [{"schema": BADGE, "required": false}]});
        let answer = fixture
            .admin
            .post("/resource-types", &extended)
            .expect(201)
            .json();
        assert_eq!(answer["endpoint"], format!("/{name}s"));
    }
    fixture
}

#[test]
fn people_have_the_extension() {
    let fixture = fixture();
    let scim = &fixture.scim;
    let before = fixture.user("before");
    let body = json!({
        "schemas": [USER, BADGE], "userName": "anna",
        BADGE: {"code": "C1", "level": 3, "site": {"city": "Bern"}}
    });
    let created = scim.post("/Users", &body).expect(201).json();
    assert_eq!(created["schemas"], json!([USER, BADGE]));
    assert_eq!(created[BADGE], body[BADGE]);
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    for (filter, expected) in [
        (format!("{BADGE}:code eq \"c1\""), 1),
        (format!("{BADGE}:site.city sw \"be\""), 1),
        (format!("{BADGE}:level gt 3"), 0),
        (format!("schemas eq \"{BADGE}\""), 1),
        (format!("not ({BADGE}:code pr)"), 1),
    ] {
        assert_eq!(fixture.count("/Users", &filter), expected, "{filter}");
    }
    let twin = json!({"schemas": [USER, BADGE], "userName": "twin", BADGE: {"code": "c1"}});
    drop(
        scim.post("/Users", &twin)
            .expect_error(409, Some("uniqueness")),
    );
    let operations = json!([
        {"op": "replace", "path": format!("{BADGE}:level"), "value": 4},
        {"op": "remove", "path": format!("{BADGE}:site")}
    ]);
    let patch = json!({"schemas": [PATCH_OP], "Operations": operations});
    let patched = scim.patch(&path, &patch).expect(200).json();
    assert_eq!(patched[BADGE], json!({"code": "C1", "level": 4}));
    let query = encode(&format!("{BADGE}:level"));
    let shown = scim
        .get(&format!("{path}?attributes={query}"))
        .expect(200)
        .json();
    assert_eq!(shown[BADGE], json!({"level": 4}));
    assert!(shown.get("userName").is_none(), "{shown}");
    // Whoever was there before is as they were.
    let shown = scim.get(&format!("/Users/{before}")).expect(200).json();
    assert_eq!(
        (&shown["schemas"], &shown["meta"]["version"]),
        (&json!([USER]), &json!("W/\"1\""))
    );
    let types = scim.get("/ResourceTypes/User").expect(200).json();
    let extensions = types["schemaExtensions"].as_array().unwrap();
    assert!(
        extensions.contains(&json!({"schema": BADGE, "required": false})),
        "{types}"
    );
}

#[test]
fn groups_have_the_extension() {
    let fixture = fixture();
    let scim = &fixture.scim;
    let body = json!({"schemas": [GROUP, BADGE], "displayName": "Guides", BADGE: {"code": "C1"}});
    let created = scim.post("/Groups", &body).expect(201).json();
    assert_eq!(created["schemas"], json!([GROUP, BADGE]));
    assert_eq!(
        fixture.count("/Groups", &format!("{BADGE}:code eq \"C1\"")),
        1
    );
    // Unique among groups, and among people.
    let user = json!({"schemas": [USER, BADGE], "userName": "anna", BADGE: {"code": "C1"}});
    drop(scim.post("/Users", &user).expect(201));
}

#[test]
fn the_built_in_stays_as_it_is() {
    let fixture = fixture();
    let admin = &fixture.admin;
    let extended = |name: &str, value: serde_json::Value| {
        let mut body = json!({"name": "User", "schemaExtensions": [{"schema": BADGE}]});
        body[name] = value;
        admin.put("/resource-types/User", &body)
    };
    problem(
        extended("endpoint", json!("/People")),
        400,
        "leave it so, or out",
    );
    problem(extended("schema", json!(BADGE)), 400, "leave it so, or out");
    drop(extended("description", json!("Our people")).expect(200));
    let types = fixture.scim.get("/ResourceTypes/User").expect(200).json();
    assert_eq!(types["description"], "Our people");
    // Without the definition it is the standard's again.
    admin.delete("/resource-types/User").expect(204);
    let types = fixture.scim.get("/ResourceTypes/User").expect(200).json();
    assert_eq!(types["schemaExtensions"].as_array().map(Vec::len), Some(1));
    fixture.user("anna");
}
