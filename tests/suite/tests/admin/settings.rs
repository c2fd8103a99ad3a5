//! The settings of a tenant.

use serde_json::{Value as Json, json};

use crate::{Fixture, GROUP, UNIQUENESS, USER, problem};

#[test]
fn settings_have_defaults_and_are_changed_one_by_one() {
    let fixture = Fixture::new();
    let settings = |shown: &Json| {
        let mut shown = shown.clone();
        let object = shown.as_object_mut().unwrap();
        object.remove("created_at");
        object.remove("suspended_at");
        object.remove("name");
        shown
    };
    let mut expected = json!({
        "mode": "compat", "restoreOnCreate": false, "retentionDays": 0, "ignoreUnknownMembers": false,
        "enforcePolicies": false,
        "signingAlgorithm": "EdDSA", "accessTokenLifetime": 600, "keyRotationDays": 90
    });
    let shown = fixture.admin.get("").expect(200).json();
    assert_eq!(settings(&shown), expected);
    for (name, value) in [
        ("mode", json!("strict")),
        ("restoreOnCreate", json!(true)),
        ("retentionDays", json!(30)),
        ("ignoreUnknownMembers", json!(true)),
        ("enforcePolicies", json!(true)),
        ("signingAlgorithm", json!("ES256")),
        ("accessTokenLifetime", json!(60)),
        ("keyRotationDays", json!(0)),
    ] {
        let answer = fixture
            .admin
            .patch("", &json!({name: value}))
            .expect(200)
            .json();
        expected[name] = value;
        assert_eq!(settings(&answer), expected);
        assert_eq!(fixture.admin.get("").json(), answer);
    }
    let nothing = json!({"mode": null});
    let answer = fixture.admin.patch("", &nothing).expect(200).json();
    assert_eq!(settings(&answer), expected);
    let other = Fixture::new();
    assert_eq!(other.admin.get("").json()["mode"], "compat");
}

#[test]
fn err_settings_that_are_none() {
    let fixture = Fixture::new();
    for (body, hint) in [
        (json!({"mode": "lax"}), "use compat or strict"),
        (json!({"mode": true}), "`mode`"),
        (json!({"restoreOnCreate": "yes"}), "give true or false"),
        (json!({"ignoreUnknownMembers": 1}), "give true or false"),
        (json!({"retentionDays": -1}), "must be between 0 and 3650"),
        (json!({"retentionDays": 3651}), "must be between 0 and 3650"),
        (json!({"retentionDays": 1.5}), "give a number of days"),
        (
            json!({"retentionDays": i64::MAX}),
            "must be between 0 and 3650",
        ),
        (json!({"signingAlgorithm": "RS256"}), "use EdDSA or ES256"),
        (json!({"signingAlgorithm": 1}), "give a string"),
        (
            json!({"accessTokenLifetime": 59}),
            "must be between 60 and 86400",
        ),
        (json!({"keyRotationDays": -1}), "must be between 0 and 3650"),
        (json!({"retention": 1}), "`retention` is not known here"),
        (json!({"name": "other"}), "`name` is not known here"),
    ] {
        problem(fixture.admin.patch("", &body), 400, hint);
    }
    let mut nobody = fixture.service.admin();
    nobody.base = format!("{}/tenants/nobody", nobody.base);
    problem(
        nobody.patch("", &json!({"mode": "strict"})),
        404,
        "there is no tenant",
    );
    problem(
        nobody.patch("", &json!({"mode": "lax"})),
        400,
        "use compat or strict",
    );
}

#[test]
fn a_mode_holds_for_the_next_request() {
    let fixture = Fixture::new();
    let body = json!({"schemas": [USER], "userName": "anna", "nope": 1});
    for round in 0..10 {
        let mut body = body.clone();
        body["userName"] = json!(format!("anna-{round}"));
        fixture.set(&json!({"mode": "strict"}));
        drop(
            fixture
                .scim
                .post("/Users", &body)
                .expect_error(400, Some("invalidSyntax")),
        );
        fixture.set(&json!({"mode": "compat"}));
        drop(fixture.scim.post("/Users", &body).expect(201));
    }
}

#[test]
fn whoever_is_inactive_is_named_or_restored() {
    let fixture = Fixture::new();
    let scim = &fixture.scim;
    let body = |display: &str| json!({"schemas": [USER], "userName": "Anna@example.com", "displayName": display});
    let created = scim.post("/Users", &body("First")).expect(201).json();
    let id = created["id"].as_str().unwrap().to_owned();
    let path = format!("/Users/{id}");
    let detail = scim
        .post("/Users", &body("Second"))
        .expect_error(409, UNIQUENESS);
    assert!(
        detail.contains("is taken by another User") && !detail.contains(&id),
        "{detail}"
    );

    let mut inactive = body("First");
    inactive["active"] = json!(false);
    scim.put(&path, &inactive).expect(200);
    let detail = scim
        .post("/Users", &body("Second"))
        .expect_error(409, UNIQUENESS);
    assert!(detail.contains(&format!("the id `{id}`")), "{detail}");
    assert!(
        detail.contains(&format!("`{}{path}`", scim.base)),
        "{detail}"
    );
    assert_eq!(scim.get(&path).json()["displayName"], "First");

    fixture.set(&json!({"restoreOnCreate": true}));
    let restored = scim.post("/Users", &body("Second")).expect(200);
    let location = restored.header("content-location").map(str::to_owned);
    let restored = restored.json();
    assert_eq!(location, Some(format!("{}{path}", scim.base)));
    assert_eq!(
        (&restored["id"], &restored["active"]),
        (&json!(id), &json!(true))
    );
    assert_eq!(restored["displayName"], "Second");
    assert_eq!(restored["meta"]["version"], "W/\"3\"");
    assert_eq!(scim.get(&path).expect(200).json(), restored);
    // They are active again, so the next one is refused.
    drop(
        scim.post("/Users", &body("Third"))
            .expect_error(409, UNIQUENESS),
    );
}

#[test]
fn unknown_members_are_an_error_or_passed_over() {
    let fixture = Fixture::new();
    let anna = fixture.user("anna");
    let members = json!([{"value": "nobody"}, {"value": anna}]);
    let body = json!({"schemas": [GROUP], "displayName": "Guides", "members": members});
    let detail = fixture
        .scim
        .post("/Groups", &body)
        .expect_error(400, Some("invalidValue"));
    assert!(detail.contains("`nobody`"), "{detail}");
    fixture.set(&json!({"ignoreUnknownMembers": true}));
    let created = fixture.scim.post("/Groups", &body).expect(201).json();
    assert_eq!(
        created["members"].as_array().map(Vec::len),
        Some(1),
        "{created}"
    );
}
