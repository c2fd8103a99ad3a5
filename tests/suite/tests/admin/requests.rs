//! Bodies, addresses and methods that are wrong; and `/health`.

use rollcall_suite::{Client, Service};
use serde_json::json;
use ureq::http::Method;

use crate::{names, problem};

#[test]
fn err_bodies_that_are_no_request() {
    let service = Service::start();
    let admin = service.admin();
    let tenant = service.tenant();
    let before = names(&admin);
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
    assert_eq!(names(&admin), before);
    let tokens = admin.get(&format!("/tenants/{tenant}/tokens")).json();
    assert_eq!(tokens, json!({"tokens": []}));
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
        &format!("{tenant}/changes/1"),
        &format!("{tenant}/schemas/urn:x/y"),
        &format!("{tenant}/resource-types/X/y"),
        &format!("{tenant}/deleted/x/y"),
        &format!("{tenant}/deleted/x/restore/y"),
        &format!("{tenant}/clients/x/y"),
        &format!("{tenant}/clients/x/secrets/y/z"),
        &format!("{tenant}/initial-access-tokens/x/y"),
        &format!("{tenant}/issuers/https:/x"),
        &format!("{tenant}/users/x"),
        "/sweep/x",
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
        (tenant.clone(), "GET, PATCH, DELETE"),
        (format!("{tenant}/changes"), "GET"),
        (format!("{tenant}/schemas"), "GET, POST"),
        (format!("{tenant}/schemas/urn:x"), "GET, PUT, DELETE"),
        (format!("{tenant}/resource-types"), "GET, POST"),
        (format!("{tenant}/resource-types/X"), "GET, PUT, DELETE"),
        (format!("{tenant}/deleted"), "GET"),
        (format!("{tenant}/deleted/x"), "DELETE"),
        (format!("{tenant}/deleted/x/restore"), "POST"),
        (format!("{tenant}/tokens"), "GET, POST"),
        (format!("{tenant}/tokens/x"), "DELETE"),
        (format!("{tenant}/suspend"), "POST"),
        (format!("{tenant}/resume"), "POST"),
        (format!("{tenant}/clients"), "GET, POST"),
        (format!("{tenant}/clients/x"), "GET, PUT, DELETE"),
        (format!("{tenant}/clients/x/disable"), "POST"),
        (format!("{tenant}/clients/x/enable"), "POST"),
        (format!("{tenant}/clients/x/revoke"), "POST"),
        (format!("{tenant}/clients/x/secrets"), "GET, POST"),
        (format!("{tenant}/clients/x/secrets/y"), "DELETE"),
        (format!("{tenant}/users/x/revoke"), "POST"),
        (format!("{tenant}/initial-access-tokens"), "GET, POST"),
        (format!("{tenant}/initial-access-tokens/x"), "DELETE"),
        (format!("{tenant}/issuers"), "GET"),
        (format!("{tenant}/issuers/x"), "GET, PUT, DELETE"),
        (format!("{tenant}/keys"), "GET"),
        (format!("{tenant}/keys/rotate"), "POST"),
        ("/sweep".to_owned(), "POST"),
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
