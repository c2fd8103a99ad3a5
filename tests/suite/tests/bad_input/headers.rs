//! Headers that lie, or that nobody can read.

use serde_json::json;
use ureq::http::Method;

use crate::{Fixture, PATCH_OP, user};

/// What Spin tells a component about a request, and what proxies and frameworks use, as a client could forge it.
fn forged(tenant: &str) -> Vec<(&'static str, String)> {
    let other = format!("/t/{tenant}/scim/v2/Users");
    vec![
        ("spin-path-info", "/../../admin/v1/tenants".to_owned()),
        ("spin-full-url", format!("http://evil.example{other}")),
        (
            "spin-matched-route",
            "/t/:tenant/scim/v2/Users/...".to_owned(),
        ),
        (
            "spin-component-route",
            "/t/:tenant/scim/v2/Users".to_owned(),
        ),
        (
            "spin-raw-component-route",
            "/t/:tenant/scim/v2/Users/...".to_owned(),
        ),
        ("spin-base-path", "/t".to_owned()),
        ("spin-path-match-tenant", tenant.to_owned()),
        ("spin-client-addr", "192.0.2.1:1".to_owned()),
        ("x-forwarded-for", "192.0.2.1".to_owned()),
        ("x-forwarded-host", "evil.example".to_owned()),
        ("x-forwarded-proto", "https".to_owned()),
        ("forwarded", "host=evil.example;proto=https".to_owned()),
        ("x-original-url", other.clone()),
        ("x-rewrite-url", other),
        ("x-http-method-override", "DELETE".to_owned()),
    ]
}

fn borrowed<'h>(headers: &'h [(&'static str, String)]) -> Vec<(&'h str, &'h str)> {
    let borrow = |(name, value): &'h (&'static str, String)| (*name, value.as_str());
    headers.iter().map(borrow).collect()
}

#[test]
fn forged_headers_move_neither_tenant_nor_location() {
    let fixture = Fixture::new();
    let (service, scim) = (&fixture.service, &fixture.scim);
    let victim = service.tenant();
    let theirs = service.scim_of(&victim);
    drop(
        theirs
            .post("/Users", &user(json!({"userName": "victim"})))
            .expect(201),
    );
    let before = theirs.get("/Users").expect(200).json();

    let forged = forged(&victim);
    let headers = borrowed(&forged);
    let page = scim
        .send(&Method::GET, "/Users", &headers, None)
        .expect(200);
    assert_eq!(page.json(), fixture.before);
    assert!(!page.text.contains("evil.example"), "{}", page.text);

    let body = user(json!({"userName": "new"}));
    let created = scim
        .send_json(&Method::POST, "/Users", &headers, &body)
        .expect(201);
    let location = format!("{}/Users/{}", scim.base, created.id());
    assert_eq!(created.json()["meta"]["location"], location);
    assert_eq!(created.header("location"), Some(location.as_str()));
    assert_eq!(created.header("content-location"), Some(location.as_str()));
    let path = format!("/Users/{}", created.id());
    let operation = json!({"op": "add", "path": "title", "value": "x"});
    let body = json!({"schemas": [PATCH_OP], "Operations": [operation]});
    let patched = scim
        .send_json(&Method::PATCH, &path, &headers, &body)
        .expect(200);
    assert_eq!(patched.header("content-location"), Some(location.as_str()));
    for path in ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"] {
        let forged = scim.send(&Method::GET, path, &headers, None).expect(200);
        assert_eq!(forged.text, scim.get(path).text);
    }
    scim.send(&Method::DELETE, &path, &headers, None)
        .expect(204);
    fixture.unchanged();
    assert_eq!(theirs.get("/Users").expect(200).json(), before);
}

#[test]
fn forged_headers_open_no_other_tenant() {
    let fixture = Fixture::new();
    let own = fixture.scim.base.rsplit('/').nth(2).unwrap().to_owned();
    let other = fixture.service.scim();
    // Own token, someone else's address, headers that say otherwise.
    let crossed = fixture.scim.with_token(other.token.as_deref());
    let forged = forged(&own);
    let headers = borrowed(&forged);
    for (method, path) in [
        (Method::GET, "/Users"),
        (Method::GET, &fixture.path),
        (Method::DELETE, &fixture.path),
        (Method::GET, "/Schemas"),
    ] {
        let answer = crossed.send(&method, path, &headers, None);
        fixture.refused(answer, 401, None, "token");
    }
    // The same headers twice: Spin's own come last.
    let twice = [headers.clone(), headers].concat();
    let answer = other.send(&Method::GET, "/Users", &twice, None).expect(200);
    assert_eq!(answer.json()["totalResults"], 0);
}

#[test]
fn err_headers_that_are_not_utf_8() {
    let fixture = Fixture::new();
    let scim = &fixture.scim;
    let raw = |method: &str, headers: &[(&str, &[u8])], body: &[u8]| {
        let length = body.len().to_string();
        let length: (&str, &[u8]) = ("Content-Length", length.as_bytes());
        scim.raw(
            method,
            fixture.path.as_bytes(),
            &[headers, &[length]].concat(),
            body,
        )
    };
    let operation = json!({"op": "add", "path": "title", "value": "x"});
    let patch = json!({"schemas": [PATCH_OP], "Operations": [operation]}).to_string();
    let patch = patch.as_bytes();

    let answer = raw("PATCH", &[("Content-Type", b"\xff")], patch);
    fixture.refused(answer, 415, None, "send application/scim+json");
    let json: (&str, &[u8]) = ("Content-Type", b"application/json");
    for tag in [&b"\xff\xfe"[..], b"W/\"1\xff\"", b"W/\"1\" \xc3"] {
        let answer = raw("PATCH", &[json, ("If-Match", tag)], patch);
        fixture.refused(answer, 412, None, "read it again");
        let answer = raw("DELETE", &[("If-Match", tag)], b"");
        fixture.refused(answer, 412, None, "read it again");
        let answer = raw("GET", &[("If-None-Match", tag)], b"").expect(200);
        assert_eq!(answer.json(), fixture.before["Resources"][0]);
    }
    // Where nobody looks, it does no harm.
    let answer = raw("GET", &[("X-Nonsense", b"\xff"), ("Accept", b"\xff")], b"");
    assert_eq!(answer.expect(200).json(), fixture.before["Resources"][0]);
    fixture.unchanged();
}

#[test]
fn err_u_0000_in_a_header() {
    let fixture = Fixture::new();
    // The HTTP server refuses it before any component sees it.
    let headers: [(&str, &[u8]); 1] = [("If-Match", b"W/\"1\0\"")];
    let answer = fixture
        .scim
        .raw("DELETE", fixture.path.as_bytes(), &headers, b"");
    drop(answer.expect(400));
    fixture.unchanged();
}

#[test]
fn err_entity_tags_that_were_never_issued() {
    let fixture = Fixture::new();
    for tag in [
        "1",
        "W/1",
        "\"one\"",
        "W/\"01x\"",
        "W/\"99999999999999999999\"",
        "",
        ",",
        "\"-1\"",
    ] {
        let answer = fixture
            .scim
            .send(&Method::DELETE, &fixture.path, &[("if-match", tag)], None);
        fixture.refused(answer, 412, None, "read it again");
    }
}
