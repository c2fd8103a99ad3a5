//! A whole new resource type, under its own endpoint.

use serde_json::{Value as Json, json};

use crate::{DEVICE, Fixture, PATCH_OP, UNIQUENESS, USER};

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

fn fixture() -> Fixture {
    Fixture::with_devices(&json!([
        {"name": "serial", "required": true, "uniqueness": "server", "caseExact": true},
        {"name": "label"},
        {"name": "size", "type": "integer"},
        {"name": "notes", "returned": "request"},
        {"name": "pin", "mutability": "writeOnly"},
        {"name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "type": "integer"}, {"name": "type", "canonicalValues": ["usb", "hdmi"]},
            {"name": "primary", "type": "boolean"}
        ]}
    ]))
}

/// Three devices, `a`, `b` and `c`.
fn three(fixture: &Fixture) -> Vec<String> {
    [("a", 3, "usb"), ("b", 1, "hdmi"), ("c", 2, "usb")]
        .iter()
        .map(|(serial, size, port)| {
            fixture.device(&json!({
                "serial": serial, "label": format!("Label {serial}"), "size": size,
                "ports": [{"value": 1, "type": port}]
            }))
        })
        .collect()
}

fn serials(page: &Json) -> Vec<&str> {
    let resources = page["Resources"].as_array().unwrap();
    resources
        .iter()
        .map(|device| device["serial"].as_str().unwrap())
        .collect()
}

#[test]
fn a_device_is_created_read_replaced_modified_and_deleted() {
    let fixture = fixture();
    let scim = &fixture.scim;
    let body = json!({"schemas": [DEVICE], "serial": "S1", "size": 7, "notes": "n", "pin": "1234", "colour": "red"});
    let created = scim.post("/Devices", &body).expect(201);
    let location = created.header("location").unwrap().to_owned();
    let created = created.json();
    let path = format!("/Devices/{}", created["id"].as_str().unwrap());
    assert_eq!(location, format!("{}{path}", scim.base));
    assert_eq!(created["schemas"], json!([DEVICE]));
    assert_eq!(created["meta"]["resourceType"], "Device");
    assert_eq!(
        (&created["size"], &created["notes"]),
        (&json!(7), &json!("n"))
    );
    assert!(created.get("pin").is_none() && created.get("colour").is_none());
    let shown = scim.get(&path).expect(200);
    assert_eq!(shown.header("etag"), Some("W/\"1\""));
    assert!(shown.json().get("notes").is_none(), "{}", shown.text);
    let shown = scim
        .get(&format!("{path}?attributes=notes"))
        .expect(200)
        .json();
    assert_eq!(shown["notes"], "n");

    let put = json!({"schemas": [DEVICE], "serial": "S1", "label": "Put"});
    let replaced = scim.put(&path, &put).expect(200).json();
    assert!(
        replaced["label"] == "Put" && replaced.get("size").is_none(),
        "{replaced}"
    );
    let operations = json!([
        {"op": "add", "path": "ports", "value": [{"value": 1, "type": "usb"}, {"value": 2}]},
        {"op": "replace", "path": "ports[value eq 2].type", "value": "hdmi"},
        {"op": "replace", "path": format!("{DEVICE}:label"), "value": "Patched"}
    ]);
    let patch = json!({"schemas": [PATCH_OP], "Operations": operations});
    let patched = scim.patch(&path, &patch).expect(200).json();
    assert_eq!(patched["label"], "Patched");
    assert_eq!(
        patched["ports"],
        json!([{"value": 1, "type": "usb"}, {"value": 2, "type": "hdmi"}])
    );
    scim.delete(&path).expect(204);
    drop(scim.get(&path).expect_error(404, None));
}

#[test]
fn err_what_the_schema_does_not_allow() {
    let fixture = fixture();
    let scim = &fixture.scim;
    three(&fixture);
    let device = |attributes: Json| {
        let mut body = attributes;
        body["schemas"] = json!([DEVICE]);
        scim.post("/Devices", &body)
    };
    let detail = device(json!({"label": "x"})).expect_error(400, Some("invalidValue"));
    assert!(detail.contains("`serial` is required"), "{detail}");
    let detail =
        device(json!({"serial": "x", "size": "big"})).expect_error(400, Some("invalidValue"));
    assert!(detail.contains("`size`"), "{detail}");
    let detail = device(json!({"serial": "a"})).expect_error(409, UNIQUENESS);
    assert!(detail.contains("`serial` `a`"), "{detail}");
    // Case exact, so it is another one.
    drop(device(json!({"serial": "A"})).expect(201));
    let user = json!({"schemas": [USER], "userName": "x"});
    drop(
        scim.post("/Devices", &user)
            .expect_error(400, Some("invalidSyntax")),
    );
    let filter = scim.filter("/Devices", "userName eq \"x\"", "");
    drop(filter.expect_error(400, Some("invalidFilter")));
}

#[test]
fn devices_are_found_sorted_and_paged() {
    let fixture = fixture();
    let scim = &fixture.scim;
    three(&fixture);
    fixture.user("anna");
    for (filter, expected) in [
        ("serial eq \"a\"", &["a"][..]),
        ("serial eq \"A\"", &[]),
        ("label co \"ABEL b\"", &["b"]),
        ("size gt 1 and label sw \"label\"", &["a", "c"]),
        ("ports[type eq \"usb\" and value eq 1]", &["a", "c"]),
        ("meta.resourceType eq \"Device\"", &["a", "b", "c"]),
        ("urn:example:scim:2.0:Device:size le 2", &["b", "c"]),
    ] {
        let page = scim.filter("/Devices", filter, "").expect(200).json();
        assert_eq!(serials(&page), expected, "{filter}");
    }
    let page = scim
        .get("/Devices?sortBy=size&sortOrder=descending")
        .expect(200)
        .json();
    assert_eq!(serials(&page), ["a", "c", "b"]);
    let page = scim
        .get("/Devices?sortBy=size&count=2&cursor=")
        .expect(200)
        .json();
    assert_eq!(serials(&page), ["b", "c"]);
    let next = format!(
        "/Devices?sortBy=size&count=2&cursor={}",
        page["nextCursor"].as_str().unwrap()
    );
    assert_eq!(serials(&scim.get(&next).expect(200).json()), ["a"]);
    let search = json!({"schemas": [SEARCH], "filter": "size eq 2", "attributes": ["serial"]});
    let page = scim.post("/Devices/.search", &search).expect(200).json();
    assert_eq!(serials(&page), ["c"]);
}

#[test]
fn a_search_over_all_types_finds_devices_and_people() {
    let fixture = fixture();
    let device = fixture.device(&json!({"serial": "a", "label": "x"}));
    let user = fixture.user("a");
    let filter = "serial eq \"a\" or userName eq \"a\"";
    let page = fixture.scim.filter("/", filter, "").expect(200).json();
    assert_eq!(page["totalResults"], 2, "{page}");
    let kinds: Vec<(&str, &str)> = page["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            let kind = found["meta"]["resourceType"].as_str().unwrap();
            (kind, found["id"].as_str().unwrap())
        })
        .collect();
    assert!(kinds.contains(&("Device", &device)), "{page}");
    assert!(kinds.contains(&("User", &user)), "{page}");
    let search = json!({"schemas": [SEARCH], "filter": "meta.resourceType eq \"Device\""});
    let page = fixture.scim.post("/.search", &search).expect(200).json();
    assert_eq!(serials(&page), ["a"]);
}

#[test]
fn devices_are_part_of_bulk() {
    let fixture = fixture();
    let id = &three(&fixture)[0];
    let operations = json!([
        {"method": "POST", "path": "/Devices", "bulkId": "d", "data": {"schemas": [DEVICE], "serial": "d"}},
        {"method": "POST", "path": "/Devices", "bulkId": "e", "data": {"schemas": [DEVICE], "serial": "d"}},
        {"method": "PATCH", "path": format!("/Devices/{id}"), "data": {
            "schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "size", "value": 9}]
        }},
        {"method": "PATCH", "path": "/Devices/bulkId:d", "data": {
            "schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "label", "value": "bulk"}]
        }}
    ]);
    let body = json!({"schemas": [BULK], "Operations": operations});
    let answer = fixture.scim.post("/Bulk", &body).expect(200).json();
    let statuses: Vec<&str> = answer["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|operation| operation["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["201", "409", "200", "200"], "{answer}");
    assert_eq!(
        fixture.count("/Devices", "label eq \"bulk\" or size eq 9"),
        2
    );
}

#[test]
fn discovery_shows_the_type_and_its_schema_to_its_tenant_alone() {
    let fixture = fixture();
    let types = fixture.scim.get("/ResourceTypes").expect(200).json();
    let shown = types["Resources"].as_array().unwrap();
    let device = shown.iter().find(|known| known["id"] == "Device").unwrap();
    assert_eq!(device["endpoint"], "/Devices");
    assert_eq!(device["schema"], DEVICE);
    let schema = fixture
        .scim
        .get(&format!("/Schemas/{DEVICE}"))
        .expect(200)
        .json();
    assert_eq!(schema["attributes"][0]["name"], "serial");

    three(&fixture);
    let other = Fixture::new();
    drop(other.scim.get("/Devices").expect_error(404, None));
    drop(
        other
            .scim
            .get("/ResourceTypes/Device")
            .expect_error(404, None),
    );
    drop(
        other
            .scim
            .get(&format!("/Schemas/{DEVICE}"))
            .expect_error(404, None),
    );
    let crossed = fixture.scim.with_token(other.scim.token.as_deref());
    drop(crossed.get("/Devices").expect_error(401, None));
    // The same name in another tenant is another type.
    let theirs = Fixture::with_devices(&json!([{"name": "serial", "uniqueness": "server"}]));
    theirs.device(&json!({"serial": "a"}));
    assert_eq!(theirs.count("/Devices", "serial eq \"A\""), 1);
    assert_eq!(fixture.count("/Devices", "serial eq \"A\""), 0);
}

/// Whatever instance answers, and however long it has known the tenant.
#[test]
fn a_change_holds_for_the_next_request() {
    let fixture = fixture();
    three(&fixture);
    for round in 0..20 {
        let name = format!("round{round}");
        let attributes = json!([
            {"name": "serial", "required": true, "uniqueness": "server", "caseExact": true},
            {"name": "label"}, {"name": "size", "type": "integer"}, {"name": "notes", "returned": "request"},
            {"name": "pin", "mutability": "writeOnly"},
            {"name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
                {"name": "value", "type": "integer"}, {"name": "type", "canonicalValues": ["usb", "hdmi"]},
                {"name": "primary", "type": "boolean"}
            ]},
            {"name": name}
        ]);
        fixture.put_schema(DEVICE, &attributes).expect(200);
        let id = fixture.device(&json!({"serial": format!("r{round}"), &name: "x"}));
        assert_eq!(fixture.count("/Devices", &format!("{name} eq \"X\"")), 1);
        // It has a value, so it could not go.
        fixture.scim.delete(&format!("/Devices/{id}")).expect(204);
    }
    let filter = fixture.scim.filter("/Devices", "round3 pr", "");
    drop(filter.expect_error(400, Some("invalidFilter")));
}
