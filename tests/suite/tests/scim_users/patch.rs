//! `PATCH /Users/{id}`: what it promises (RFC 7644 §3.5.2).

use serde_json::{Value as Json, json};

use crate::{create, patch, path_of, tenant};

#[test]
fn one_bad_operation_undoes_all() {
    let (_service, scim) = tenant();
    create(&scim, json!({"userName": "taken"}));
    let created = create(
        &scim,
        json!({"userName": "a", "title": "T", "emails": [{"value": "a@example.com", "type": "work"}]}),
    );
    let path = path_of(&created);
    let bad = [
        (
            json!({"op": "replace", "path": "nope", "value": "x"}),
            400,
            "invalidPath",
        ),
        (
            json!({"op": "replace", "path": "emails[", "value": "x"}),
            400,
            "invalidPath",
        ),
        (
            json!({"op": "replace", "path": "emails[value eq \"b@example.com\" or type eq \"x\"]", "value": {"value": "x"}}),
            400,
            "noTarget",
        ),
        (json!({"op": "remove"}), 400, "noTarget"),
        (
            json!({"op": "remove", "path": "userName"}),
            400,
            "mutability",
        ),
        (
            json!({"op": "replace", "path": "id", "value": "x"}),
            400,
            "mutability",
        ),
        (
            json!({"op": "add", "path": "groups", "value": [{"value": "g"}]}),
            400,
            "mutability",
        ),
        (
            json!({"op": "remove", "path": "meta.created"}),
            400,
            "mutability",
        ),
        (
            json!({"op": "replace", "path": "active", "value": "maybe"}),
            400,
            "invalidValue",
        ),
        (json!({"op": "add", "path": "title"}), 400, "invalidValue"),
        (
            json!({"op": "replace", "path": "userName", "value": ""}),
            400,
            "invalidValue",
        ),
        (
            json!({"op": "replace", "path": "userName", "value": "TAKEN"}),
            409,
            "uniqueness",
        ),
        (
            json!({"op": "move", "path": "title", "value": "x"}),
            400,
            "invalidSyntax",
        ),
    ];
    let good = json!({"op": "replace", "path": "title", "value": "changed"});
    for (bad, status, scim_type) in bad {
        for operations in [json!([good, bad]), json!([bad, good])] {
            let answer = patch(&scim, &path, &operations);
            assert_eq!(answer.status, status, "{operations}: {}", answer.text);
            answer.expect_error(status, Some(scim_type));
        }
        let now = scim.get(&path);
        assert_eq!(now.json(), created.json(), "after {bad}");
        assert_eq!(now.header("etag"), created.header("etag"));
    }
}

#[test]
fn the_answer_is_the_whole_user_or_the_part_asked_for() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, json!({"userName": "a", "title": "T"})));
    let add = |value: &str| json!([{"op": "add", "path": "nickName", "value": value}]);
    let whole = patch(&scim, &path, &add("n")).expect(200);
    assert_eq!(whole.json(), scim.get(&path).json());
    let part = patch(&scim, &format!("{path}?attributes=nickName"), &add("m"))
        .expect(200)
        .json();
    assert_eq!(part["nickName"], "m");
    assert!(
        part.get("title").is_none() && part.get("meta").is_none(),
        "{part}"
    );
}

#[test]
fn operations_are_applied_in_their_order() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, json!({"userName": "a"})));
    let operations = json!([
        {"op": "add", "path": "title", "value": "1"},
        {"op": "remove", "path": "title"},
        {"op": "ADD", "path": "emails", "value": [{"value": "a@example.com", "type": "work"}]},
        {"op": "Replace", "path": "emails[type eq \"work\"].display", "value": "A"}
    ]);
    let after = patch(&scim, &path, &operations).expect(200).json();
    assert!(after.get("title").is_none(), "{after}");
    assert_eq!(
        after["emails"],
        json!([{"value": "a@example.com", "type": "work", "display": "A"}])
    );
    assert_eq!(
        after["meta"]["version"], "W/\"2\"",
        "one request, one change"
    );
}

#[test]
fn adding_what_is_there_changes_neither_version_nor_last_modified() {
    let (_service, scim) = tenant();
    let created = create(
        &scim,
        json!({
            "userName": "a", "title": "T", "name": {"familyName": "J"}, "active": true,
            "emails": [{"value": "a@example.com", "type": "work", "primary": true}, {"value": "b@example.com"}],
            crate::ENTERPRISE: {"manager": {"value": "m"}}
        }),
    );
    let path = path_of(&created);
    for operation in [
        json!({"op": "add", "path": "title", "value": "T"}),
        json!({"op": "replace", "path": "title", "value": "T"}),
        json!({"op": "add", "path": "name", "value": {"familyName": "J"}}),
        json!({"op": "add", "path": "emails", "value": [{"value": "a@example.com", "type": "work"}]}),
        json!({"op": "replace", "path": "emails[type eq \"work\"].primary", "value": true}),
        json!({"op": "add", "value": {"active": true, "emails": [{"value": "b@example.com"}]}}),
        json!({"op": "add", "path": format!("{}:manager", crate::ENTERPRISE), "value": "m"}),
        json!({"op": "remove", "path": "nickName"}),
        json!({"op": "remove", "path": "emails[value eq \"nobody@example.com\"]"}),
    ] {
        let after = patch(&scim, &path, &json!([operation])).expect(200);
        assert_eq!(after.json(), created.json(), "{operation}");
        assert_eq!(after.header("etag"), created.header("etag"), "{operation}");
    }
}

#[test]
fn a_value_that_differs_only_in_case_is_no_second_one() {
    let (_service, scim) = tenant();
    let path = path_of(&create(
        &scim,
        json!({"userName": "a", "emails": [{"value": "b@example.com"}]}),
    ));
    let add = json!([{"op": "add", "path": "emails", "value": [{"value": "B@Example.com"}, {"value": "b@EXAMPLE.com"}]}]);
    let after = patch(&scim, &path, &add).expect(200).json();
    assert_eq!(after["emails"].as_array().unwrap().len(), 1, "{after}");
}

#[test]
fn a_new_primary_value_takes_the_place_of_the_old_one() {
    let (_service, scim) = tenant();
    let emails =
        json!([{"value": "a", "primary": true}, {"value": "b"}, {"value": "c", "type": "home"}]);
    let path = path_of(&create(&scim, json!({"userName": "a", "emails": emails})));
    for (operation, primary) in [
        (
            json!({"op": "replace", "path": "emails[value eq \"b\"].primary", "value": true}),
            "b",
        ),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "d", "primary": true}]}),
            "d",
        ),
        (
            json!({"op": "add", "path": "emails", "value": {"value": "a", "primary": true}}),
            "a",
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"home\"]", "value": {"value": "c", "type": "home", "primary": true}}),
            "c",
        ),
        (
            json!({"op": "add", "value": {"emails": [{"value": "e", "primary": true}]}}),
            "e",
        ),
    ] {
        let after = patch(&scim, &path, &json!([operation])).expect(200).json();
        assert_eq!(primaries(&after), [primary], "{operation}");
    }
    let two = json!([{"value": "x", "primary": true}, {"value": "y", "primary": true}]);
    for op in ["add", "replace"] {
        let answer = patch(
            &scim,
            &path,
            &json!([{"op": op, "path": "emails", "value": two}]),
        );
        answer.expect_error(400, Some("invalidValue"));
    }
    assert_eq!(primaries(&scim.get(&path).json()), ["e"]);
}

fn primaries(user: &Json) -> Vec<&str> {
    let emails = user["emails"].as_array().unwrap().iter();
    emails
        .filter(|email| email["primary"] == true)
        .map(|email| email["value"].as_str().unwrap())
        .collect()
}

#[test]
fn a_malformed_request_is_refused() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, json!({"userName": "a"})));
    for operations in [
        json!(null),
        json!([]),
        json!({}),
        json!("x"),
        json!(["x"]),
        json!([{"path": "title", "value": "x"}]),
    ] {
        let answer = patch(&scim, &path, &operations);
        answer.expect_error(400, Some("invalidSyntax"));
    }
    let no_schema = json!({"Operations": [{"op": "add", "path": "title", "value": "x"}]});
    scim.patch(&path, &no_schema)
        .expect_error(400, Some("invalidSyntax"));
    let nobody = patch(
        &scim,
        "/Users/nobody",
        &json!([{"op": "add", "path": "title", "value": "x"}]),
    );
    nobody.expect_error(404, None);
}
