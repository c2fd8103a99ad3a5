//! Clients and their secrets.

use rollcall_core::Timestamp;
use serde_json::{Value as Json, json};

use crate::{Fixture, problem, text};

fn machine() -> Json {
    json!({"grant_types": ["client_credentials"], "client_name": "Robot", "scope": "scim:read"})
}

impl Fixture {
    /// Creates a client, and returns its address and what was answered.
    #[track_caller]
    pub fn client(&self, body: &Json) -> (String, Json) {
        let created = self.admin.post("/clients", body).expect(201).json();
        (format!("/clients/{}", text(&created, "client_id")), created)
    }

    /// What the change log says last: operation, type and id.
    #[track_caller]
    pub fn last_change(&self) -> (String, String, String) {
        let log = self.admin.get("/changes").expect(200);
        assert!(!log.text.contains("rc_"), "{}", log.text);
        let log = log.json();
        let last = log["changes"].as_array().unwrap().last().unwrap();
        let told = ["operation", "resourceType", "id"].map(|name| text(last, name).to_owned());
        told.into()
    }
}

fn told(operation: &str, resource_type: &str, id: &str) -> (String, String, String) {
    (operation.into(), resource_type.into(), id.into())
}

#[test]
fn a_client_is_created_read_listed_changed_and_deleted() {
    let fixture = Fixture::new();
    let admin = &fixture.admin;
    let (path, mut created) = fixture.client(&machine());
    let id = text(&created, "client_id").to_owned();
    assert_eq!(fixture.last_change(), told("register", "Client", &id));
    let secret = created.as_object_mut().unwrap().remove("client_secret");
    let secret = secret.unwrap().as_str().unwrap().to_owned();
    assert_eq!(secret.strip_prefix("rc_cs_").map(str::len), Some(43));
    for (name, expected) in [
        ("client_name", json!("Robot")),
        ("grant_types", json!(["client_credentials"])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("scope", json!("scim:read")),
        ("tokenFormat", json!("jwt")),
        ("disabled", json!(false)),
    ] {
        assert_eq!(created[name], expected, "{name}");
    }
    assert!(Timestamp::parse(text(&created, "created_at")).is_some());
    assert_eq!(admin.get(&path).expect(200).json(), created);

    let (second, _) = fixture.client(&machine());
    let page = admin.get("/clients?count=1").expect(200);
    assert!(!page.text.contains("rc_cs_"), "{}", page.text);
    let page = page.json();
    assert_eq!(page["clients"], json!([created]));
    let next = admin.get(&format!("/clients?after={}", text(&page, "next")));
    let next = next.expect(200).json();
    assert_eq!(next["clients"].as_array().map(Vec::len), Some(1));
    let end = admin.get(&format!("/clients?after={}", text(&next, "next")));
    assert_eq!(end.expect(200).json()["clients"], json!([]));

    let mut other = machine();
    other["client_name"] = json!("Android");
    other["tokenFormat"] = json!("opaque");
    let changed = admin.put(&path, &other).expect(200).json();
    assert_eq!(text(&changed, "client_name"), "Android");
    assert_eq!(text(&changed, "tokenFormat"), "opaque");
    assert_eq!(fixture.last_change(), told("configure", "Client", &id));
    // What is not said of the format leaves it.
    let changed = admin.put(&path, &machine()).expect(200).json();
    assert_eq!(text(&changed, "tokenFormat"), "opaque");

    for (switch, disabled) in [("disable", true), ("enable", false)] {
        let switched = admin.post(&format!("{path}/{switch}"), &json!({}));
        assert_eq!(switched.expect(200).json()["disabled"], disabled);
        assert_eq!(fixture.last_change(), told(switch, "Client", &id));
    }
    admin
        .post(&format!("{path}/revoke"), &json!({}))
        .expect(204);
    assert_eq!(fixture.last_change(), told("revoke", "Client", &id));
    admin.delete(&path).expect(204);
    assert_eq!(fixture.last_change(), told("delete", "Client", &id));
    for answer in [
        admin.get(&path),
        admin.put(&path, &machine()),
        admin.delete(&path),
        admin.post(&format!("{path}/disable"), &json!({})),
        admin.post(&format!("{path}/revoke"), &json!({})),
        admin.get(&format!("{path}/secrets")),
        admin.post(&format!("{path}/secrets"), &json!({})),
    ] {
        problem(answer, 404, "has no client with the id");
    }
    admin.get(&second).expect(200);
}

#[test]
fn a_client_of_one_tenant_is_nobody_in_another() {
    let (ours, theirs) = (Fixture::new(), Fixture::new());
    let (path, before) = theirs.client(&machine());
    for answer in [
        ours.admin.get(&path),
        ours.admin.put(&path, &machine()),
        ours.admin.delete(&path),
        ours.admin.post(&format!("{path}/disable"), &json!({})),
        ours.admin.post(&format!("{path}/secrets"), &json!({})),
    ] {
        problem(answer, 404, "has no client with the id");
    }
    let after = theirs.admin.get(&path).expect(200).json();
    assert_eq!(after["modified_at"], before["modified_at"]);
}

/// Attack case 20, and what RFC 7591 refuses.
#[test]
fn err_metadata_that_do_not_fit() {
    let fixture = Fixture::new();
    let private = json!({"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}]});
    for (member, value, hint) in [
        ("grant_types", json!(["password"]), "cannot be read"),
        ("grant_types", json!([]), "needs `redirect_uris`"),
        ("redirect_uris", json!(["http://a.example/"]), "use `https`"),
        ("jwks", private, "private members"),
        ("jwks_uri", json!("https://127.0.0.1/"), "IP address"),
        (
            "jwks_uri",
            json!("https://localhost/"),
            "internal to a network",
        ),
        ("software_statement", json!("x.y.z"), "register without one"),
        ("tokenFormat", json!("saml"), "use jwt or opaque"),
        ("tokenFormat", json!(1), "give a string"),
        (
            "client_secret",
            json!("mine"),
            "`client_secret` is not known",
        ),
        ("scopes", json!("x"), "`scopes` is not known here"),
    ] {
        let mut body = machine();
        body[member] = value;
        problem(fixture.admin.post("/clients", &body), 400, hint);
    }
    let list = fixture.admin.get("/clients").expect(200).json();
    assert_eq!(list["clients"], json!([]));
}

#[test]
fn two_secrets_are_valid_at_a_time() {
    let fixture = Fixture::new();
    let admin = &fixture.admin;
    let (path, created) = fixture.client(&machine());
    let secrets = format!("{path}/secrets");
    let second = admin.post(&secrets, &json!({})).expect(201).json();
    assert_ne!(second["client_secret"], created["client_secret"]);
    assert_eq!(second["expires_at"], Json::Null);
    let id = text(&second, "id");
    assert_eq!(fixture.last_change(), told("issue", "ClientSecret", id));
    problem(admin.post(&secrets, &json!({})), 409, "2 secrets");
    let listed = admin.get(&secrets).expect(200);
    assert!(!listed.text.contains("rc_cs_"), "{}", listed.text);
    assert_eq!(listed.json()["secrets"].as_array().map(Vec::len), Some(2));
    admin.delete(&format!("{secrets}/{id}")).expect(204);
    assert_eq!(fixture.last_change(), told("revoke", "ClientSecret", id));
    let again = admin.delete(&format!("{secrets}/{id}"));
    problem(again, 404, "has no secret with the id");
    let body =
        json!({"expires_at": "2090-01-01T00:00:00Z", "others_expire_at": "2080-01-01T00:00:00Z"});
    let third = admin.post(&secrets, &body).expect(201).json();
    assert_eq!(third["expires_at"], "2090-01-01T00:00:00.000Z");
    let listed = admin.get(&secrets).expect(200);
    assert!(listed.text.contains("2080-01-01"), "{}", listed.text);
    for (body, hint) in [
        (json!({"expires_at": "2001-01-01T00:00:00Z"}), "has passed"),
        (json!({"expires_at": "soon"}), "give a time such as"),
        (json!({"expires": "x"}), "`expires` is not known here"),
    ] {
        problem(admin.post(&secrets, &body), 400, hint);
    }
    let public =
        json!({"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": "none"});
    let (path, created) = fixture.client(&public);
    assert_eq!(created.get("client_secret"), None);
    let refused = admin.post(&format!("{path}/secrets"), &json!({}));
    problem(refused, 409, "takes no secret");
}

#[test]
fn all_of_a_persons_tokens_are_revoked() {
    let fixture = Fixture::new();
    let id = fixture.user("anna");
    let path = format!("/users/{id}/revoke");
    fixture.admin.post(&path, &json!({})).expect(204);
    assert_eq!(fixture.last_change(), told("revoke", "User", &id));
    let nobody = fixture.admin.post("/users/nobody/revoke", &json!({}));
    problem(nobody, 404, "has no user with the id");
}
