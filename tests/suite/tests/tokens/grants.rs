//! What clients may ask for, and how: attack cases 13, 16 and 17.

use rollcall_suite::Client;
use serde_json::json;
use ureq::http::Method;

use crate::signer::verifies;
use crate::world::{API, FORM, World, claims, issued, machine, not_kept, part, with};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const FORMS: [&str; 3] = ["/oauth/token", "/oauth/introspect", "/oauth/revoke"];

#[test]
fn ok_a_jwt_with_all_that_rfc_9068_wants() {
    let world = World::new();
    let client = world.machine();
    let answer = world.token_as(&client, &[GRANT]);
    let jwt = issued(&answer);
    let mut rest = answer.json();
    rest.as_object_mut().unwrap().remove("access_token");
    assert_eq!(
        rest,
        json!({"token_type": "Bearer", "expires_in": 600, "scope": "scim:read scim:write"})
    );
    let header = part(&jwt, 0);
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["alg"], "EdDSA");
    let said = claims(&jwt);
    for (name, value) in [
        ("iss", &world.issuer),
        ("sub", &client.id),
        ("client_id", &client.id),
        ("aud", &world.issuer),
    ] {
        assert_eq!(said[name], **value, "{name}");
    }
    assert_eq!(said["scope"], "scim:read scim:write");
    let time = |name: &str| said[name].as_i64().unwrap();
    assert_eq!(time("exp") - time("iat"), 600);
    let other = claims(&world.access_token(&client, &[]));
    assert_ne!(said["jti"], other["jti"]);
    let jwks = world.server.get("/oauth/jwks").expect(200).json();
    assert!(verifies(&jwks, &jwt));
}

#[test]
fn ok_es256_for_a_tenant_that_wants_it_and_a_life_that_the_operator_sets() {
    let world = World::new();
    let settings = json!({"signingAlgorithm": "ES256", "accessTokenLifetime": 60});
    world.admin.patch("", &settings).expect(200);
    let client = world.machine();
    let jwt = world.access_token(&client, &[]);
    assert_eq!(part(&jwt, 0)["alg"], "ES256");
    let said = claims(&jwt);
    let time = |name: &str| said[name].as_i64().unwrap();
    assert_eq!(time("exp") - time("iat"), 60);
    let jwks = world.server.get("/oauth/jwks").expect(200).json();
    assert!(verifies(&jwks, &jwt));
    assert!(world.is_active(&client, &jwt));
    world.users(&jwt).expect(200);
}

/// RFC 8707.
#[test]
fn the_audience_is_what_the_request_names() {
    let world = World::new();
    let client = world.machine();
    let aud = |form: &[(&str, &str)]| claims(&world.access_token(&client, form))["aud"].clone();
    let scim = format!("{}/scim/v2", world.issuer);
    assert_eq!(aud(&[("resource", API)]), API);
    assert_eq!(
        aud(&[("resource", API), ("resource", &scim)]),
        json!([API, scim])
    );
    let narrow = world.access_token(&client, &[("scope", "scim:read")]);
    assert_eq!(claims(&narrow)["scope"], "scim:read");
}

/// Attack case 13.
#[test]
fn err_a_scope_or_a_resource_that_is_not_allowed() {
    let world = World::new();
    let client = world.machine();
    for (name, value, code) in [
        ("scope", "scim:read admin", "invalid_scope"),
        ("scope", "scim:users:read", "invalid_scope"),
        ("scope", "SCIM:READ", "invalid_scope"),
        ("scope", "scim:read  scim:write", "invalid_scope"),
        ("scope", " scim:read", "invalid_scope"),
        ("scope", "\"", "invalid_scope"),
        ("scope", "scim:read\u{e4}", "invalid_scope"),
        ("resource", "https://other.example/", "invalid_target"),
        ("resource", "https://api.example", "invalid_target"),
        ("resource", "https://API.example/", "invalid_target"),
        ("resource", "https://api.example/#x", "invalid_target"),
        ("resource", "https://api.example/..", "invalid_target"),
        ("resource", "api", "invalid_target"),
    ] {
        let answer = world.token_as(&client, &[GRANT, (name, value)]);
        world.refused(answer, 400, code);
    }
    // Of two that are named both have to be allowed.
    let form = [GRANT, ("resource", API), ("resource", "https://b.example/")];
    let answer = world.token_as(&client, &form);
    world.refused(answer, 400, "invalid_target");
    // Another tenant's is none.
    let elsewhere = World::new();
    let answer = world.token_as(&client, &[GRANT, ("resource", &elsewhere.issuer)]);
    world.refused(answer, 400, "invalid_target");
}

/// Attack case 16.
#[test]
fn err_what_is_no_form() {
    let world = World::new();
    let client = world.machine();
    let authorization = client.basic();
    let body = b"grant_type=client_credentials&token=x";
    let send = |path: &str, content_type: Option<&str>, body: &[u8]| {
        let mut headers = vec![("authorization", &*authorization)];
        headers.extend(content_type.map(|value| ("content-type", value)));
        world.server.send(&Method::POST, path, &headers, Some(body))
    };
    for path in FORMS {
        for content_type in [
            None,
            Some("application/json"),
            Some("text/plain"),
            Some("multipart/form-data; boundary=x"),
        ] {
            let answer = send(path, content_type, body);
            world.refused(answer, 400, "invalid_request");
        }
        let json = br#"{"grant_type": "client_credentials", "token": "x"}"#;
        let answer = send(path, Some("application/json"), json);
        world.refused(answer, 400, "invalid_request");
        let charset = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
        send(path, Some(charset), body).expect(200);
        for bad in [&b"a=%"[..], b"a=%ff", b"a=\xff", &[b'&'; 10]] {
            let answer = send(path, Some(FORM.1), bad);
            world.refused(answer, 400, "invalid_request");
        }
        let long = [&b"x="[..], &vec![b'x'; 64 * 1024]].concat();
        let answer = send(path, Some(FORM.1), &long);
        world.refused(answer, 413, "invalid_request");
    }
}

/// Attack case 16.
#[test]
fn err_other_methods() {
    let world = World::new();
    for path in FORMS {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = world.server.send(&method, path, &[], None);
            let answer = world.refused(answer, 405, "invalid_request");
            assert_eq!(answer.header("allow"), Some("POST"));
        }
        let head = world.server.send(&Method::HEAD, path, &[], None);
        assert_eq!((head.status, head.header("allow")), (405, Some("POST")));
    }
}

/// Attack case 16: what is in an address is in logs.
#[test]
fn err_parameters_in_the_address() {
    let world = World::new();
    let client = world.machine();
    let authorization = client.basic();
    let token = world.access_token(&client, &[]);
    let secret = &client.secret;
    for path in FORMS {
        for query in [
            format!("client_secret={secret}"),
            format!("token={token}"),
            format!("access_token={token}"),
            "grant_type=client_credentials".to_owned(),
            "x".to_owned(),
        ] {
            let headers = [("authorization", &*authorization)];
            let form = [GRANT, ("token", "x")];
            let answer = world.post(&format!("{path}?{query}"), &headers, &form);
            let answer = world.refused(answer, 400, "invalid_request");
            assert!(!answer.text.contains(secret) && !answer.text.contains(&token));
        }
    }
    assert!(world.is_active(&client, &token));
}

/// Attack case 16.
#[test]
fn err_grants_that_are_unknown_or_not_allowed() {
    let world = World::new();
    let client = world.machine();
    for grant in [
        "password",
        "implicit",
        "CLIENT_CREDENTIALS",
        "client_credentials ",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        let form = [("grant_type", grant), ("username", "a"), ("password", "b")];
        let answer = world.token_as(&client, &form);
        world.refused(answer, 400, "unsupported_grant_type");
    }
    for form in [
        &[][..],
        &[("grant_type", "")],
        &[GRANT, GRANT],
        &[GRANT, ("scope", "scim:read"), ("scope", "scim:read")],
        &[GRANT, ("x", "1"), ("x", "2")],
    ] {
        let answer = world.token_as(&client, form);
        world.refused(answer, 400, "invalid_request");
    }
    let only = with(machine(), "grant_types", json!(["refresh_token"]));
    let only = world.client(&only);
    for form in [
        &[GRANT][..],
        &[
            ("grant_type", crate::world::EXCHANGE),
            ("subject_token", "x"),
            ("subject_token_type", crate::world::ACCESS_TOKEN),
        ],
        &[("grant_type", "authorization_code"), ("code", "x")],
    ] {
        let answer = world.token_as(&only, form);
        world.refused(answer, 400, "unauthorized_client");
    }
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let answer = world.token_as(&client, &form);
    world.refused(answer, 400, "unauthorized_client");
}

#[test]
fn err_an_issuer_that_is_not_there() {
    let world = World::new();
    let client = world.machine();
    let base = &world.service.base_url;
    for prefix in ["/t/nobody", "/t/NOBODY", "/t/a%2fb", "/t/x'y"] {
        let nobody = Client::new(format!("{base}{prefix}"), None);
        for path in FORMS {
            let authorization = client.basic();
            let headers = [FORM, ("authorization", &*authorization)];
            let body = Some(&b"grant_type=client_credentials&token=x"[..]);
            let answer = nobody.send(&Method::POST, path, &headers, body);
            let answer = answer.expect(404);
            assert_eq!(answer.json()["error"], "invalid_request");
            not_kept(&answer);
        }
    }
}

/// No header names the issuer where the operator has.
#[test]
fn the_issuer_is_the_configured_one() {
    let world = World::own(&[("base_url", "https://id.example")]);
    let client = world.machine();
    let authorization = client.basic();
    let headers = [
        ("authorization", &*authorization),
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("spin-full-url", "https://evil.example/oauth/token"),
    ];
    let jwt = issued(&world.token(&headers, &[GRANT]));
    let issuer = format!("https://id.example/t/{}", world.tenant);
    assert_eq!(claims(&jwt)["iss"], issuer);
    assert_eq!(claims(&jwt)["aud"], issuer);
    let place = "/.well-known/openid-configuration";
    let document = world.server.send(&Method::GET, place, &headers[1..], None);
    let document = document.expect(200);
    assert_eq!(document.json()["issuer"], issuer);
    assert!(!document.text.contains("evil"), "{}", document.text);
}
