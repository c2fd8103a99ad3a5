//! `/oauth/register`: clients that register and manage themselves (RFC 7591, RFC 7592).

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use pollster::block_on;
use rollcall_edge::auth;
use rollcall_service::{Ctx, admin};
use rollcall_store::rusqlite::File;
use serde_json::{Value as Json, json};

use crate::world::{Answer, World, basic, config, read, with};

const JSON: Option<&str> = Some("application/json");

fn initial(w: &World, tenant: &str) -> String {
    let issued = admin::create_initial_token(&w.ctx, tenant, "test", None, None);
    block_on(issued).unwrap().secret
}

fn machine() -> Json {
    json!({"grant_types": ["client_credentials"], "scope": "app"})
}

fn send(
    ctx: &Ctx<File>,
    (method, path): (&str, &str),
    token: Option<&str>,
    (content_type, body): (Option<&str>, &str),
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    let body = Full::new(Bytes::from(body.to_owned()));
    read(block_on(auth::register(ctx, request.body(body).unwrap())))
}

fn register(w: &World, token: &str, body: &Json) -> Answer {
    let body = (JSON, &*body.to_string());
    send(&w.ctx, ("POST", "/oauth/register"), Some(token), body)
}

fn text<'j>(json: &'j Json, name: &str) -> &'j str {
    json[name].as_str().unwrap()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.json["error"], code, "{answer:?}");
    answer.is_not_kept();
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    assert_eq!(challenge.starts_with("Bearer realm="), status == 401);
}

#[test]
fn what_was_registered_gets_a_token() {
    let w = World::new();
    let created = register(&w, &initial(&w, "default"), &machine());
    assert_eq!(created.status, 201, "{created:?}");
    created.is_not_kept();
    let json = &created.json;
    let (id, secret) = (text(json, "client_id"), text(json, "client_secret"));
    let uri = format!("https://id.example/oauth/register/{id}");
    assert_eq!(json["registration_client_uri"], uri);
    assert_eq!(json["client_secret_expires_at"], 0);
    assert_eq!(json["client_id_issued_at"], w.now_secs());
    let authorization = basic(id, secret);
    let form = [("grant_type", "client_credentials")];
    let token = w.token(&[("authorization", &authorization)], &form);
    assert_eq!((token.status, &token.json["scope"]), (200, &json!("app")));
    let path = format!("/oauth/register/{id}");
    let manages = json["registration_access_token"].as_str();
    let gone = send(&w.ctx, ("DELETE", &path), manages, (None, ""));
    assert_eq!(gone.status, 204);
    let token = w.token(&[("authorization", &authorization)], &form);
    token.refused(401, "invalid_client");
    refused(
        &send(&w.ctx, ("GET", &path), manages, (None, "")),
        401,
        "invalid_token",
    );
}

#[test]
fn a_client_reads_and_replaces_what_it_has_registered() {
    let w = World::new();
    let created = register(&w, &initial(&w, "default"), &machine()).json;
    let id = text(&created, "client_id");
    let path = format!("/oauth/register/{id}");
    let token = created["registration_access_token"].as_str();
    let get = |token| send(&w.ctx, ("GET", &path), token, (None, ""));
    let read = get(token);
    assert_eq!(read.status, 200, "{read:?}");
    read.is_not_kept();
    let expected = {
        let mut expected = created.clone();
        let members = expected.as_object_mut().unwrap();
        members.remove("client_secret");
        members.remove("client_secret_expires_at");
        expected
    };
    assert_eq!(read.json, expected);
    let put = |body: &Json| send(&w.ctx, ("PUT", &path), token, (JSON, &body.to_string()));
    let body = with(
        with(machine(), "client_id", json!(id)),
        "client_name",
        json!("New"),
    );
    let replaced = put(&body);
    assert_eq!(
        (replaced.status, text(&replaced.json, "client_name")),
        (200, "New")
    );
    refused(&put(&machine()), 400, "invalid_request");
    let ours = with(body.clone(), "registration_client_uri", json!("x"));
    refused(&put(&ours), 400, "invalid_request");
    let more = with(body, "scope", json!("scim:write"));
    refused(&put(&more), 400, "invalid_client_metadata");
    refused(&get(None), 401, "invalid_token");
    refused(&get(Some("x")), 401, "invalid_token");
}

#[test]
fn err_strangers_learn_nothing_of_what_is_wrong_with_a_request() {
    let w = World::new();
    block_on(admin::create_tenant(
        &w.ctx,
        "acme",
        &admin::TenantSettings::default(),
    ))
    .unwrap();
    let (ours, theirs) = (initial(&w, "default"), initial(&w, "acme"));
    let broken = (Some("text/plain"), "{");
    for token in [None, Some("x"), Some(&*theirs)] {
        let answer = send(&w.ctx, ("POST", "/oauth/register"), token, broken);
        refused(&answer, 401, "invalid_token");
    }
    let bare = send(&w.ctx, ("POST", "/oauth/register"), None, broken);
    let realm = "Bearer realm=\"https://id.example\"";
    assert_eq!(bare.header("www-authenticate"), Some(realm));
    let known = send(&w.ctx, ("POST", "/oauth/register"), Some(&ours), broken);
    refused(&known, 400, "invalid_request");
    let elsewhere = ("POST", "/t/acme/oauth/register");
    let body = machine().to_string();
    let answer = send(&w.ctx, elsewhere, Some(&theirs), (JSON, &body));
    assert_eq!(answer.status, 201);
    let uri = text(&answer.json, "registration_client_uri");
    assert!(uri.starts_with("https://id.example/t/acme/oauth/register/"));
    for (method, path, status) in [
        ("GET", "/oauth/register", 405),
        ("PATCH", "/oauth/register/x", 405),
        ("POST", "/oauth/register/x/y", 404),
        ("POST", "/t/A/oauth/register", 404),
    ] {
        let answer = send(&w.ctx, (method, path), Some(&ours), (None, ""));
        refused(&answer, status, "invalid_request");
    }
    let off = w.instance(config(None));
    let answer = send(
        &off,
        ("POST", "/oauth/register"),
        Some(&ours),
        (JSON, &body),
    );
    refused(&answer, 503, "temporarily_unavailable");
}

#[test]
fn err_what_is_too_large_or_no_metadata() {
    let w = World::new();
    let token = initial(&w, "default");
    let post = |body: &str| {
        send(
            &w.ctx,
            ("POST", "/oauth/register"),
            Some(&token),
            (JSON, body),
        )
    };
    refused(&post(&" ".repeat(64 * 1024 + 1)), 413, "invalid_request");
    for body in ["", "[]", "{\"scope\": \"a\", \"scope\": \"b\"}"] {
        refused(&post(body), 400, "invalid_client_metadata");
    }
    for (member, value, code) in [
        (
            "software_statement",
            json!("x"),
            "unapproved_software_statement",
        ),
        (
            "redirect_uris",
            json!(["http://a.example/"]),
            "invalid_redirect_uri",
        ),
        (
            "jwks",
            json!({"keys": [{"kty": "oct", "k": "AA"}]}),
            "invalid_client_metadata",
        ),
        (
            "jwks_uri",
            json!("https://10.0.0.1/"),
            "invalid_client_metadata",
        ),
    ] {
        let body = with(machine(), member, value);
        refused(&register(&w, &token, &body), 400, code);
    }
}
