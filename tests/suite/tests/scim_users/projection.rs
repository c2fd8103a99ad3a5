//! `attributes` and `excludedAttributes` (RFC 7644 §3.9).

use rollcall_suite::Client;
use serde_json::{Value as Json, json};

use crate::{ENTERPRISE, SEARCH, create, patch, path_of, tenant, user};

fn barbara() -> Json {
    json!({
        "userName": "bjensen", "externalId": "e", "displayName": "Babs",
        "name": {"familyName": "Jensen", "givenName": "Barbara"},
        "emails": [{"value": "b@example.com", "type": "work"}, {"value": "c@example.com"}],
        ENTERPRISE: {"department": "D", "manager": {"value": "m"}}
    })
}

#[track_caller]
fn keys(resource: &Json) -> Vec<&str> {
    resource
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// One user's representation, out of every answer that has one.
fn all_answers(scim: &Client, path: &str, query: &str, search: &Json) -> Vec<Json> {
    let body = user(barbara());
    let add = json!([{"op": "add", "path": "displayName", "value": "Babs"}]);
    let mut shown = vec![
        scim.get(&format!("{path}?{query}")).expect(200).json(),
        scim.put(&format!("{path}?{query}"), &body)
            .expect(200)
            .json(),
        patch(scim, &format!("{path}?{query}"), &add)
            .expect(200)
            .json(),
        scim.get(&format!("/Users?{query}")).expect(200).json()["Resources"][0].take(),
        scim.post("/Users/.search", search).expect(200).json()["Resources"][0].take(),
    ];
    scim.delete(path).expect(204);
    shown.push(
        scim.post(&format!("/Users?{query}"), &body)
            .expect(201)
            .json(),
    );
    shown
}

#[test]
fn attributes_shows_what_it_names_and_what_is_always_there() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, barbara()));
    let search = json!({"schemas": [SEARCH], "attributes": ["DisplayName", "name.familyName"]});
    for shown in all_answers(
        &scim,
        &path,
        "attributes=DisplayName,name.familyName",
        &search,
    ) {
        assert_eq!(
            keys(&shown),
            ["displayName", "id", "name", "schemas"],
            "{shown}"
        );
        assert_eq!(shown["name"], json!({"familyName": "Jensen"}));
    }
}

#[test]
fn excluded_attributes_hides_what_it_names_but_not_what_is_always_there() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, barbara()));
    let query = format!(
        "excludedAttributes=id,schemas,userName,Emails,meta,externalId,{ENTERPRISE}:manager"
    );
    let names = ["id", "schemas", "userName", "Emails", "meta", "externalId"];
    let mut excluded: Vec<String> = names.map(str::to_owned).into();
    excluded.push(format!("{ENTERPRISE}:manager"));
    let search = json!({"schemas": [SEARCH], "excludedAttributes": excluded});
    for shown in all_answers(&scim, &path, &query, &search) {
        assert_eq!(
            keys(&shown),
            ["displayName", "id", "name", "schemas", ENTERPRISE],
            "{shown}"
        );
        assert_eq!(shown[ENTERPRISE], json!({"department": "D"}));
    }
}

#[test]
fn a_choice_may_be_as_fine_as_a_sub_attribute_or_as_coarse_as_a_schema() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, barbara()));
    let cases = [
        (
            "attributes=emails.value".to_owned(),
            json!({"emails": [{"value": "b@example.com"}, {"value": "c@example.com"}]}),
        ),
        (
            "attributes=emails.type".to_owned(),
            json!({"emails": [{"type": "work"}]}),
        ),
        (
            format!("attributes={ENTERPRISE}:department"),
            json!({ENTERPRISE: {"department": "D"}}),
        ),
        (
            format!("attributes={ENTERPRISE}"),
            json!({ENTERPRISE: {"department": "D", "manager": {"value": "m"}}}),
        ),
        (
            format!("attributes={}:userName", crate::USER),
            json!({"userName": "bjensen"}),
        ),
        (
            "attributes=nope,displayName".to_owned(),
            json!({"displayName": "Babs"}),
        ),
        (
            "attributes=%20displayName%20,%20nickName".to_owned(),
            json!({"displayName": "Babs"}),
        ),
    ];
    for (query, expected) in cases {
        let mut shown = scim.get(&format!("{path}?{query}")).expect(200).json();
        let object = shown.as_object_mut().unwrap();
        assert!(
            object.remove("id").is_some() && object.remove("schemas").is_some(),
            "{query}"
        );
        assert_eq!(shown, expected, "{query}");
    }
    let meta = scim.get(&format!("{path}?attributes=meta.version")).json();
    assert_eq!(meta["meta"], json!({"version": "W/\"1\""}));
    let all = scim.get(&format!("{path}?attributes=")).json();
    assert_eq!(all["displayName"], "Babs", "an empty choice is none");
}

#[test]
fn attributes_and_excluded_attributes_exclude_each_other() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, barbara()));
    for path in [path.as_str(), "/Users"] {
        let answer = scim.get(&format!("{path}?attributes=title&excludedAttributes=name"));
        answer.expect_error(400, Some("invalidValue"));
    }
    let search =
        json!({"schemas": [SEARCH], "attributes": ["title"], "excludedAttributes": ["name"]});
    scim.post("/Users/.search", &search)
        .expect_error(400, Some("invalidValue"));
    let refused = scim.post(
        "/Users?attributes=title&excludedAttributes=name",
        &user(json!({"userName": "x"})),
    );
    refused.expect_error(400, Some("invalidValue"));
    assert_eq!(
        scim.get("/Users").json()["totalResults"],
        1,
        "the refused POST created nothing"
    );
}
