//! `/oauth/register`: clients that register and manage themselves (RFC 7591, RFC 7592).
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use rollcall_suite::{Answer, Client, Service};
use serde_json::{Value as Json, json};
use ureq::http::Method;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

/// A tenant, its admin API, and its registration endpoint with an initial access token.
struct Fixture {
    _service: Service,
    issuer: String,
    admin: Client,
    endpoint: Client,
}

impl Fixture {
    fn new() -> Self {
        let service = Service::start();
        let tenant = service.tenant();
        let mut admin = service.admin();
        admin.base = format!("{}/tenants/{tenant}", admin.base);
        let issuer = format!("{}/t/{tenant}", service.base_url);
        let fixture = Self {
            endpoint: Client::new(format!("{issuer}/oauth/register"), None),
            issuer,
            admin,
            _service: service,
        };
        let token = fixture.initial(&json!({"name": "test"}));
        let endpoint = fixture.endpoint.with_token(Some(&token));
        Self {
            endpoint,
            ..fixture
        }
    }

    fn initial(&self, body: &Json) -> String {
        let issued = self.admin.post("/initial-access-tokens", body).expect(201);
        issued.json()["token"].as_str().unwrap().to_owned()
    }

    fn register(&self, body: &Json) -> Answer {
        self.endpoint.send_json(&Method::POST, "", JSON, body)
    }

    /// A client that has registered, and what manages it.
    fn registered(&self, body: &Json) -> (Json, Client) {
        let created = self.register(body).expect(201).json();
        let uri = created["registration_client_uri"].as_str().unwrap();
        let token = created["registration_access_token"].as_str();
        let manages = Client::new(uri.to_owned(), token.map(str::to_owned));
        (created, manages)
    }
}

fn machine() -> Json {
    json!({"grant_types": ["client_credentials"], "client_name": "Robot", "scope": "app"})
}

/// Demands an OAuth error (RFC 6749 §5.2) that no cache keeps.
#[track_caller]
fn refused(answer: Answer, status: u16, code: &str) -> Answer {
    let answer = answer.expect(status);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let error = answer.json();
    assert_eq!(error["error"], code, "{error}");
    assert!(!error["error_description"].as_str().unwrap().is_empty());
    answer
}

#[test]
fn a_client_registers_and_is_told_all_that_it_needs() {
    let fixture = Fixture::new();
    let answer = fixture.register(&machine()).expect(201);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    let created = answer.json();
    let id = created["client_id"].as_str().unwrap();
    let uri = format!("{}/oauth/register/{id}", fixture.issuer);
    assert_eq!(created["registration_client_uri"], uri);
    assert_eq!(created["client_secret_expires_at"], 0);
    assert!(created["client_id_issued_at"].as_i64().unwrap() > 1_700_000_000);
    for (name, prefix) in [
        ("client_secret", "rc_cs_"),
        ("registration_access_token", "rc_rg_"),
    ] {
        assert!(created[name].as_str().unwrap().starts_with(prefix));
    }
    assert_eq!(created["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(created["client_name"], "Robot");
    let seen = fixture
        .admin
        .get(&format!("/clients/{id}"))
        .expect(200)
        .json();
    assert_eq!(seen["scope"], "app");

    let public =
        json!({"redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "none"});
    let created = fixture.register(&public).expect(201).json();
    assert_eq!(created.get("client_secret"), None);
    assert_eq!(created.get("client_secret_expires_at"), None);
}

#[test]
fn err_without_an_initial_access_token() {
    let fixture = Fixture::new();
    let elsewhere = Fixture::new();
    let bare = refused(
        fixture
            .endpoint
            .with_token(None)
            .send_json(&Method::POST, "", JSON, &machine()),
        401,
        "invalid_token",
    );
    let realm = format!("Bearer realm=\"{}\"", fixture.issuer);
    assert_eq!(bare.header("www-authenticate"), Some(&*realm));
    let (_, manages) = fixture.registered(&machine());
    for token in [
        Some("x"),
        Some("rc_ia_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        elsewhere.endpoint.token.as_deref(),
        manages.token.as_deref(),
    ] {
        // A stranger isn't told what is wrong with a request.
        let stranger = fixture.endpoint.with_token(token);
        let answer = stranger.send(&Method::POST, "", JSON, Some(b"{"));
        let answer = refused(answer, 401, "invalid_token");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
    let once = fixture.initial(&json!({"name": "once", "uses": 1}));
    let once = fixture.endpoint.with_token(Some(&once));
    let send = || once.send_json(&Method::POST, "", JSON, &machine());
    send().expect(201);
    refused(send(), 401, "invalid_token");
}

/// Attack case 20.
#[test]
fn err_metadata_that_do_not_fit() {
    let fixture = Fixture::new();
    let private = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}]});
    for (member, value, code) in [
        (
            "software_statement",
            json!("e30.e30.e30"),
            "unapproved_software_statement",
        ),
        (
            "redirect_uris",
            json!(["http://a.example/cb"]),
            "invalid_redirect_uri",
        ),
        (
            "redirect_uris",
            json!(["https://a.example/cb#x"]),
            "invalid_redirect_uri",
        ),
        ("jwks", private, "invalid_client_metadata"),
        (
            "jwks_uri",
            json!("https://169.254.169.254/"),
            "invalid_client_metadata",
        ),
        (
            "jwks_uri",
            json!("http://a.example/jwks"),
            "invalid_client_metadata",
        ),
        (
            "grant_types",
            json!(["implicit"]),
            "invalid_client_metadata",
        ),
        (
            "token_endpoint_auth_method",
            json!("client_secret_jwt"),
            "invalid_client_metadata",
        ),
        ("scope", json!("scim:write"), "invalid_client_metadata"),
        (
            "logo_uri",
            json!("javascript:alert(1)"),
            "invalid_client_metadata",
        ),
    ] {
        let mut body = machine();
        body[member] = value;
        refused(fixture.register(&body), 400, code);
    }
    let send = |headers: &[(&str, &str)], body: &[u8]| {
        fixture
            .endpoint
            .send(&Method::POST, "", headers, Some(body))
    };
    refused(send(JSON, b"[]"), 400, "invalid_client_metadata");
    refused(send(JSON, b"{"), 400, "invalid_client_metadata");
    refused(
        send(JSON, b"{\"scope\":\"a\",\"scope\":\"b\"}"),
        400,
        "invalid_client_metadata",
    );
    refused(
        send(JSON, &vec![b' '; 64 * 1024 + 1]),
        413,
        "invalid_request",
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    refused(send(&form, b"client_name=x"), 400, "invalid_request");
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = fixture.endpoint.send(&method, "", &[], None);
        let answer = refused(answer, 405, "invalid_request");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    let list = fixture.admin.get("/clients").expect(200).json();
    assert_eq!(list["clients"], json!([]));
}

#[test]
fn a_client_manages_itself_until_it_is_gone() {
    let fixture = Fixture::new();
    let (created, manages) = fixture.registered(&machine());
    let read = manages.get("").expect(200);
    assert_eq!(read.header("cache-control"), Some("no-store"));
    let read = read.json();
    assert_eq!(read["client_id"], created["client_id"]);
    assert_eq!(
        read["registration_access_token"],
        created["registration_access_token"]
    );
    assert_eq!(read.get("client_secret"), None);

    let mut body = machine();
    body["client_id"] = created["client_id"].clone();
    body["client_secret"] = created["client_secret"].clone();
    body["client_name"] = json!("Android");
    let put = |body: &Json| manages.send_json(&Method::PUT, "", JSON, body);
    let updated = put(&body).expect(200).json();
    assert_eq!(updated["client_name"], "Android");
    for (member, value) in [
        ("client_id", json!("another")),
        ("client_secret", json!("chosen")),
        ("registration_access_token", json!("x")),
        ("client_id_issued_at", json!(1)),
        ("scope", json!("scim:write")),
        ("grant_types", json!(["password"])),
    ] {
        let mut body = body.clone();
        body[member] = value;
        let answer = put(&body).expect(400);
        assert!(answer.json()["error"].is_string());
    }
    assert_eq!(manages.get("").expect(200).json()["client_name"], "Android");

    let (_, other) = fixture.registered(&machine());
    for token in [
        None,
        Some("x"),
        other.token.as_deref(),
        fixture.endpoint.token.as_deref(),
    ] {
        let stranger = manages.with_token(token);
        refused(stranger.get(""), 401, "invalid_token");
        refused(
            stranger.send(&Method::PUT, "", JSON, Some(b"{")),
            401,
            "invalid_token",
        );
        refused(stranger.delete(""), 401, "invalid_token");
    }
    manages.delete("").expect(204);
    refused(manages.get(""), 401, "invalid_token");
    refused(put(&body), 401, "invalid_token");
    refused(manages.delete(""), 401, "invalid_token");
    other.get("").expect(200);
    let patch = refused(manages.patch("", &body), 405, "invalid_request");
    assert_eq!(patch.header("allow"), Some("GET, PUT, DELETE"));
}

#[test]
fn no_secret_is_in_the_change_log() {
    let fixture = Fixture::new();
    let (created, manages) = fixture.registered(&machine());
    let id = created["client_id"].as_str().unwrap();
    manages.delete("").expect(204);
    let log = fixture.admin.get("/changes").expect(200);
    assert!(!log.text.contains("rc_"), "{}", log.text);
    let log = log.json();
    let of_client = |change: &&Json| change["id"] == id;
    let told = log["changes"].as_array().unwrap().iter().filter(of_client);
    let told: Vec<_> = told
        .map(|change| (&change["operation"], &change["actor"]))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0].0, "register");
    assert!(told[0].1.as_str().unwrap().starts_with("registration:"));
    assert_eq!(told[1], (&json!("delete"), &json!(format!("client:{id}"))));
}
