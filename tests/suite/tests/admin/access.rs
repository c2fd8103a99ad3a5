//! The admin token.

use rollcall_suite::{Client, Service};
use serde_json::json;
use ureq::http::Method;

use crate::{names, problem};

#[test]
fn err_without_the_admin_token_nothing_is_told() {
    let service = Service::start();
    let admin = service.admin();
    let before = names(&admin);
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
        (Method::GET, "/tenants/default/changes"),
        (Method::POST, "/tenants/default/schemas"),
        (Method::DELETE, "/tenants/default/resource-types/User"),
        (Method::GET, "/tenants/default/deleted"),
        (Method::POST, "/tenants/default/deleted/x/restore"),
        (Method::POST, "/tenants/default/suspend"),
        (Method::GET, "/tenants/default/clients"),
        (Method::POST, "/tenants/default/clients"),
        (Method::POST, "/tenants/default/clients/x/secrets"),
        (Method::POST, "/tenants/default/initial-access-tokens"),
        (Method::PUT, "/tenants/default/issuers/x"),
        (Method::POST, "/tenants/default/keys/rotate"),
        (Method::POST, "/sweep"),
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
    assert_eq!(names(&admin), before);
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
    assert_eq!(names(&admin.with_token(Some(token))), ["default"]);
    problem(admin.get("/tenants"), 401, "admin token");
}
