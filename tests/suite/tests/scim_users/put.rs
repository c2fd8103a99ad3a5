//! `PUT /Users/{id}` (RFC 7644 §3.5.1).

use serde_json::json;

use crate::{ENTERPRISE, create, path_of, tenant, user};

#[test]
fn what_is_left_out_is_cleared_and_what_is_read_only_stays() {
    let (_service, scim) = tenant();
    let created = create(
        &scim,
        json!({
            "userName": "a", "externalId": "x", "title": "T", "emails": [{"value": "a@example.com"}],
            ENTERPRISE: {"department": "D"}
        }),
    );
    let path = path_of(&created);
    let body = user(json!({
        "userName": "a", "nickName": "n", "id": "other", "groups": [{"value": "g"}],
        "meta": {"created": "1999-01-01T00:00:00Z", "resourceType": "Group", "version": "W/\"77\""}
    }));
    let put = scim.put(&path, &body).expect(200).json();
    let mut expected = created.json();
    let attributes = expected.as_object_mut().unwrap();
    for name in ["externalId", "title", "emails", ENTERPRISE] {
        attributes.remove(name);
    }
    expected["nickName"] = "n".into();
    expected["schemas"] = json!([crate::USER]);
    expected["meta"]["version"] = "W/\"2\"".into();
    expected["meta"]["lastModified"] = put["meta"]["lastModified"].clone();
    assert_eq!(put, expected);
    assert_eq!(scim.get(&path).json(), expected);
}

#[test]
fn null_and_an_empty_array_clear() {
    let (_service, scim) = tenant();
    let path = path_of(&create(
        &scim,
        json!({
            "userName": "a", "title": "T", "emails": [{"value": "a@example.com"}], "name": {"givenName": "A", "familyName": "B"}
        }),
    ));
    let body = json!({"userName": "a", "title": null, "emails": [], "name": {"givenName": "A", "familyName": null}});
    let put = scim.put(&path, &user(body)).expect(200).json();
    assert!(
        put.get("title").is_none() && put.get("emails").is_none(),
        "{put}"
    );
    assert_eq!(put["name"], json!({"givenName": "A"}));
}

#[test]
fn putting_what_is_there_changes_neither_version_nor_last_modified() {
    let (_service, scim) = tenant();
    let created = create(
        &scim,
        json!({"userName": "a", "emails": [{"value": "a@example.com", "primary": true}]}),
    );
    let put = scim.put(&path_of(&created), &created.json()).expect(200);
    assert_eq!(put.json(), created.json());
    assert_eq!(put.header("etag"), created.header("etag"));
}

#[test]
fn every_change_has_a_version_of_its_own_and_never_an_earlier_time() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, json!({"userName": "a"})));
    let mut last = String::new();
    for version in 2..6 {
        let put = scim
            .put(
                &path,
                &user(json!({"userName": "a", "title": version.to_string()})),
            )
            .expect(200);
        assert_eq!(
            put.header("etag"),
            Some(format!("W/\"{version}\"").as_str())
        );
        let modified = put.json()["meta"]["lastModified"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(modified >= last, "{modified} after {last}");
        last = modified;
    }
}

#[test]
fn an_unknown_id_is_404_and_creates_nothing() {
    let (_service, scim) = tenant();
    for id in [
        "00000000-0000-7000-8000-000000000000",
        "nope",
        "%F0%9F%A6%8A",
    ] {
        scim.put(&format!("/Users/{id}"), &user(json!({"userName": "a"})))
            .expect_error(404, None);
    }
    assert_eq!(scim.get("/Users").json()["totalResults"], 0);
}

#[test]
fn a_bad_representation_changes_nothing() {
    let (_service, scim) = tenant();
    let created = create(&scim, json!({"userName": "a", "title": "T"}));
    let path = path_of(&created);
    for (body, scim_type) in [
        (json!({"title": "U"}), "invalidValue"),
        (json!({"userName": "a", "title": 5}), "invalidValue"),
        (json!({"userName": "a", "active": "maybe"}), "invalidValue"),
        (
            json!({"userName": "a", "emails": [{"value": "x", "primary": true}, {"value": "y", "primary": true}]}),
            "invalidValue",
        ),
    ] {
        scim.put(&path, &user(body))
            .expect_error(400, Some(scim_type));
    }
    scim.put(&path, &json!({"userName": "b"}))
        .expect_error(400, Some("invalidSyntax"));
    assert_eq!(scim.get(&path).json(), created.json());
}
