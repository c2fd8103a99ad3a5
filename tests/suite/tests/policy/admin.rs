//! `/admin/v1/tenants/{tenant}/policies`.

use std::thread;

use rollcall_suite::Client;
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::{Fixture, POLICIES, SCHEMA, problem, question};

const PERMIT: &str = "permit(principal, action, resource);";
const FORBID: &str = "forbid(principal, action, resource);";

#[test]
fn each_upload_is_a_version_that_holds_at_once() {
    let fixture = Fixture::new();
    fixture.user("anna", &json!({}));
    let asked = question("anna", "read", &json!({}));
    let empty = json!({"active": null, "versions": []});
    assert_eq!(fixture.admin.get("/policies").expect(200).json(), empty);
    problem(
        fixture.admin.get("/policies/active"),
        404,
        "no active policies",
    );

    let body = json!({"policies": PERMIT, "note": "the first"});
    let uploaded = fixture.admin.post("/policies", &body).expect(201).json();
    assert_eq!(
        uploaded,
        json!({"version": 1, "active": true, "count": 1, "warnings": []})
    );
    for round in 0..5 {
        fixture.check(&asked, None);
        assert_eq!(fixture.publish(FORBID, &json!(null)), 2 + 2 * round);
        fixture.check(&asked, Some("forbidden"));
        assert_eq!(fixture.publish(PERMIT, &json!(null)), 3 + 2 * round);
    }

    let shown = fixture.admin.get("/policies/1").expect(200).json();
    assert_eq!(shown["policies"], PERMIT);
    assert_eq!(
        (&shown["schema"], &shown["note"]),
        (&Json::Null, &json!("the first"))
    );
    let activated = fixture
        .admin
        .post("/policies/2/activate", &json!({}))
        .expect(200)
        .json();
    assert_eq!(
        (&activated["version"], &activated["active"]),
        (&json!(2), &json!(true))
    );
    fixture.check(&asked, Some("forbidden"));
    let list = fixture.admin.get("/policies").expect(200).json();
    assert_eq!(list["active"], 2);
    let versions: Vec<_> = list["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["version"].clone())
        .collect();
    assert_eq!(versions, (1..=11).rev().map(Json::from).collect::<Vec<_>>());
    assert_eq!(
        fixture.admin.get("/policies/active").expect(200).json()["policies"],
        FORBID
    );

    fixture.admin.delete("/policies").expect(204);
    fixture.check(&asked, Some("no_policies"));
    assert_eq!(fixture.publish(PERMIT, &json!(null)), 12);
    fixture.check(&asked, None);
}

#[test]
fn a_schema_is_text_or_json() {
    let fixture = Fixture::new();
    fixture.publish(POLICIES, &json!(SCHEMA));
    assert_eq!(
        fixture.admin.get("/policies/active").expect(200).json()["schema"],
        SCHEMA
    );
    let schema = json!({"": {
        "entityTypes": {"User": {}, "document": {}},
        "actions": {"read": {"appliesTo": {"principalTypes": ["User"], "resourceTypes": ["document"]}}},
    }});
    fixture.publish(
        "permit(principal is User, action == Action::\"read\", resource);",
        &schema,
    );
    fixture.user("anna", &json!({"title": "Dr."}));
    fixture.check(&question("anna", "read", &json!({"public": true})), None);
    fixture.check(
        &question("anna", "write", &json!({})),
        Some("invalid_request"),
    );
}

#[test]
fn err_mistakes_are_told_in_the_engines_words_with_their_place() {
    let fixture = Fixture::new();
    let typo = POLICIES.replace("resource.owner ==", "resource.owned ==");
    for path in ["/policies", "/policies/validate"] {
        let body = json!({"policies": typo, "schema": SCHEMA});
        let answer = problem(fixture.admin.post(path, &body), 400, "`policies`:9:");
        let error = &answer["errors"][0];
        assert_eq!(
            (&error["in"], &error["policy"], &error["line"]),
            (&json!("policies"), &json!("owner"), &json!(9))
        );
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.contains("owned"), "{message}");

        let body = json!({"policies": "permit(principal, action, resource", "schema": null});
        problem(fixture.admin.post(path, &body), 400, "`policies`:1:");
        let body = json!({"policies": POLICIES, "schema": "entity User {\n a: Strin };"});
        problem(fixture.admin.post(path, &body), 400, "`schema`");
        let body = json!({"policies": "permit(principal == ?principal, action, resource);"});
        problem(fixture.admin.post(path, &body), 400, "templates");
    }
    assert_eq!(fixture.admin.get("/policies").json()["versions"], json!([]));
    let valid = json!({"policies": POLICIES, "schema": SCHEMA});
    let answer = fixture
        .admin
        .post("/policies/validate", &valid)
        .expect(200)
        .json();
    assert_eq!(answer, json!({"count": 5, "warnings": []}));
    assert_eq!(fixture.admin.get("/policies").json()["active"], Json::Null);
}

#[test]
fn err_what_would_exhaust_the_engine_is_refused() {
    let fixture = Fixture::new();
    let when =
        |condition: &str| format!("permit(principal, action, resource) when {{ {condition} }};");
    for (policies, hint) in [
        (
            when(&format!("{}true{}", "(".repeat(10_000), ")".repeat(10_000))),
            "nest deeper",
        ),
        (
            when(&format!("true{}", " && true".repeat(10_000))),
            "operators",
        ),
        (
            when(&format!("{}true", "if true then true else ".repeat(5_000))),
            "operators",
        ),
        (when(&format!("{}[]", "[".repeat(5_000))), "nest deeper"),
        (PERMIT.repeat(1001), "1001 policies"),
        (" ".repeat(256 * 1024 + 1), "larger than 262144 bytes"),
    ] {
        let body = json!({"policies": policies});
        problem(fixture.admin.post("/policies", &body), 400, hint);
    }
    // What is just within the bounds is read, checked and evaluated.
    fixture.user("anna", &json!({}));
    for condition in [
        format!("{}true{}", "(".repeat(30), ")".repeat(30)),
        format!("true{}", " && true".repeat(150)),
        format!("true{}", " && (true".repeat(30)) + &")".repeat(30),
        format!("{}true", "if false then false else ".repeat(150)),
        format!("1{} == 151", " + 1".repeat(150)),
    ] {
        for schema in [json!(null), json!(SCHEMA)] {
            fixture.publish(&when(&condition), &schema);
            fixture.check(&question("anna", "read", &json!({})), None);
        }
    }
}

#[test]
fn err_requests_of_another_form() {
    let fixture = Fixture::new();
    for (body, hint) in [
        (json!({}), "`policies` is missing"),
        (json!({"policies": 1}), "`policies`"),
        (json!({"policies": PERMIT, "schema": 1}), "give a schema"),
        (
            json!({"policies": PERMIT, "polices": 1}),
            "`polices` is not known",
        ),
        (
            json!({"policies": PERMIT, "note": "x".repeat(201)}),
            "longer than 200",
        ),
    ] {
        problem(fixture.admin.post("/policies", &body), 400, hint);
    }
    for version in ["0", "1", "x", "-1", "99999999999999999999"] {
        let path = format!("/policies/{version}");
        problem(
            fixture.admin.get(&path),
            404,
            "has no policies of the version",
        );
        let path = format!("{path}/activate");
        problem(
            fixture.admin.post(&path, &json!({})),
            404,
            "has no policies of the version",
        );
    }
    for (method, path, allowed) in [
        (Method::PUT, "/policies", "GET, POST, DELETE"),
        (Method::DELETE, "/policies/1", "GET"),
        (Method::GET, "/policies/validate", "POST"),
        (Method::GET, "/policies/1/activate", "POST"),
    ] {
        let answer = fixture.admin.send(&method, path, &[], None);
        assert_eq!(answer.header("allow"), Some(allowed));
        problem(answer, 405, allowed);
    }
    problem(
        fixture.admin.get("/policies/1/2/3"),
        404,
        "there is nothing at",
    );
    let mut nobody = fixture.service.admin();
    nobody.base = format!("{}/tenants/nobody", nobody.base);
    for answer in [
        nobody.get("/policies"),
        nobody.post("/policies", &json!({"policies": PERMIT})),
        nobody.post("/policies/validate", &json!({"policies": PERMIT})),
        nobody.delete("/policies"),
    ] {
        problem(answer, 404, "there is no tenant `nobody`");
    }
}

#[test]
fn err_without_the_admin_token_nothing_is_told() {
    let fixture = Fixture::with_policies();
    let wrong = [None, Some("x".to_owned()), fixture.scim.token.clone()];
    for token in wrong {
        let stranger = fixture.admin.with_token(token.as_deref());
        for (method, path) in [
            (Method::GET, "/policies"),
            (Method::GET, "/policies/active"),
            (Method::POST, "/policies"),
            (Method::POST, "/policies/validate"),
            (Method::POST, "/policies/1/activate"),
            (Method::DELETE, "/policies"),
        ] {
            let body = (method == Method::POST).then_some(&b"{}"[..]);
            problem(stranger.send(&method, path, &[], body), 401, "admin token");
        }
    }
    assert_eq!(fixture.admin.get("/policies").json()["active"], 1);
}

#[test]
fn the_change_log_has_versions_and_nothing_of_what_they_say() {
    let fixture = Fixture::with_policies();
    fixture.publish(PERMIT, &json!(null));
    fixture
        .admin
        .post("/policies/1/activate", &json!({}))
        .expect(200);
    fixture.admin.delete("/policies").expect(204);
    let log = fixture.admin.get("/changes").expect(200);
    assert!(!log.text.contains("permit"), "{}", log.text);
    let log = log.json();
    let told: Vec<_> = log["changes"]
        .as_array()
        .unwrap()
        .iter()
        .skip(1)
        .map(|change| {
            assert_eq!(
                (&change["actor"], &change["resourceType"]),
                (&json!("admin"), &json!("PolicySet"))
            );
            (
                change["operation"].as_str().unwrap_or_default(),
                change["version"].as_u64(),
            )
        })
        .collect();
    let expected = [
        ("publish", Some(1)),
        ("publish", Some(2)),
        ("activate", Some(1)),
        ("withdraw", None),
    ];
    assert_eq!(told, expected);
}

#[test]
fn uploads_at_once_are_each_a_version_and_no_answer_mixes_them() {
    let fixture = Fixture::with_policies();
    fixture.user("anna", &json!({}));
    let asked = question("anna", "read", &json!({"public": true}));
    let mut versions: Vec<u64> = thread::scope(|scope| {
        let uploads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| fixture.publish(POLICIES, &json!(SCHEMA))))
            .collect();
        for _ in 0..20 {
            fixture.check(&asked, None);
        }
        uploads
            .into_iter()
            .map(|upload| upload.join().unwrap())
            .collect()
    });
    versions.sort_unstable();
    assert_eq!(versions, [2, 3, 4, 5]);
}

#[test]
fn a_deleted_tenant_takes_its_policies_along() {
    let fixture = Fixture::with_policies();
    let admin = Client::new(fixture.service.admin().base, fixture.admin.token.clone());
    admin
        .delete(&format!("/tenants/{}", fixture.tenant))
        .expect(204);
    admin
        .post("/tenants", &json!({"name": fixture.tenant}))
        .expect(201);
    assert_eq!(
        fixture.admin.get("/policies").expect(200).json()["versions"],
        json!([])
    );
}
