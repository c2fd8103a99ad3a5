//! What anyone may read: metadata (RFC 8414, OpenID discovery) and keys. Attack case 17.

use rollcall_suite::{Client, Service};
use serde_json::json;
use tempfile::TempDir;
use ureq::http::Method;

use crate::world::{World, not_kept};

#[test]
fn metadata_is_at_all_places_of_every_issuer() {
    let world = World::new();
    let (base, tenant) = (&world.service.base_url, &world.tenant);
    let anyone = Client::new(base.clone(), None);
    let of_tenant = format!("{base}/t/{tenant}");
    let known = [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ];
    let places = [
        (known[0].to_owned(), base),
        (known[1].to_owned(), base),
        (format!("{}/t/{tenant}", known[0]), &of_tenant),
        (format!("{}/t/{tenant}", known[1]), &of_tenant),
        (format!("/t/{tenant}{}", known[1]), &of_tenant),
    ];
    for (place, issuer) in places {
        let answer = anyone.get(&place).expect(200);
        for (name, value) in [
            ("content-type", "application/json"),
            ("cache-control", "public, max-age=300"),
            ("access-control-allow-origin", "*"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{place}: {name}");
        }
        let document = answer.json();
        assert_eq!(document["issuer"], **issuer, "{place}");
        for (name, path) in [
            ("jwks_uri", "jwks"),
            ("token_endpoint", "token"),
            ("introspection_endpoint", "introspect"),
            ("revocation_endpoint", "revoke"),
            ("registration_endpoint", "register"),
        ] {
            assert_eq!(document[name], format!("{issuer}/oauth/{path}"), "{place}");
        }
        // Only what there is.
        for absent in [
            "authorization_endpoint",
            "pushed_authorization_request_endpoint",
            "device_authorization_endpoint",
            "end_session_endpoint",
            "tls_client_certificate_bound_access_tokens",
        ] {
            assert_eq!(document.get(absent), None, "{absent}");
        }
        assert_eq!(
            document["introspection_endpoint_auth_methods_supported"],
            json!([
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt"
            ])
        );
        let all = document.to_string();
        assert!(!all.contains("\"none\"") || all.contains("token_endpoint_auth_methods"));
        assert!(!all.contains("HS256"), "{all}");
    }
    for place in [
        "/.well-known/openid-configuration/t/nobody",
        "/.well-known/oauth-authorization-server/t/NOBODY",
        "/.well-known/oauth-authorization-server/x",
        "/t/nobody/.well-known/openid-configuration",
    ] {
        assert_eq!(anyone.get(place).status, 404, "{place}");
    }
}

/// What the documents name is there.
#[test]
fn every_grant_and_method_that_is_named_works_or_is_refused_for_another_reason() {
    let world = World::new();
    let client = world.machine();
    let document = world.server.get("/.well-known/openid-configuration");
    let document = document.expect(200).json();
    for grant in document["grant_types_supported"].as_array().unwrap() {
        let form = [("grant_type", grant.as_str().unwrap())];
        let answer = world.token_as(&client, &form);
        assert!(
            answer.status == 200 || answer.json()["error"] == "invalid_request",
            "{grant}: {}",
            answer.text
        );
    }
}

#[test]
fn keys_may_be_kept_by_anyone_and_hold_nothing_private() {
    let world = World::new();
    let answer = world.server.get("/oauth/jwks").expect(200);
    for (name, value) in [
        ("content-type", "application/jwk-set+json"),
        ("cache-control", "public, max-age=300"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 1);
    for member in ["d", "p", "q", "k", "sealed"] {
        assert_eq!(keys[0].get(member), None, "{member}");
    }
    let tag = answer.header("etag").unwrap();
    let known = [("if-none-match", tag)];
    let again = world.server.send(&Method::GET, "/oauth/jwks", &known, None);
    assert_eq!((again.status, &*again.text), (304, ""));
    let options = world
        .server
        .send(&Method::OPTIONS, "/oauth/jwks", &[], None)
        .expect(204);
    assert_eq!(options.header("access-control-allow-origin"), Some("*"));
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let answer = world.server.send(&method, "/oauth/jwks", &[], None);
        let answer = answer.expect(405);
        assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"));
    }
    let nobody = Client::new(format!("{}/t/nobody", world.service.base_url), None);
    let answer = nobody.get("/oauth/jwks").expect(404);
    not_kept(&answer);
}

/// Signatures are verified for the components by one that no address leads to.
#[test]
fn no_address_leads_to_what_is_private() {
    let world = World::new();
    for path in [
        "/oauth/verify",
        "/auth-verify",
        "/oauth/",
        "/oauth",
        "/password",
    ] {
        for method in [Method::GET, Method::POST] {
            // On a connection of its own: where nothing listens, nobody keeps one open.
            let stranger = Client::new(world.server.base.clone(), None);
            let answer = stranger.send(&method, path, &[], None);
            assert_eq!(answer.status, 404, "{path}");
        }
    }
}

#[test]
fn without_a_master_key_the_authorization_server_is_off_and_scim_is_not() {
    let state = TempDir::new().unwrap();
    let service = Service::with_variables(state.path(), &[("admin_token", "a")]);
    let client = Client::new(service.base_url.clone(), None);
    let headers = [crate::world::FORM];
    for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
        let body = Some(&b"grant_type=client_credentials&client_id=x"[..]);
        let answer = client.send(&Method::POST, path, &headers, body).expect(503);
        assert_eq!(answer.json()["error"], "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("1"));
        not_kept(&answer);
    }
    for path in [
        "/oauth/jwks",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ] {
        client.get(path).expect(503);
    }
    client.get("/scim/v2/Users").expect(401);
    let jwt = "e30.e30.e30";
    let with_jwt = client.with_token(Some(jwt));
    with_jwt.get("/scim/v2/Users").expect(401);
}
