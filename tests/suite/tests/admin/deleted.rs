//! People that were deleted, while their tenant keeps them.

use rollcall_core::Timestamp;
use rollcall_suite::{Answer, Client};
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::{Fixture, GROUP, UNIQUENESS, USER, problem, text};

const DAY: i64 = 86_400_000;

/// A tenant that keeps deleted people.
fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.set(&json!({"retentionDays": 30}));
    fixture
}

impl Fixture {
    fn kept(&self) -> Vec<Json> {
        let kept = self.admin.get("/deleted").expect(200).json();
        kept["deleted"].as_array().cloned().unwrap()
    }

    fn restore(&self, id: &str) -> Answer {
        let path = format!("/deleted/{id}/restore");
        self.admin.send(&Method::POST, &path, &[], None)
    }

    fn delete_user(&self, id: &str) {
        self.scim.delete(&format!("/Users/{id}")).expect(204);
    }
}

fn version(scim: &Client, path: &str) -> String {
    text(&scim.get(path).expect(200).json()["meta"], "version").to_owned()
}

#[test]
fn a_deleted_person_is_nowhere_but_here() {
    let fixture = fixture();
    let body = json!({"userName": "anna", "displayName": "Anna A.", "title": "Guide"});
    let id = fixture.create("/Users", USER, &body);
    fixture.delete_user(&id);
    let kept = fixture.kept();
    assert_eq!(kept.len(), 1);
    let shown = &kept[0];
    assert_eq!(shown["id"], id);
    assert_eq!(
        (&shown["userName"], &shown["displayName"]),
        (&body["userName"], &body["displayName"])
    );
    let time = |name: &str| Timestamp::parse(text(shown, name)).unwrap().as_millis();
    assert_eq!(time("purge_at") - time("deleted_at"), 30 * DAY);
    assert_eq!(shown.as_object().unwrap().len(), 5, "{shown}");

    drop(
        fixture
            .scim
            .get(&format!("/Users/{id}"))
            .expect_error(404, None),
    );
    for filter in ["userName eq \"anna\"", "title eq \"guide\"", "userName pr"] {
        assert_eq!(fixture.count("/Users", filter), 0);
        assert_eq!(fixture.count("/", filter), 0);
    }
    // The name is free.
    fixture.user("anna");
    let other = Fixture::new();
    assert!(other.kept().is_empty());
    problem(other.restore(&id), 404, &id);
}

#[test]
fn without_retention_nobody_is_kept() {
    let fixture = Fixture::new();
    let anna = fixture.user("anna");
    fixture.delete_user(&anna);
    assert!(fixture.kept().is_empty());
    problem(fixture.restore(&anna), 404, "nobody with the id");
    // Groups never are.
    fixture.set(&json!({"retentionDays": 1}));
    let group = fixture.create("/Groups", GROUP, &json!({"displayName": "Guides"}));
    fixture.scim.delete(&format!("/Groups/{group}")).expect(204);
    assert!(fixture.kept().is_empty());
}

#[test]
fn a_restored_person_is_as_before() {
    let fixture = fixture();
    let scim = &fixture.scim;
    let body = json!({"userName": "anna", "displayName": "Anna A.", "emails": [{"value": "a@example.com"}]});
    let anna = fixture.create("/Users", USER, &body);
    let path = format!("/Users/{anna}");
    let before = scim.get(&path).expect(200).json();
    let group = |name: &str| {
        let members = json!([{"value": anna}]);
        fixture.create(
            "/Groups",
            GROUP,
            &json!({"displayName": name, "members": members}),
        )
    };
    let (guides, gone) = (group("Guides"), group("Gone"));
    fixture.delete_user(&anna);
    let shown = scim.get(&format!("/Groups/{guides}")).expect(200).json();
    assert!(shown.get("members").is_none(), "{shown}");
    scim.delete(&format!("/Groups/{gone}")).expect(204);

    let restored = fixture.restore(&anna).expect(200).json();
    let expected =
        json!({"id": anna, "userName": "anna", "displayName": "Anna A.", "version": "W/\"3\""});
    assert_eq!(restored, expected);
    let mut after = scim.get(&path).expect(200).json();
    let groups = after.as_object_mut().unwrap().remove("groups").unwrap();
    assert_eq!(groups[0]["value"], guides);
    assert_eq!(groups.as_array().map(Vec::len), Some(1));
    assert_eq!(after["meta"]["created"], before["meta"]["created"]);
    assert!(text(&after["meta"], "lastModified") > text(&before["meta"], "lastModified"));
    after["meta"] = before["meta"].clone();
    assert_eq!(after, before);
    assert_eq!(
        fixture.count(
            "/Users",
            "userName eq \"ANNA\" and emails.value co \"example\""
        ),
        1
    );
    assert_eq!(
        fixture.count("/Groups", &format!("members eq \"{anna}\"")),
        1
    );
    assert_eq!(version(scim, &format!("/Groups/{guides}")), "W/\"3\"");
    let twin = json!({"schemas": [USER], "userName": "anna"});
    drop(scim.post("/Users", &twin).expect_error(409, UNIQUENESS));
    // Nobody is left, and there is no second time.
    assert!(fixture.kept().is_empty());
    problem(fixture.restore(&anna), 404, "nobody with the id");
    fixture.delete_user(&anna);
    assert_eq!(
        fixture.restore(&anna).expect(200).json()["version"],
        "W/\"5\""
    );
}

#[test]
fn err_whose_name_is_taken_or_who_does_not_fit_any_more() {
    let fixture = fixture();
    let anna = fixture.user("anna");
    fixture.delete_user(&anna);
    let twin = fixture.user("Anna");
    let hint = format!("`userName` `anna` is taken by the User with the id `{twin}`");
    problem(fixture.restore(&anna), 409, &hint);
    assert_eq!(fixture.kept().len(), 1);
    fixture.delete_user(&twin);

    let schema = json!({"id": "urn:example:Badge", "attributes": [{"name": "code"}]});
    fixture.admin.post("/schemas", &schema).expect(201);
    let extended = json!({"name": "User", "schemaExtensions": [{"schema": "urn:example:Badge", "required": true}]});
    fixture.admin.post("/resource-types", &extended).expect(201);
    problem(
        fixture.restore(&anna),
        409,
        "`urn:example:Badge` is required and missing",
    );
    fixture.admin.delete("/resource-types/User").expect(204);
    drop(fixture.restore(&anna).expect(200));
    problem(
        fixture.restore(&twin),
        409,
        &format!("is taken by the User with the id `{anna}`"),
    );
}

#[test]
fn a_purged_person_is_gone() {
    let fixture = fixture();
    let anna = fixture.user("anna");
    problem(
        fixture.admin.delete(&format!("/deleted/{anna}")),
        404,
        "nobody with the id",
    );
    fixture.delete_user(&anna);
    fixture
        .admin
        .delete(&format!("/deleted/{anna}"))
        .expect(204);
    assert!(fixture.kept().is_empty());
    problem(fixture.restore(&anna), 404, "nobody with the id");
    problem(
        fixture.admin.delete(&format!("/deleted/{anna}")),
        404,
        "nobody with the id",
    );
}

#[test]
fn the_list_is_paged() {
    let fixture = fixture();
    let mut ids: Vec<String> = (0..5).map(|n| fixture.user(&format!("u{n}"))).collect();
    for id in &ids {
        fixture.delete_user(id);
    }
    ids.sort();
    let mut seen = Vec::new();
    let mut path = "/deleted?count=2".to_owned();
    loop {
        let page = fixture.admin.get(&path).expect(200).json();
        let shown = page["deleted"].as_array().unwrap();
        if shown.is_empty() {
            break;
        }
        assert!(shown.len() <= 2);
        seen.extend(shown.iter().map(|person| text(person, "id").to_owned()));
        path = format!("/deleted?count=2&after={}", text(&page, "next"));
    }
    assert_eq!(seen, ids);
    problem(fixture.admin.get("/deleted?count=x"), 400, "`count` is `x`");
    problem(
        fixture.admin.get("/deleted?after=a&after=b"),
        400,
        "once each",
    );
}
