//! Clients that register and manage themselves (RFC 7591, RFC 7592).

use pollster::block_on;
use rollcall_oauth::OAuthError;
use rollcall_service::admin;
use rollcall_service::auth::{
    NewRegistration, admit_registration, register, registered, reregister, unregister,
};
use serde_json::{Value as Json, json};

use crate::world::{World, object};

fn initial(w: &World, uses: Option<i64>) -> String {
    let new = admin::create_initial_token(&w.ctx, "default", "partners", None, uses);
    block_on(new).unwrap().secret
}

fn machine() -> Json {
    json!({"grant_types": ["client_credentials"], "client_name": "Robot"})
}

fn try_register(w: &World, initial: &str, body: &Json) -> Result<NewRegistration, OAuthError> {
    block_on(async {
        let admitted = admit_registration(&w.ctx, &w.issuer, Some(initial)).await?;
        register(&w.ctx, &w.issuer, &admitted, &object(body)).await
    })
}

#[track_caller]
fn err<T: std::fmt::Debug>(result: Result<T, OAuthError>, status: u16, code: &str) -> String {
    let error = result.unwrap_err();
    assert_eq!(
        (error.status, error.code.as_str()),
        (status, code),
        "{error}"
    );
    error.description
}

#[test]
fn an_initial_access_token_registers_as_many_as_it_may() {
    let w = World::new();
    let token = initial(&w, Some(1));
    // What is refused uses nothing up.
    let nothing = try_register(&w, &token, &json!({"grant_types": ["password"]}));
    err(nothing, 400, "invalid_client_metadata");
    let new = try_register(&w, &token, &machine()).unwrap();
    assert!(new.token.starts_with("rc_rg_"));
    assert!(
        new.secret
            .is_some_and(|secret| secret.starts_with("rc_cs_"))
    );
    let id = new.registration.client.id.as_str();
    let last = w.log().pop().unwrap();
    assert!(last.actor.starts_with("registration:"), "{last:?}");
    assert_eq!((&*last.operation, &*last.resource), ("register", id));
    err(try_register(&w, &token, &machine()), 401, "invalid_token");
    let none = block_on(admit_registration(&w.ctx, &w.issuer, None));
    err(none, 401, "invalid_token");
    let other = block_on(admit_registration(&w.ctx, &w.issuer, Some(&new.token)));
    err(other, 401, "invalid_token");
    for change in w.log() {
        let text = format!("{change:?}");
        assert!(!text.contains(&token) && !text.contains("rc_"), "{text}");
    }
}

#[test]
fn what_is_refused_says_why() {
    let w = World::new();
    let token = initial(&w, None);
    let with = |member: &str, value: Json| {
        let mut body = machine();
        body[member] = value;
        try_register(&w, &token, &body)
    };
    let statement = with("software_statement", json!("e30.e30.e30"));
    err(statement, 400, "unapproved_software_statement");
    assert!(with("software_statement", Json::Null).is_ok());
    let uri = with("redirect_uris", json!(["http://app.example.com/"]));
    err(uri, 400, "invalid_redirect_uri");
    let private = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}]});
    let why = err(with("jwks", private), 400, "invalid_client_metadata");
    assert!(why.contains("private members"), "{why}");
    let inside = with("jwks_uri", json!("https://169.254.169.254/"));
    let why = err(inside, 400, "invalid_client_metadata");
    assert_eq!(why, "`jwks_uri` has an IP address: name the host");
    let public = with("token_endpoint_auth_method", json!("none"));
    err(public, 400, "invalid_client_metadata");
}

/// Whoever may register may not make themselves an administrator.
#[test]
fn access_to_people_is_the_operators_to_give_and_stays() {
    let w = World::new();
    let token = initial(&w, None);
    for scope in [
        "scim:read",
        "app scim:users:write",
        "policy:evaluate",
        "admin:people",
    ] {
        let mut body = machine();
        body["scope"] = json!(scope);
        let why = err(
            try_register(&w, &token, &body),
            400,
            "invalid_client_metadata",
        );
        assert!(why.contains("the operator alone"), "{why}");
    }
    let mut body = machine();
    body["scope"] = json!("app");
    body["resources"] = json!(["https://api.example.com"]);
    body["protected_resources"] = json!(["https://api.example.com"]);
    let new = try_register(&w, &token, &body).unwrap();
    let known = new.registration;
    assert!(known.metadata.resources.is_empty());
    assert!(known.metadata.protected_resources.is_empty());

    body["scope"] = json!("app scim:read");
    let id = known.client.id.clone();
    let changed = object(&body);
    let given = admin::update_client(&w.ctx, "default", &id, &changed, None);
    block_on(given).unwrap();
    let token = Some(new.token.as_str());
    let known = block_on(registered(&w.ctx, &w.issuer, &id, token)).unwrap();
    let update = |scope: &str| {
        let mut body = machine();
        body["client_id"] = json!(id);
        body["scope"] = json!(scope);
        let body = object(&body);
        block_on(reregister(&w.ctx, &w.issuer, &known, token, &body))
    };
    err(update("scim:write"), 400, "invalid_client_metadata");
    let kept = update("scim:read").unwrap().metadata;
    assert_eq!(kept.resources.len(), 1);
    assert_eq!(kept.protected_resources.len(), 1);
}

#[test]
fn a_client_manages_itself_until_it_is_gone() {
    let w = World::new();
    let new = try_register(&w, &initial(&w, None), &machine()).unwrap();
    let id = new.registration.client.id.clone();
    let token = Some(new.token.as_str());
    let get = |id: &str, token| block_on(registered(&w.ctx, &w.issuer, id, token));
    let known = get(&id, token).unwrap();
    let put = |body: &Json| {
        let body = object(body);
        block_on(reregister(&w.ctx, &w.issuer, &known, token, &body))
    };
    let mut body = machine();
    body["client_name"] = json!("Android");
    err(put(&body), 400, "invalid_request");
    body["client_id"] = json!("another");
    err(put(&body), 400, "invalid_request");
    body["client_id"] = json!(id);
    body["client_secret"] = json!("chosen");
    err(put(&body), 400, "invalid_client_metadata");
    body["client_secret"] = json!(new.secret);
    assert_eq!(put(&body).unwrap().client.name, "Android");
    w.last_is(&format!("client:{id}"), "configure", "Client", &id);
    body["client_id_issued_at"] = json!(1);
    err(put(&body), 400, "invalid_request");

    let second = try_register(&w, &initial(&w, None), &machine()).unwrap();
    let other = second.registration.client.id.clone();
    for (id, token) in [
        (&*id, None),
        (&*id, Some("")),
        (&*id, Some(second.token.as_str())),
        (&*other, token),
        ("nobody", token),
    ] {
        err(get(id, token), 401, "invalid_token");
    }
    block_on(admin::set_client_disabled(&w.ctx, "default", &id, true)).unwrap();
    err(get(&id, token), 401, "invalid_token");
    block_on(admin::set_client_disabled(&w.ctx, "default", &id, false)).unwrap();
    block_on(unregister(&w.ctx, &w.issuer, &id, token)).unwrap();
    err(get(&id, token), 401, "invalid_token");
    let twice = block_on(unregister(&w.ctx, &w.issuer, &id, token));
    err(twice, 401, "invalid_token");
    assert!(get(&other, Some(second.token.as_str())).is_ok());
}

#[test]
fn a_client_without_a_secret_does_not_turn_to_one() {
    let w = World::new();
    let mut body = json!({"redirect_uris": ["https://app.example.com/cb"], "token_endpoint_auth_method": "none"});
    let new = try_register(&w, &initial(&w, None), &body).unwrap();
    assert_eq!(new.secret, None);
    body["client_id"] = json!(new.registration.client.id);
    body["token_endpoint_auth_method"] = json!("client_secret_basic");
    let token = Some(new.token.as_str());
    let body = object(&body);
    let put = reregister(&w.ctx, &w.issuer, &new.registration, token, &body);
    err(block_on(put), 400, "invalid_client_metadata");
}

#[test]
fn a_suspended_tenant_registers_nobody() {
    let w = World::new();
    let token = initial(&w, None);
    let new = try_register(&w, &token, &machine()).unwrap();
    block_on(admin::suspend_tenant(&w.ctx, "default", true)).unwrap();
    err(try_register(&w, &token, &machine()), 401, "invalid_token");
    let id = &new.registration.client.id;
    let get = || block_on(registered(&w.ctx, &w.issuer, id, Some(&new.token)));
    err(get(), 401, "invalid_token");
    block_on(admin::suspend_tenant(&w.ctx, "default", false)).unwrap();
    assert!(get().is_ok());
}
