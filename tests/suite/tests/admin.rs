//! `/admin/v1`: tenants and their provisioning tokens.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of the tests ends the test"
)]

use rollcall_core::Timestamp;
use rollcall_suite::{Answer, Client, Service};
use serde_json::{Value as Json, json};
use ureq::http::Method;

/// Demands a problem (RFC 9457) of this status whose detail has `hint` in it.
#[track_caller]
fn problem(answer: Answer, status: u16, hint: &str) {
    let answer = answer.expect(status);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let problem = answer.json();
    assert_eq!(problem["status"], status, "{problem}");
    let title = problem["title"].as_str().unwrap_or_default();
    assert!(!title.is_empty(), "{problem}");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(hint), "`{hint}` is not in {problem}");
    assert!(detail.len() < 500, "a long detail: {detail}");
}

fn tenants(admin: &Client) -> Vec<String> {
    let tenants = admin.get("/tenants").expect(200).json();
    let tenants = tenants["tenants"].as_array().unwrap();
    let name = |tenant: &Json| tenant["name"].as_str().unwrap().to_owned();
    tenants.iter().map(name).collect()
}

fn issue(admin: &Client, tenant: &str, body: &Json) -> Json {
    let issued = admin.post(&format!("/tenants/{tenant}/tokens"), body);
    issued.expect(201).json()
}

fn text<'j>(json: &'j Json, name: &str) -> &'j str {
    json[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {json}"))
}

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
    let list = tenants(&admin);
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
    assert!(!tenants(&admin).contains(&name));
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
    assert_eq!(tenants(&admin), ["default"]);
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
    assert!(tenants(&admin).contains(&"default".to_owned()));
}

#[test]
fn err_names_that_cannot_stand_in_an_address() {
    let service = Service::start();
    let admin = service.admin();
    let before = tenants(&admin);
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
    assert_eq!(tenants(&admin), before);
}

#[test]
fn err_bodies_that_are_no_request() {
    let service = Service::start();
    let admin = service.admin();
    let tenant = service.tenant();
    let before = tenants(&admin);
    let large = vec![b' '; 1024 * 1024 + 1];
    let cases: [(&[u8], u16, &str); 9] = [
        (b"", 400, "empty"),
        (b"{", 400, "line 1 column 1"),
        (b"[]", 400, "send a JSON object"),
        (b"{}", 400, "`name`"),
        (b"{\"name\":\"\xff\"}", 400, "not UTF-8"),
        (b"{\"name\":\"a\\u0000\"}", 400, "U+0000"),
        (b"{\"name\":\"abc\",\"NAME\":\"abd\"}", 400, "there twice"),
        (
            b"{\"name\":\"abc\",\"expires\":\"2030-01-31T00:00:00Z\"}",
            400,
            "`expires`",
        ),
        (&large, 413, "1048576 bytes"),
    ];
    for (body, status, hint) in cases {
        for path in ["/tenants".to_owned(), format!("/tenants/{tenant}/tokens")] {
            let answer = admin.send(&Method::POST, &path, &[], Some(body));
            problem(answer, status, hint);
        }
    }
    assert_eq!(tenants(&admin), before);
    let tokens = admin.get(&format!("/tenants/{tenant}/tokens")).json();
    assert_eq!(tokens, json!({"tokens": []}));
}

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
    assert_eq!(tokens[0], issued);
    assert_eq!(text(&issued, "name"), "Entra");
    assert_eq!(issued["expires_at"], Json::Null);
    assert!(Timestamp::parse(text(&issued, "created_at")).is_some());
}

#[test]
fn two_tokens_are_valid_at_a_time_and_a_deleted_one_is_dead_at_once() {
    let service = Service::start();
    let admin = service.admin();
    let tenant = service.tenant();
    let (old, new) = (service.scim_of(&tenant), service.scim_of(&tenant));
    drop(old.get("/Users").expect(200));
    drop(new.get("/Users").expect(200));

    let tokens = admin.get(&format!("/tenants/{tenant}/tokens")).json();
    let path = format!(
        "/tenants/{tenant}/tokens/{}",
        text(&tokens["tokens"][0], "id")
    );
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

#[test]
fn err_without_the_admin_token_nothing_is_told() {
    let service = Service::start();
    let admin = service.admin();
    let before = tenants(&admin);
    let scim = service.scim_of("default");
    let right = admin.token.clone().unwrap();
    let wrong = [
        None,
        Some("x".to_owned()),
        Some(String::new()),
        Some(right[..right.len() - 1].to_owned()),
        Some(format!("{right}x")),
        Some(right.to_uppercase()),
        scim.token,
    ];
    let requests = [
        (Method::GET, "/tenants"),
        (Method::POST, "/tenants"),
        (Method::PUT, "/tenants"),
        (Method::GET, "/tenants/default"),
        (Method::GET, "/tenants/nobody"),
        (Method::DELETE, "/tenants/default"),
        (Method::GET, "/tenants/default/tokens"),
        (Method::POST, "/tenants/default/tokens"),
        (Method::DELETE, "/tenants/default/tokens/x"),
        (Method::GET, "/nonsense"),
        (Method::GET, ""),
    ];
    for token in wrong {
        let stranger = admin.with_token(token.as_deref());
        let mut first = None;
        for (method, path) in &requests {
            let body = (method == Method::POST).then_some(&b"{\"name\":\"intruder\"}"[..]);
            let answer = stranger.send(method, path, &[], body);
            let challenge = answer.header("www-authenticate").unwrap_or_default();
            assert!(
                challenge.starts_with("Bearer"),
                "{method} {path}: {challenge}"
            );
            assert_eq!(answer.header("allow"), None);
            assert_eq!(
                first.get_or_insert_with(|| answer.text.clone()),
                &answer.text
            );
            problem(answer, 401, "admin token");
        }
    }
    assert_eq!(tenants(&admin), before);
}

#[test]
fn without_the_variable_the_admin_api_is_off() {
    for variables in [&[][..], &[("admin_token", "")]] {
        let state = tempfile::tempdir().unwrap();
        let service = Service::with_variables(state.path(), variables);
        let admin = service.admin();
        for token in [None, Some(""), Some("x"), admin.token.as_deref()] {
            let client = admin.with_token(token);
            for path in ["/tenants", "/tenants/default/tokens", "/nonsense", ""] {
                problem(client.get(path), 404, "set the variable `admin_token`");
            }
            let answer = client.post("/tenants", &json!({"name": "intruder"}));
            problem(answer, 404, "the admin API is off");
        }
        // The rest is there.
        let root = Client::new(service.base_url.clone(), None);
        drop(root.get("/health/ready").expect(200));
        drop(root.get("/scim/v2/Users").expect_error(401, None));
    }
}

#[test]
fn any_printable_admin_token_opens_the_admin_api() {
    let state = tempfile::tempdir().unwrap();
    let token = "a token: with \"quotes\", spaces & {{braces}}";
    let service = Service::with_variables(state.path(), &[("admin_token", token)]);
    let admin = service.admin();
    assert_eq!(tenants(&admin.with_token(Some(token))), ["default"]);
    problem(admin.get("/tenants"), 401, "admin token");
}

#[test]
fn err_unknown_addresses_and_methods() {
    let service = Service::start();
    let admin = service.admin();
    let tenant = format!("/tenants/{}", service.tenant());
    for path in [
        "",
        "/",
        "/nonsense",
        "/tenantsx",
        &format!("{tenant}/nonsense"),
        &format!("{tenant}/tokens/x/y"),
    ] {
        problem(admin.get(path), 404, "there is nothing at");
    }
    for name in ["UPPER", "a.b", "..", "%00", "%ff", &"x".repeat(5000)] {
        problem(
            admin.get(&format!("/tenants/{name}")),
            404,
            "there is no tenant",
        );
    }
    for (path, allowed) in [
        ("/tenants".to_owned(), "GET, POST"),
        (tenant.clone(), "GET, DELETE"),
        (format!("{tenant}/tokens"), "GET, POST"),
        (format!("{tenant}/tokens/x"), "DELETE"),
    ] {
        for name in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
            if allowed.contains(name) {
                continue;
            }
            let answer = admin.send(&name.parse().unwrap(), &path, &[], None);
            assert_eq!(answer.header("allow"), Some(allowed), "{name} {path}");
            problem(answer, 405, allowed);
        }
    }
}

#[test]
fn health_needs_no_token() {
    let service = Service::start();
    let root = Client::new(service.base_url.clone(), None);
    assert_eq!(
        root.get("/health/live").expect(200).json(),
        json!({"status": "live"})
    );
    assert_eq!(
        root.get("/health/ready").expect(200).json(),
        json!({"status": "ready"})
    );
    drop(root.get("/health").expect(404));
    drop(root.get("/health/nonsense").expect(404));
}
