//! `POST /Users` (RFC 7644 §3.3).

use rollcall_suite::Client;
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::{create, names, patch, path_of, tenant, user};

#[test]
fn location_content_location_and_meta_location_are_one() {
    let (_service, scim) = tenant();
    let created = create(&scim, json!({"userName": "bjensen"}));
    let body = created.json();
    let location = body["meta"]["location"].as_str().unwrap();
    assert_eq!(location, format!("{}{}", scim.base, path_of(&created)));
    assert_eq!(created.header("location"), Some(location));
    assert_eq!(created.header("content-location"), Some(location));
    assert_eq!(created.header("etag"), body["meta"]["version"].as_str());
    assert_eq!(
        created.header("content-type"),
        Some("application/scim+json")
    );
    assert_eq!(body["meta"]["resourceType"], "User");

    let path = path_of(&created);
    let answers = [
        scim.get(&path),
        scim.put(&path, &user(json!({"userName": "bjensen", "title": "A"}))),
        patch(
            &scim,
            &path,
            &json!([{"op": "add", "path": "title", "value": "B"}]),
        ),
    ];
    for answer in answers {
        let answer = answer.expect(200);
        let body = answer.json();
        assert_eq!(body["meta"]["location"], location);
        assert_eq!(answer.header("content-location"), Some(location));
        assert_eq!(answer.header("etag"), body["meta"]["version"].as_str());
    }
}

#[test]
fn an_id_is_a_uuid_of_version_7() {
    let (_service, scim) = tenant();
    let id = create(&scim, json!({"userName": "bjensen"})).id();
    assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 7);
}

#[test]
fn what_the_server_decides_is_not_the_clients_to_set() {
    let (_service, scim) = tenant();
    let body = json!({
        "userName": "bjensen", "id": "mine", "groups": [{"value": "g"}],
        "meta": {"created": "1999-01-01T00:00:00Z", "version": "W/\"9\"", "location": "x"}
    });
    let created = create(&scim, body).json();
    assert_ne!(created["id"], "mine");
    assert_eq!(created["meta"]["version"], "W/\"1\"");
    assert_ne!(created["meta"]["created"], "1999-01-01T00:00:00Z");
    assert!(created.get("groups").is_none());
}

#[test]
fn a_user_name_that_differs_only_in_case_width_or_composition_is_taken() {
    let (_service, scim) = tenant();
    create(&scim, json!({"userName": "Zoë.Ångström@example.com"}));
    let other = path_of(&create(&scim, json!({"userName": "other"})));
    for name in [
        "zoë.ångström@example.com",
        "ZOË.ÅNGSTRÖM@EXAMPLE.COM",
        "Zoe\u{308}.A\u{30A}ngstro\u{308}m@example.com",
        "Ｚoë.\u{212B}ngström＠example．com",
    ] {
        let taken = user(json!({"userName": name}));
        let rename = json!([{"op": "replace", "path": "userName", "value": name}]);
        let answers = [
            scim.post("/Users", &taken),
            scim.put(&other, &taken),
            patch(&scim, &other, &rename),
        ];
        for answer in answers {
            let detail = answer.expect_error(409, Some("uniqueness"));
            assert!(detail.contains("userName"), "{detail}");
        }
    }
    assert_eq!(scim.get(&other).json()["userName"], "other");
    assert_eq!(scim.get("/Users").json()["totalResults"], 2);
}

#[test]
fn one_may_change_the_case_of_ones_own_user_name() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, json!({"userName": "bjensen"})));
    let put = scim
        .put(&path, &user(json!({"userName": "BJensen"})))
        .expect(200);
    assert_eq!(put.json()["userName"], "BJensen");
    assert_eq!(put.json()["meta"]["version"], "W/\"2\"");
}

#[test]
fn an_external_id_need_not_be_unique() {
    let (_service, scim) = tenant();
    create(&scim, json!({"userName": "a", "externalId": "x"}));
    create(&scim, json!({"userName": "b", "externalId": "x"}));
    assert_eq!(
        names(&scim.filter("/Users", "externalId eq \"x\"", "")),
        ["a", "b"]
    );
}

#[test]
fn attribute_names_take_their_canonical_case() {
    let (_service, scim) = tenant();
    let created = create(
        &scim,
        json!({"USERNAME": "a", "Name": {"FAMILYNAME": "J"}, "nickname": "n"}),
    );
    let created = created.json();
    assert_eq!(created["userName"], "a");
    assert_eq!(created["name"], json!({"familyName": "J"}));
    assert_eq!(created["nickName"], "n");
}

#[test]
fn keys_that_differ_only_in_case_are_refused() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, json!({"userName": "a", "title": "T"})));
    let schemas = format!("\"schemas\":[{:?}]", crate::USER);
    for body in [
        format!("{{{schemas},\"userName\":\"b\",\"username\":\"c\"}}"),
        format!(
            "{{{schemas},\"userName\":\"b\",\"name\":{{\"givenName\":\"x\",\"GivenName\":\"y\"}}}}"
        ),
    ] {
        for (method, path) in [(Method::POST, "/Users"), (Method::PUT, path.as_str())] {
            let headers = [("content-type", "application/scim+json")];
            let answer = scim.send(&method, path, &headers, Some(body.as_bytes()));
            answer.expect_error(400, Some("invalidSyntax"));
        }
    }
    assert_eq!(names(&scim.get("/Users")), ["a"]);
}

#[test]
fn a_user_name_is_required_and_not_blank() {
    let (_service, scim) = tenant();
    for body in [
        json!({}),
        json!({"userName": null}),
        json!({"userName": ""}),
        json!({"userName": " "}),
    ] {
        let detail = scim
            .post("/Users", &user(body))
            .expect_error(400, Some("invalidValue"));
        assert!(detail.contains("userName"), "{detail}");
    }
}

#[test]
fn two_primary_values_are_refused() {
    let (_service, scim) = tenant();
    let emails = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
    let body = user(json!({"userName": "a", "emails": emails}));
    scim.post("/Users", &body)
        .expect_error(400, Some("invalidValue"));
    assert_eq!(scim.get("/Users").json()["totalResults"], 0);
}

/// RFC 7643 §2.5: unassigned, null and `[]` are one state.
#[test]
fn null_and_empty_are_unassigned() {
    let (_service, scim) = tenant();
    let body = json!({"userName": "a", "emails": null, "roles": [], "name": {}, "title": null, "ims": [{}]});
    let mut created = create(&scim, body).json();
    let shown = created.as_object_mut().unwrap();
    for name in ["schemas", "id", "meta", "userName"] {
        assert!(shown.remove(name).is_some(), "{name}");
    }
    assert!(shown.is_empty(), "{shown:?}");
    assert_eq!(
        scim.filter("/Users", "emails pr or roles pr or name pr", "")
            .json()["totalResults"],
        0
    );
}

#[test]
fn a_password_is_accepted_and_never_shown() {
    let (_service, scim) = tenant();
    let with_password = || user(json!({"userName": "a", "password": "t1meMa$heen"}));
    let created = scim
        .post("/Users?attributes=password,userName", &with_password())
        .expect(201);
    let path = path_of(&created);
    let set = json!([{"op": "replace", "path": "password", "value": "t1meMa$heen"}]);
    let set_without_path = json!([{"op": "replace", "value": {"password": "t1meMa$heen"}}]);
    let answers = [
        created,
        scim.get(&path),
        scim.get(&format!("{path}?attributes=password")),
        scim.get("/Users"),
        scim.put(&path, &with_password()),
        patch(&scim, &path, &set),
        patch(&scim, &path, &set_without_path),
        search_for_password(&scim),
    ];
    for answer in answers {
        assert!(answer.status < 300, "{}", answer.text);
        assert!(
            !answer.text.contains("t1meMa$heen") && !answer.text.contains("password"),
            "{}",
            answer.text
        );
    }
}

fn search_for_password(scim: &Client) -> rollcall_suite::Answer {
    let search: Json = json!({"schemas": [crate::SEARCH], "attributes": ["password"]});
    scim.post("/Users/.search", &search)
}
