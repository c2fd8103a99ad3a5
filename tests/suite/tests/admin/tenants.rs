//! The tenants.

use rollcall_core::Timestamp;
use rollcall_suite::Service;
use serde_json::json;

use crate::{names, problem, text};

#[test]
fn a_tenant_is_created_read_listed_and_deleted() {
    let service = Service::start();
    let admin = service.admin();
    let name = service.tenant();
    let shown = admin.get(&format!("/tenants/{name}")).expect(200);
    assert_eq!(shown.header("content-type"), Some("application/json"));
    let shown = shown.json();
    assert_eq!(text(&shown, "name"), name);
    assert!(
        Timestamp::parse(text(&shown, "created_at")).is_some(),
        "{shown}"
    );
    let list = names(&admin);
    assert!(list.is_sorted(), "{list:?}");
    assert!(
        list.contains(&name) && list.contains(&"default".to_owned()),
        "{list:?}"
    );

    problem(
        admin.post("/tenants", &json!({"name": name})),
        409,
        "already",
    );
    let deleted = admin.delete(&format!("/tenants/{name}")).expect(204);
    assert_eq!(deleted.text, "");
    assert!(!names(&admin).contains(&name));
    for answer in [
        admin.get(&format!("/tenants/{name}")),
        admin.delete(&format!("/tenants/{name}")),
        admin.get(&format!("/tenants/{name}/tokens")),
        admin.post(&format!("/tenants/{name}/tokens"), &json!({"name": "x"})),
        admin.delete(&format!("/tenants/{name}/tokens/x")),
    ] {
        problem(answer, 404, &name);
    }
}

#[test]
fn a_new_service_has_the_default_tenant_without_a_token() {
    let service = Service::own();
    let admin = service.admin();
    assert_eq!(names(&admin), ["default"]);
    let tokens = admin.get("/tenants/default/tokens").expect(200).json();
    assert_eq!(tokens, json!({"tokens": []}));
    problem(
        admin.post("/tenants", &json!({"name": "default"})),
        409,
        "already",
    );
}

#[test]
fn the_default_tenant_cannot_be_deleted() {
    let service = Service::start();
    let admin = service.admin();
    let scim = service.scim_of("default");
    problem(
        admin.delete("/tenants/default"),
        409,
        "the default tenant can't be deleted",
    );
    drop(scim.get("/Users").expect(200));
    assert!(names(&admin).contains(&"default".to_owned()));
}

#[test]
fn err_names_that_cannot_stand_in_an_address() {
    let service = Service::start();
    let admin = service.admin();
    let before = names(&admin);
    let long = "x".repeat(64);
    let longest = "x".repeat(900_000);
    for name in [
        "", "A", "-a", "a-", "-", "a.b", "a/b", "a_b", "a b", " a", "é", "..", "%61", &long,
        &longest,
    ] {
        let answer = admin.post("/tenants", &json!({"name": name}));
        problem(answer, 400, "use 1 to 63 of a-z, 0-9 and -");
    }
    for name in [json!(null), json!(1), json!(true), json!([]), json!({})] {
        problem(
            admin.post("/tenants", &json!({"name": name})),
            400,
            "`name`",
        );
    }
    assert_eq!(names(&admin), before);
}

#[test]
fn a_suspended_tenant_is_closed_at_once_and_opens_again() {
    let service = Service::start();
    let name = service.tenant();
    let (scim, other) = (service.scim_of(&name), service.scim());
    let mut admin = service.admin();
    admin.base = format!("{}/tenants/{name}", admin.base);
    drop(scim.get("/Users").expect(200));
    let switch = |to: &str| {
        let answer = admin.post(&format!("/{to}"), &json!({}));
        answer.expect(200).json()["suspended_at"].clone()
    };
    let since = switch("suspend");
    assert!(Timestamp::parse(since.as_str().unwrap()).is_some());
    for _ in 0..10 {
        drop(scim.get("/Users").expect_error(401, None));
        drop(scim.get("/Schemas").expect_error(401, None));
        drop(other.get("/Users").expect(200));
    }
    // It is so already.
    assert_eq!(switch("suspend"), since);
    assert!(switch("resume").is_null());
    drop(scim.get("/Users").expect(200));
    let log = admin.get("/changes").expect(200).json();
    let told = log["changes"].as_array().unwrap().iter();
    let told: Vec<_> = told.map(|change| text(change, "operation")).collect();
    assert!(told.ends_with(&["suspend", "resume"]), "{told:?}");
    let nobody = service.admin().post("/tenants/nobody/suspend", &json!({}));
    problem(nobody, 404, "there is no tenant");
}
