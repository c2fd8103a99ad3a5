//! Their provisioning tokens.

use rollcall_core::Timestamp;
use rollcall_suite::{Client, Service};
use serde_json::{Value as Json, json};

use crate::{issue, problem, text};

#[test]
fn a_token_is_shown_once_and_listed_without_its_secret() {
    let service = Service::start();
    let admin = service.admin();
    let tenant = service.tenant();
    let mut issued = issue(&admin, &tenant, &json!({"name": "Entra"}));
    let secret = text(&issued, "token").to_owned();
    // 256 random bits.
    let random = secret.strip_prefix("rc_").unwrap();
    assert_eq!(random.len(), 43, "{secret}");
    let other = issue(&admin, &tenant, &json!({"name": "Entra"}));
    assert_ne!(text(&other, "token"), secret);
    assert_ne!(text(&other, "id"), text(&issued, "id"));

    let list = admin.get(&format!("/tenants/{tenant}/tokens")).expect(200);
    assert!(!list.text.contains(random), "{}", list.text);
    let tokens = list.json();
    let tokens = tokens["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), 2);
    issued.as_object_mut().unwrap().remove("token");
    // Two of the same millisecond come in any order.
    assert!(tokens.contains(&issued), "{tokens:?}");
    assert_eq!(text(&issued, "name"), "Entra");
    assert_eq!(issued["expires_at"], Json::Null);
    assert!(Timestamp::parse(text(&issued, "created_at")).is_some());
}

#[test]
fn two_tokens_are_valid_at_a_time_and_a_deleted_one_is_dead_at_once() {
    let service = Service::start();
    let admin = service.admin();
    let tenant = service.tenant();
    let issued = issue(&admin, &tenant, &json!({"name": "old"}));
    let new = service.scim_of(&tenant);
    let old = new.with_token(Some(text(&issued, "token")));
    drop(old.get("/Users").expect(200));
    drop(new.get("/Users").expect(200));

    let path = format!("/tenants/{tenant}/tokens/{}", text(&issued, "id"));
    // A token of another tenant can't be deleted by a wrong address.
    let elsewhere = path.replace(&tenant, "default");
    problem(admin.delete(&elsewhere), 404, "has no token with the id");
    drop(old.get("/Users").expect(200));

    admin.delete(&path).expect(204);
    for _ in 0..10 {
        drop(old.get("/Users").expect_error(401, None));
        drop(old.get("/Schemas").expect_error(401, None));
        drop(new.get("/Users").expect(200));
    }
    problem(admin.delete(&path), 404, "has no token with the id");
    let tokens = admin.get(&format!("/tenants/{tenant}/tokens")).json();
    assert_eq!(tokens["tokens"].as_array().map(Vec::len), Some(1));
}

/// The service's clock, as a new user's `meta.created` shows it.
fn clock(scim: &Client, ticks: &mut u32) -> Timestamp {
    *ticks += 1;
    let schema = "urn:ietf:params:scim:schemas:core:2.0:User";
    let body = json!({"schemas": [schema], "userName": format!("tick-{ticks}")});
    let created = scim.post("/Users", &body).expect(201).json();
    Timestamp::parse(text(&created["meta"], "created")).unwrap()
}

#[test]
fn a_token_works_until_it_expires_and_not_a_moment_longer() {
    let service = Service::start();
    let admin = service.admin();
    let tenant = service.tenant();
    let lasting = service.scim_of(&tenant);
    let mut ticks = 0;
    let expires = clock(&lasting, &mut ticks).as_millis() + 700;
    let expires = Timestamp::from_millis(expires);
    let body = json!({"name": "short", "expires_at": expires.to_string()});
    let issued = issue(&admin, &tenant, &body);
    assert_eq!(text(&issued, "expires_at"), expires.to_string());
    let short = lasting.with_token(Some(text(&issued, "token")));

    let mut worked = 0;
    loop {
        let before = clock(&lasting, &mut ticks);
        let answer = short.get("/Users?count=1");
        let after = clock(&lasting, &mut ticks);
        if after < expires {
            drop(answer.expect(200));
            worked += 1;
        } else if before >= expires {
            drop(answer.expect_error(401, None));
            break;
        }
    }
    assert!(worked > 0, "it never worked");
    let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "x"});
    drop(short.post("/Users", &body).expect_error(401, None));
    drop(short.get("/Schemas").expect_error(401, None));
    drop(lasting.get("/Users?count=0").expect(200));
    // It stays listed, so that one can see why a client is refused.
    let tokens = admin.get(&format!("/tenants/{tenant}/tokens")).json();
    assert_eq!(tokens["tokens"].as_array().map(Vec::len), Some(2));
}

#[test]
fn err_tokens_without_a_name_or_with_an_impossible_expiry() {
    let service = Service::start();
    let admin = service.admin();
    let tenant = service.tenant();
    let path = format!("/tenants/{tenant}/tokens");
    let long = "x".repeat(101);
    for name in ["", " ", "\t", &long] {
        problem(
            admin.post(&path, &json!({"name": name})),
            400,
            "`name` must have 1 to 100",
        );
    }
    for name in [json!(null), json!(1), json!(["x"]), json!({})] {
        problem(admin.post(&path, &json!({"name": name})), 400, "`name`");
    }
    for expiry in [
        json!("tomorrow"),
        json!("2030-01-31"),
        json!("2030-13-31T00:00:00Z"),
        json!(""),
        json!(1_900_000_000),
        json!(true),
        json!([]),
        json!({}),
        json!("x".repeat(100_000)),
    ] {
        let body = json!({"name": "x", "expires_at": expiry});
        problem(admin.post(&path, &body), 400, "give a time such as");
    }
    for past in [
        "2020-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
    ] {
        let body = json!({"name": "x", "expires_at": past});
        problem(admin.post(&path, &body), 400, "has passed");
    }
    assert_eq!(admin.get(&path).expect(200).json(), json!({"tokens": []}));
    // "Never", as many write it, and none at all.
    for expiry in [
        json!("9999-12-31T23:59:59Z"),
        json!("2099-01-31T00:00:00+02:00"),
        json!(null),
    ] {
        let issued = issue(&admin, &tenant, &json!({"name": "x", "expires_at": expiry}));
        let scim = service.scim().with_token(Some(text(&issued, "token")));
        let scim = Client::new(service.scim_base(&tenant), scim.token);
        drop(scim.get("/Users").expect(200));
    }
}
