//! PATCH requests (RFC 7644 §3.5.2): each is applied whole, or not at all.

use serde_json::{Value as Json, json};

use crate::{Fixture, INVALID_FILTER, INVALID_PATH, INVALID_SYNTAX, INVALID_VALUE, PATCH_OP};

/// Sends the operation after one that is right, and demands that neither is applied.
#[track_caller]
fn refused(fixture: &Fixture, operation: &Json, scim_type: Option<&str>, hint: &str) {
    let good = json!({"op": "replace", "path": "nickName", "value": "changed"});
    let body = json!({"schemas": [PATCH_OP], "Operations": [good, operation]});
    let answer = fixture.scim.patch(&fixture.path, &body);
    fixture.refused(answer, 400, scim_type, hint);
}

#[test]
fn err_requests_that_are_no_patch() {
    let fixture = Fixture::new();
    let add = json!({"op": "add", "path": "title", "value": "x"});
    let many: Vec<Json> = vec![add.clone(); 1001];
    for (body, status, scim_type, hint) in [
        (json!({}), 400, INVALID_SYNTAX, PATCH_OP),
        (json!({"Operations": [add]}), 400, INVALID_SYNTAX, PATCH_OP),
        (
            json!({"schemas": [crate::USER], "Operations": [add]}),
            400,
            INVALID_SYNTAX,
            PATCH_OP,
        ),
        (
            json!({"schemas": [PATCH_OP]}),
            400,
            INVALID_SYNTAX,
            "`Operations` expects an array",
        ),
        (
            json!({"schemas": [PATCH_OP], "Operations": []}),
            400,
            INVALID_SYNTAX,
            "one or more operations",
        ),
        (
            json!({"schemas": [PATCH_OP], "Operations": add}),
            400,
            INVALID_SYNTAX,
            "`Operations` expects an array",
        ),
        (
            json!({"schemas": [PATCH_OP], "Operations": "x"}),
            400,
            INVALID_SYNTAX,
            "`Operations` expects an array",
        ),
        (
            json!({"schemas": [PATCH_OP], "Operations": [1]}),
            400,
            INVALID_SYNTAX,
            "expected an object, not a number",
        ),
        (
            json!({"schemas": [PATCH_OP], "Operations": [add, null]}),
            400,
            INVALID_SYNTAX,
            "operation 2: expected an object",
        ),
        (
            json!({"schemas": [PATCH_OP], "Operations": many}),
            413,
            None,
            "the limit is 1000",
        ),
    ] {
        let answer = fixture.scim.patch(&fixture.path, &body);
        fixture.refused(answer, status, scim_type, hint);
    }
}

#[test]
fn err_operations_that_are_malformed() {
    let fixture = Fixture::new();
    for (operation, scim_type, hint) in [
        (
            json!({"op": "move", "path": "title", "value": "x"}),
            INVALID_SYNTAX,
            "`move`; use add, remove or replace",
        ),
        (
            json!({"op": 1, "path": "title", "value": "x"}),
            INVALID_SYNTAX,
            "expects add, remove or replace",
        ),
        (
            json!({"path": "title", "value": "x"}),
            INVALID_SYNTAX,
            "expects add, remove or replace",
        ),
        (
            json!({"op": "add", "path": 5, "value": "x"}),
            INVALID_PATH,
            "`path` expects a string, not a number",
        ),
        (
            json!({"op": "add", "path": ["title"], "value": "x"}),
            INVALID_PATH,
            "`path` expects a string, not an array",
        ),
        (
            json!({"op": "add", "path": "title"}),
            INVALID_VALUE,
            "`title` needs a `value`",
        ),
        (
            json!({"op": "add", "value": "x"}),
            INVALID_VALUE,
            "an object of attributes, not a string",
        ),
        (
            json!({"op": "replace", "value": ["x"]}),
            INVALID_VALUE,
            "an object of attributes, not an array",
        ),
        (json!({"op": "remove"}), Some("noTarget"), "needs a `path`"),
    ] {
        refused(&fixture, &operation, scim_type, hint);
    }
}

#[test]
fn err_paths_that_name_nothing() {
    let fixture = Fixture::new();
    let long = "a".repeat(20_000);
    for (path, scim_type, hint) in [
        (
            "shoeSize",
            INVALID_PATH,
            "`shoeSize` names nothing that User has",
        ),
        ("name.nonsense", INVALID_PATH, "`name.nonsense`"),
        ("userName.value", INVALID_PATH, "`userName.value`"),
        (
            "urn:example:nonsense:size",
            INVALID_PATH,
            "`urn:example:nonsense:size`",
        ),
        ("emails[type eq \"work\"].colour", INVALID_PATH, "colour"),
        (
            "emails[colour eq \"red\"].value",
            INVALID_FILTER,
            "`colour`",
        ),
        ("emails[type eq \"work\"", INVALID_PATH, "at byte 21"),
        ("emails[type eq \"work\"]]", INVALID_PATH, "at byte 22"),
        (
            "emails[type xx \"work\"]",
            INVALID_PATH,
            "expected an operator",
        ),
        (
            "emails[type eq 1].value",
            INVALID_FILTER,
            "`emails.type` is compared with a string",
        ),
        (
            "title[type eq \"work\"]",
            INVALID_FILTER,
            "`title` has no sub-attributes",
        ),
        ("title eq \"x\"", INVALID_PATH, "at byte 6"),
        ("..", INVALID_PATH, "at byte 0"),
        ("$.title", INVALID_PATH, "`$.title` names nothing"),
        ("/title", INVALID_PATH, "at byte 0"),
        (&long, INVALID_PATH, "bytes long; the limit is 8192"),
    ] {
        for op in ["add", "replace", "remove"] {
            let operation = json!({"op": op, "path": path, "value": "x"});
            refused(&fixture, &operation, scim_type, hint);
        }
    }
    let operation = json!({"op": "add", "path": "title\0", "value": "x"});
    refused(&fixture, &operation, INVALID_SYNTAX, "U+0000");
}

#[test]
fn err_values_of_the_wrong_type() {
    let fixture = Fixture::new();
    for (path, value, hint) in [
        ("active", json!("maybe"), "`active` expects true or false"),
        (
            "active",
            json!(1),
            "`active` expects true or false, not a number",
        ),
        (
            "displayName",
            json!(5),
            "`displayName` expects a string, not a number",
        ),
        (
            "displayName",
            json!(true),
            "`displayName` expects a string, not a boolean",
        ),
        (
            "displayName",
            json!({"a": 1}),
            "`displayName` expects a string, not an object",
        ),
        (
            "displayName",
            json!(["a"]),
            "`displayName` expects a string, not an array",
        ),
        (
            "name",
            json!("Jensen"),
            "`name` expects an object, not a string",
        ),
        (
            "name.familyName",
            json!(1),
            "`name.familyName` expects a string",
        ),
        (
            "emails",
            json!(5),
            "`emails` expects an object, not a number",
        ),
        (
            "emails[type eq \"work\"].value",
            json!(5),
            "`emails.value` expects a string",
        ),
        ("userName", json!(""), "`userName` is required"),
        ("userName", json!(null), "`userName` is required"),
        ("profileUrl", json!("not a URI"), "expects a URI"),
    ] {
        let operation = json!({"op": "replace", "path": path, "value": value});
        refused(&fixture, &operation, INVALID_VALUE, hint);
    }
    let operation = json!({"op": "replace", "value": {"title": "x", "active": []}});
    let body = json!({"schemas": [PATCH_OP], "Operations": [operation, {"op": "add", "value": {"active": {}}}]});
    let answer = fixture.scim.patch(&fixture.path, &body);
    fixture.refused(answer, 400, INVALID_VALUE, "operation 2: `active`");
}

#[test]
fn err_changes_of_what_cannot_be_changed() {
    let fixture = Fixture::new();
    for (operation, hint) in [
        (
            json!({"op": "replace", "path": "id", "value": "x"}),
            "`id` is readOnly",
        ),
        (json!({"op": "remove", "path": "id"}), "`id` is readOnly"),
        (
            json!({"op": "add", "path": "meta.version", "value": "x"}),
            "`meta.version` is readOnly",
        ),
        (
            json!({"op": "add", "path": "groups", "value": [{"value": "x"}]}),
            "`groups` is readOnly",
        ),
        (
            json!({"op": "remove", "path": "userName"}),
            "`userName` is required",
        ),
        (
            json!({"op": "replace", "value": {"id": "another"}}),
            "`id` is readOnly",
        ),
    ] {
        refused(&fixture, &operation, Some("mutability"), hint);
    }
}

#[test]
fn err_a_patch_of_nobody() {
    let fixture = Fixture::new();
    let operation = json!({"op": "add", "path": "title", "value": "x"});
    let body = json!({"schemas": [PATCH_OP], "Operations": [operation]});
    let long = format!("/Users/{}", "x".repeat(5000));
    for path in [
        "/Users/nobody",
        "/Users/%00",
        "/Users/%ff",
        "/Users/%2e%2e",
        &long,
    ] {
        fixture.refused(
            fixture.scim.patch(path, &body),
            404,
            None,
            "there is no User",
        );
        fixture.refused(fixture.scim.get(path), 404, None, "there is no User");
        fixture.refused(fixture.scim.delete(path), 404, None, "there is no User");
        let put = fixture
            .scim
            .put(path, &crate::user(json!({"userName": "x"})));
        fixture.refused(put, 404, None, "there is no User");
    }
}
