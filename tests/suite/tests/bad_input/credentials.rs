//! Missing, malformed and wrong tokens: a stranger learns nothing but that a token is wanted.

use rollcall_suite::Answer;
use serde_json::json;

use crate::{Fixture, MAX_BODY, PATCH_OP, user};

/// A request with all that the headers and the body can do wrong.
struct Attempt {
    method: &'static str,
    path: String,
    content_type: &'static str,
    body: Vec<u8>,
}

fn attempts(fixture: &Fixture) -> Vec<Attempt> {
    let person = user(json!({"userName": "stranger"})).to_string();
    let taken = user(json!({"userName": "babs"})).to_string();
    let operation = json!({"op": "remove", "path": "shoeSize"});
    let patch = json!({"schemas": [PATCH_OP], "Operations": [operation]}).to_string();
    let scim = "application/scim+json";
    let known = fixture.path.clone();
    let unknown = "/Users/nobody".to_owned();
    let plain = |method, path: &str| (method, path.to_owned(), scim, Vec::new());
    let attempts = vec![
        plain("GET", "/Users"),
        plain("GET", "/Users?filter=nonsense"),
        plain("GET", "/Users?count=ten"),
        plain("GET", &known),
        plain("GET", &unknown),
        plain("GET", "/Users/a/b"),
        plain("GET", ""),
        plain("GET", "/"),
        plain("GET", "/Nonsense"),
        plain("GET", "/Groups"),
        plain("GET", "/Schemas"),
        plain("GET", "/Schemas/nonsense"),
        plain("GET", "/Schemas?filter=x"),
        plain("GET", "/ServiceProviderConfig"),
        plain("GET", "/ResourceTypes/User"),
        plain("GET", "/Users/.search"),
        plain("GET", "/Me"),
        plain("POST", "/Bulk"),
        plain("POST", "/.search"),
        plain("POST", "/ResourceTypes"),
        plain("BREW", "/Users"),
        plain("OPTIONS", "/Users"),
        plain("PUT", "/Users"),
        plain("DELETE", &known),
        plain("DELETE", &unknown),
        ("POST", "/Users".into(), scim, person.clone().into()),
        ("POST", "/Users".into(), scim, taken.into()),
        ("POST", "/Users".into(), scim, b"{".to_vec()),
        ("POST", "/Users".into(), scim, b"\xff".to_vec()),
        ("POST", "/Users".into(), "text/plain", person.clone().into()),
        ("POST", "/Users".into(), scim, vec![b' '; MAX_BODY + 1]),
        (
            "POST",
            "/Users?attributes=%ff".into(),
            scim,
            person.clone().into(),
        ),
        ("POST", "/Users/.search".into(), scim, b"{}".to_vec()),
        ("PUT", known.clone(), scim, person.clone().into()),
        ("PUT", unknown.clone(), scim, person.into()),
        ("PATCH", known, scim, patch.clone().into()),
        ("PATCH", unknown, scim, patch.into()),
    ];
    let attempt = |(method, path, content_type, body)| Attempt {
        method,
        path,
        content_type,
        body,
    };
    attempts.into_iter().map(attempt).collect()
}

fn send(fixture: &Fixture, attempt: &Attempt, credentials: &[&[u8]]) -> Answer {
    let length = attempt.body.len().to_string();
    let mut headers: Vec<(&str, &[u8])> = vec![
        ("Content-Type", attempt.content_type.as_bytes()),
        ("Content-Length", length.as_bytes()),
    ];
    headers.extend(credentials.iter().map(|value| ("Authorization", *value)));
    let nobody = fixture.scim.with_token(None);
    nobody.raw(
        attempt.method,
        attempt.path.as_bytes(),
        &headers,
        &attempt.body,
    )
}

/// Demands that every attempt with these credentials is answered in one and the same way.
#[track_caller]
fn check(fixture: &Fixture, credentials: &[&[u8]]) {
    let mut first: Option<(String, String)> = None;
    for attempt in attempts(fixture) {
        let answer = send(fixture, &attempt, credentials);
        let what = format!("{} {}", attempt.method, attempt.path);
        let challenge = answer.header("www-authenticate").map(str::to_owned);
        assert!(
            challenge
                .as_deref()
                .is_some_and(|challenge| challenge.starts_with("Bearer")),
            "{what}: {challenge:?}"
        );
        assert_eq!(answer.header("allow"), None, "{what}");
        assert_eq!(answer.header("etag"), None, "{what}");
        let body = answer.text.clone();
        let detail = answer.expect_error(401, None);
        assert!(detail.contains("token"), "{detail}");
        let seen = (challenge.unwrap_or_default(), body);
        assert_eq!(*first.get_or_insert_with(|| seen.clone()), seen, "{what}");
    }
    fixture.unchanged();
}

#[test]
fn err_without_a_token_or_with_a_malformed_one() {
    let fixture = Fixture::new();
    let token = fixture.scim.token.clone().unwrap();
    let right = format!("Bearer {token}");
    check(&fixture, &[]);
    for credentials in [
        &b""[..],
        b"Bearer",
        b"Bearer ",
        b"Basic YmFiczpiYWJz",
        b"Bearer \xff",
        format!("Basic {token}").as_bytes(),
        token.as_bytes(),
        format!("Bearer{token}").as_bytes(),
    ] {
        check(&fixture, &[credentials]);
    }
    check(&fixture, &[right.as_bytes(), right.as_bytes()]);
    check(&fixture, &[right.as_bytes(), b"Bearer x"]);
}

#[test]
fn err_with_a_wrong_token() {
    let fixture = Fixture::new();
    let token = fixture.scim.token.clone().unwrap();
    let other = fixture.service.scim().token.unwrap();
    let shorter = &token[..token.len() - 1];
    for wrong in [
        "x".to_owned(),
        other,
        shorter.to_owned(),
        format!("{token}x"),
        format!("{token},{token}"),
        format!("\"{token}\""),
        token.to_uppercase(),
        "x".repeat(10_000),
        "' OR 1=1 --".to_owned(),
    ] {
        check(&fixture, &[format!("Bearer {wrong}").as_bytes()]);
    }
}

#[test]
fn err_at_the_address_of_a_tenant_that_does_not_exist() {
    let fixture = Fixture::new();
    let mut nowhere = fixture.scim.clone();
    nowhere.base = fixture.service.scim_base("no-such-tenant");
    for path in ["/Users", "/Schemas", "/nonsense"] {
        let known = nowhere.get(path);
        let stranger = nowhere.with_token(Some("x")).get(path);
        assert_eq!(known.text, stranger.text);
        drop(known.expect_error(401, None));
    }
    // No tenant can have such a name.
    for name in ["UPPER", "a.b", "-", "a%2Fb", "..", "%00", "%ff"] {
        nowhere.base = fixture.service.scim_base(name);
        let detail = nowhere.get("/Users").expect_error(404, None);
        assert!(detail.contains("there is nothing at"), "{detail}");
    }
}

#[test]
fn ok_the_scheme_in_any_case() {
    let fixture = Fixture::new();
    let token = fixture.scim.token.clone().unwrap();
    let nobody = fixture.scim.with_token(None);
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let value = format!("{scheme} {token}");
        let answer = nobody.raw(
            "GET",
            b"/Users?count=500",
            &[("Authorization", value.as_bytes())],
            b"",
        );
        assert_eq!(answer.expect(200).json(), fixture.before);
    }
}
