//! `DELETE /Users/{id}` (RFC 7644 §3.6).

use serde_json::json;

use crate::{SEARCH, create, names, patch, path_of, tenant, user};

#[test]
fn a_deleted_user_is_nowhere() {
    let (_service, scim) = tenant();
    create(&scim, json!({"userName": "stays"}));
    let created = create(
        &scim,
        json!({"userName": "goes", "emails": [{"value": "goes@example.com"}]}),
    );
    let path = path_of(&created);
    let deleted = scim.delete(&path).expect(204);
    assert_eq!(deleted.text, "");

    scim.get(&path).expect_error(404, None);
    scim.delete(&path).expect_error(404, None);
    scim.put(&path, &user(json!({"userName": "goes"})))
        .expect_error(404, None);
    patch(
        &scim,
        &path,
        &json!([{"op": "add", "path": "title", "value": "x"}]),
    )
    .expect_error(404, None);

    assert_eq!(names(&scim.get("/Users")), ["stays"]);
    assert_eq!(scim.get("/Users?count=0").json()["totalResults"], 1);
    for filter in [
        format!("id eq \"{}\"", created.id()),
        "userName eq \"goes\"".into(),
        "emails pr".into(),
    ] {
        assert_eq!(
            scim.filter("/Users", &filter, "").json()["totalResults"],
            0,
            "{filter}"
        );
    }
    let search = json!({"schemas": [SEARCH], "filter": "userName sw \"g\""});
    assert_eq!(
        scim.post("/Users/.search", &search).json()["totalResults"],
        0
    );
}

#[test]
fn its_user_name_is_free_again_and_its_id_is_not() {
    let (_service, scim) = tenant();
    let first = create(&scim, json!({"userName": "a"}));
    scim.delete(&path_of(&first)).expect(204);
    let second = create(&scim, json!({"userName": "A"}));
    assert_ne!(first.id(), second.id());
    assert_eq!(second.header("etag"), Some("W/\"1\""));
    scim.get(&path_of(&first)).expect_error(404, None);
}

#[test]
fn no_user_no_deletion() {
    let (_service, scim) = tenant();
    scim.delete("/Users/nobody").expect_error(404, None);
    let answer = scim.delete("/Users").expect(405);
    assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
    answer.expect_error(405, None);
}
