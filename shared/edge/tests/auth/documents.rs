//! What anyone may read: keys and metadata. Attack case 17.

use http::{Method, Request};
use pollster::block_on;
use rollcall_edge::auth;
use rollcall_service::Ctx;
use rollcall_store::rusqlite::File;
use serde_json::json;

use crate::world::{Answer, BASE, World, config, read};

fn jwks(ctx: &Ctx<File>, method: Method, path: &str, known: Option<&str>) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = known
        .into_iter()
        .fold(request, |request, tag| request.header("if-none-match", tag));
    read(block_on(auth::jwks(ctx, request.body(()).unwrap())))
}

fn metadata(ctx: &Ctx<File>, path: &str) -> Answer {
    let request = Request::get(path).body(()).unwrap();
    read(block_on(auth::metadata(ctx, request)))
}

#[test]
fn keys_may_be_kept_by_anyone_for_as_long_as_nothing_new_signs() {
    let world = World::new();
    let answer = jwks(&world.ctx, Method::GET, "/oauth/jwks", None);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json["keys"].as_array().unwrap().len(), 1);
    for (name, value) in [
        ("cache-control", "public, max-age=300"),
        ("access-control-allow-origin", "*"),
        ("content-type", "application/jwk-set+json"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let tag = answer.header("etag").unwrap();
    for known in [tag, &*format!("\"x\", W/{tag}"), "*"] {
        let again = jwks(&world.ctx, Method::GET, "/oauth/jwks", Some(known));
        assert_eq!(again.status, 304, "{known}");
        assert_eq!(again.header("etag"), Some(tag));
        assert_eq!(again.header("cache-control"), Some("public, max-age=300"));
    }
    let other = jwks(&world.ctx, Method::GET, "/oauth/jwks", Some("\"x\""));
    assert_eq!(other.status, 200);
    let head = jwks(&world.ctx, Method::HEAD, "/oauth/jwks", None);
    assert_eq!((head.status, &head.json), (200, &json!(null)));
    assert_eq!(
        head.header("content-length"),
        answer.header("content-length")
    );
    assert_eq!(head.header("etag"), Some(tag));
}

#[test]
fn other_methods_and_addresses() {
    let world = World::new();
    let options = jwks(&world.ctx, Method::OPTIONS, "/oauth/jwks", None);
    assert_eq!(options.status, 204);
    assert_eq!(options.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        options.header("access-control-allow-methods"),
        Some("GET, HEAD")
    );
    let post = jwks(&world.ctx, Method::POST, "/oauth/jwks", None);
    assert_eq!(post.status, 405);
    assert_eq!(post.header("allow"), Some("GET, HEAD, OPTIONS"));
    let none = jwks(&world.ctx, Method::GET, "/t/other/oauth/jwks", None);
    assert_eq!(none.status, 404);
    assert_eq!(none.header("cache-control"), Some("no-store"));
    let off = world.instance(config(None));
    assert_eq!(jwks(&off, Method::GET, "/oauth/jwks", None).status, 503);
    assert_eq!(
        metadata(&off, "/.well-known/openid-configuration").status,
        503
    );
    assert_eq!(
        metadata(&world.ctx, "/.well-known/openid-configuration/t/other").status,
        404
    );
}

/// RFC 8414 §3 and OpenID discovery §4.
#[test]
fn metadata_says_the_same_at_all_places() {
    let world = World::new();
    let tenant = rollcall_service::TenantName::parse("acme").unwrap();
    let tenant = rollcall_store::Tenant::new(tenant, world.now());
    block_on(world.store.create_tenant(&tenant)).unwrap();
    for (issuer, places) in [
        (
            BASE.to_owned(),
            vec![
                "/.well-known/oauth-authorization-server",
                "/.well-known/openid-configuration",
            ],
        ),
        (
            format!("{BASE}/t/acme"),
            vec![
                "/.well-known/oauth-authorization-server/t/acme",
                "/.well-known/openid-configuration/t/acme",
                "/t/acme/.well-known/openid-configuration",
            ],
        ),
    ] {
        for place in places {
            let answer = metadata(&world.ctx, place);
            assert_eq!(answer.status, 200, "{place}");
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
            assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
            assert_eq!(answer.header("content-type"), Some("application/json"));
            let json = &answer.json;
            assert_eq!(json["issuer"], issuer, "{place}");
            assert_eq!(json["jwks_uri"], format!("{issuer}/oauth/jwks"));
            assert_eq!(json["token_endpoint"], format!("{issuer}/oauth/token"));
            let signing = &json["introspection_signing_alg_values_supported"];
            assert_eq!(*signing, json!(["EdDSA"]));
            let scopes = json["scopes_supported"].as_array().unwrap();
            for scope in ["scim:users:read", "policy:evaluate", "admin:people"] {
                assert!(scopes.contains(&json!(scope)), "{scope}");
            }
            assert_eq!(
                json["grant_types_supported"],
                json!([
                    "client_credentials",
                    "urn:ietf:params:oauth:grant-type:token-exchange"
                ])
            );
        }
    }
}
