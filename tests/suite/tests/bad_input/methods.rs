//! Addresses that don't exist, and methods that they don't take.

use rollcall_suite::Client;
use ureq::http::Method;

use crate::Fixture;

const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW",
];

#[track_caller]
fn check(fixture: &Fixture, path: &str, allowed: &[&str]) {
    for name in METHODS.iter().filter(|name| !allowed.contains(name)) {
        let method: Method = name.parse().unwrap();
        let body = matches!(*name, "POST" | "PUT" | "PATCH").then_some(&b"{"[..]);
        let answer = fixture.scim.send(&method, path, &[], body);
        let allow = answer.header("allow").map(str::to_owned);
        assert_eq!(
            allow.as_deref(),
            Some(allowed.join(", ").as_str()),
            "{name} {path}"
        );
        if *name == "HEAD" {
            assert_eq!(answer.expect(405).text, "");
            fixture.unchanged();
        } else {
            fixture.refused(answer, 405, None, &allowed.join(", "));
        }
    }
}

#[test]
fn err_405_says_what_is_allowed() {
    let fixture = Fixture::new();
    check(&fixture, "/Users", &["GET", "HEAD", "POST"]);
    check(&fixture, "/Users/", &["GET", "HEAD", "POST"]);
    check(
        &fixture,
        &fixture.path,
        &["GET", "HEAD", "PUT", "PATCH", "DELETE"],
    );
    check(
        &fixture,
        "/Users/nobody",
        &["GET", "HEAD", "PUT", "PATCH", "DELETE"],
    );
    check(&fixture, "/Users/.search", &["POST"]);
    check(&fixture, "/Groups", &["GET", "HEAD", "POST"]);
    check(
        &fixture,
        "/Groups/nobody",
        &["GET", "HEAD", "PUT", "PATCH", "DELETE"],
    );
    check(&fixture, "/Groups/.search", &["POST"]);
    check(&fixture, "", &["GET", "HEAD"]);
    check(&fixture, "/", &["GET", "HEAD"]);
    check(&fixture, "/.search", &["POST"]);
    check(&fixture, "/Bulk", &["POST"]);
    check(&fixture, "/ServiceProviderConfig", &["GET", "HEAD"]);
    check(&fixture, "/ResourceTypes", &["GET", "HEAD"]);
    check(&fixture, "/ResourceTypes/User", &["GET", "HEAD"]);
    check(&fixture, "/Schemas", &["GET", "HEAD"]);
    check(
        &fixture,
        &format!("/Schemas/{}", crate::USER),
        &["GET", "HEAD"],
    );
}

#[test]
fn ok_head_is_get_without_a_body() {
    let fixture = Fixture::new();
    for path in [
        "/Users",
        &fixture.path,
        "/Users?count=0",
        "/Schemas",
        "/ServiceProviderConfig",
    ] {
        let get = fixture.scim.get(path).expect(200);
        let head = fixture
            .scim
            .send(&Method::HEAD, path, &[], None)
            .expect(200);
        assert_eq!(head.text, "");
        for name in [
            "content-type",
            "content-length",
            "etag",
            "content-location",
            "cache-control",
        ] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
    for (path, status) in [
        ("/Users/nobody", 404),
        ("/Users?count=ten", 400),
        ("/nonsense", 404),
    ] {
        let head = fixture
            .scim
            .send(&Method::HEAD, path, &[], None)
            .expect(status);
        assert_eq!(head.text, "");
    }
    let stranger = fixture.scim.with_token(Some("x"));
    drop(
        stranger
            .send(&Method::HEAD, &fixture.path, &[], None)
            .expect(401),
    );
    fixture.unchanged();
}

#[test]
fn err_404_for_what_does_not_exist() {
    let fixture = Fixture::new();
    let long = format!("/{}", "x".repeat(5000));
    let deeper = format!("{}/emails", fixture.path);
    for path in [
        "/Nonsense",
        "/users",
        "/Users%2F",
        "/UsersX",
        "/Groups/x/y",
        "/Bulk/x",
        "/.search/x",
        "/ServiceProviderConfigs",
        "/ServiceProviderConfig/x",
        "/ResourceTypes/Robot",
        "/ResourceTypes/User/x",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Robot",
        "/Schemas/%00",
        "/Schemas/%ff",
        "/../admin/v1/tenants",
        "/%2e%2e/%2e%2e/admin/v1/tenants",
        "/Users/x/y",
        "/Users/.search/x",
        &deeper,
        &long,
    ] {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            let body = (method != Method::GET).then_some(&b"{}"[..]);
            let answer = fixture.scim.send(&method, path, &[], body);
            // What is there to read only says so.
            if answer.status == 405 {
                let is_document =
                    path.starts_with("/ResourceTypes/") || path.starts_with("/Schemas/");
                assert!(is_document && method != Method::GET, "{method} {path}");
                continue;
            }
            fixture.refused(answer, 404, None, "there is no");
        }
    }
}

#[test]
fn err_501_where_a_person_behind_the_token_is_asked_for() {
    let fixture = Fixture::new();
    for path in ["/Me", "/Me?attributes=userName"] {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            let body = (method != Method::GET).then_some(&b"{}"[..]);
            let answer = fixture.scim.send(&method, path, &[], body);
            fixture.refused(answer, 501, None, "");
        }
    }
}

#[test]
fn err_discovery_takes_no_filter() {
    let fixture = Fixture::new();
    for path in ["/Schemas", "/ResourceTypes"] {
        let answer = fixture.scim.get(&format!("{path}?filter=id+pr"));
        fixture.refused(answer, 403, None, "can't be filtered");
    }
}

#[test]
fn err_outside_of_scim_there_is_nothing() {
    let fixture = Fixture::new();
    let root = Client::new(fixture.service.base_url.clone(), fixture.scim.token.clone());
    for path in [
        "/",
        "/scim",
        "/scim/v1/Users",
        "/scim/v2Users",
        "/Users",
        "/t",
        "/t/x",
        "/t//scim/v2/Users",
    ] {
        drop(root.get(path).expect(404));
    }
    fixture.unchanged();
}
