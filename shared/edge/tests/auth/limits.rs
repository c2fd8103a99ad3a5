//! Rate limits of the authorization server: 429, as it looks to OAuth clients, and what counts against what.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use pollster::block_on;
use rollcall_edge::auth;
use rollcall_service::limits::{LimitSettings, Rate};
use rollcall_service::{Config, Ctx, admin};
use rollcall_store::rusqlite::File;

use crate::calls::{introspect, revoke};
use crate::world::{Answer, MASTER, World, basic, basic_of, config, read, token};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const HERE: (&str, &str) = ("spin-client-addr", "192.0.2.1:53412");
const THERE: (&str, &str) = ("spin-client-addr", "192.0.2.2:53412");

fn rate(text: &str) -> Option<Rate> {
    Rate::parse(text).unwrap()
}

/// A world with two clients, and an instance with limits.
fn world(limits: LimitSettings) -> (World, Ctx<File>) {
    let world = World::new();
    world.machine("c");
    world.machine("d");
    let instance = world.instance(Config {
        limits,
        ..config(Some(MASTER))
    });
    (world, instance)
}

fn ask(ctx: &Ctx<File>, from: (&str, &str), authorization: &str) -> Answer {
    let headers = [from, ("authorization", authorization)];
    token(ctx, "/oauth/token", &headers, &[GRANT])
}

#[track_caller]
fn limited(answer: &Answer, retry_after: &str, policy: &str, limit: &str) {
    answer.refused(429, "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), Some(retry_after));
    assert_eq!(answer.header("ratelimit-policy"), Some(policy));
    assert_eq!(answer.header("ratelimit"), Some(limit));
}

#[test]
fn a_client_is_told_what_is_left_and_when_to_come_again() {
    let (world, ctx) = world(LimitSettings {
        client: rate("2/1m"),
        ..LimitSettings::default()
    });
    let policy = "\"client\";q=2;w=60";
    let first = ask(&ctx, HERE, &basic_of("c"));
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(first.header("ratelimit-policy"), Some(policy));
    assert_eq!(first.header("ratelimit"), Some("\"client\";r=1;t=30"));
    first.is_not_kept();
    assert_eq!(ask(&ctx, HERE, &basic_of("c")).status, 200);
    let refused = ask(&ctx, HERE, &basic_of("c"));
    limited(&refused, "30", policy, "\"client\";r=0;t=30");
    let elsewhere = ask(&ctx, THERE, &basic_of("c"));
    assert_eq!(elsewhere.status, 429);
    assert_eq!(ask(&ctx, HERE, &basic_of("d")).status, 200);
    world.pass(30);
    assert_eq!(ask(&ctx, HERE, &basic_of("c")).status, 200);
}

#[test]
fn who_has_but_its_id_cannot_use_up_what_a_client_may_do() {
    let (_world, ctx) = world(LimitSettings {
        client: rate("2/1m"),
        ..LimitSettings::default()
    });
    let form = [GRANT, ("client_id", "c")];
    let nameless = || token(&ctx, "/oauth/token", &[THERE], &form).status;
    assert_eq!([nameless(), nameless(), nameless()], [401, 401, 429]);
    for guess in ["1", "2", "3"] {
        assert_eq!(ask(&ctx, THERE, &basic("c", guess)).status, 401);
    }
    assert_eq!(ask(&ctx, THERE, &basic_of("c")).status, 200);
    assert_eq!(ask(&ctx, HERE, &basic_of("c")).status, 200);
}

#[test]
fn each_endpoint_counts_by_itself_and_each_address() {
    let (world, ctx) = world(LimitSettings {
        tenant: rate("3/1h"),
        address: rate("1/1h"),
        ..LimitSettings::default()
    });
    let jwt = world.access_token("c", &[]);
    assert_eq!(ask(&ctx, HERE, &basic_of("c")).status, 200);
    let refused = ask(&ctx, HERE, &basic_of("d"));
    let policy = "\"tenant\";q=3;w=3600, \"address\";q=1;w=3600";
    let limit = "\"tenant\";r=2;t=1200, \"address\";r=0;t=3600";
    limited(&refused, "3600", policy, limit);
    assert_eq!(ask(&ctx, THERE, &basic_of("c")).status, 200);

    let authorization = basic_of("c");
    let headers = [HERE, ("authorization", &*authorization)];
    let form = [("token", &*jwt)];
    let known = introspect(&ctx, &headers, &form);
    assert_eq!((known.status, &known.json["active"]), (200, &true.into()));
    introspect(&ctx, &headers, &form).refused(429, "temporarily_unavailable");
    assert_eq!(revoke(&ctx, &headers, &form).status, 200);
    revoke(&ctx, &headers, &form).refused(429, "temporarily_unavailable");
}

#[test]
fn too_many_wrong_secrets_at_all_endpoints_together_shut_out_their_address() {
    let (world, ctx) = world(LimitSettings {
        failures: rate("3/1m"),
        ..LimitSettings::default()
    });
    let guess = basic("c", "a guess");
    let headers = [HERE, ("authorization", &*guess)];
    let form = [("token", "x")];
    let first = ask(&ctx, HERE, &guess);
    first.refused(401, "invalid_client");
    // Nobody need know how many guesses are left.
    assert_eq!(first.header("ratelimit"), None);
    introspect(&ctx, &headers, &form).refused(401, "invalid_client");
    revoke(&ctx, &headers, &form).refused(401, "invalid_client");

    let policy = "\"failures\";q=3;w=60";
    let limit = "\"failures\";r=0;t=20";
    limited(&ask(&ctx, HERE, &guess), "20", policy, limit);
    // The right secret would be an answer to the guesses.
    limited(&ask(&ctx, HERE, &basic_of("c")), "20", policy, limit);
    assert_eq!(introspect(&ctx, &headers, &form).status, 429);
    assert_eq!(revoke(&ctx, &headers, &form).status, 429);

    assert_eq!(ask(&ctx, THERE, &basic_of("c")).status, 200);
    assert_eq!(ask(&ctx, HERE, &basic_of("d")).status, 200);
    world.pass(20);
    assert_eq!(ask(&ctx, HERE, &basic_of("c")).status, 200);
}

#[test]
fn what_is_wrong_with_a_request_is_no_failure_to_prove_who_it_is() {
    let (_world, ctx) = world(LimitSettings {
        failures: rate("1/1h"),
        ..LimitSettings::default()
    });
    let authorization = basic_of("c");
    let headers = [HERE, ("authorization", &*authorization)];
    for _ in 0..3 {
        let refused = token(&ctx, "/oauth/token", &headers, &[("grant_type", "none")]);
        refused.refused(400, "unsupported_grant_type");
    }
    assert_eq!(ask(&ctx, HERE, &authorization).status, 200);
}

/// It is no guess, and opens nothing. Wrong ones count as ever, and after too many of them the right one is no answer.
#[test]
fn the_right_secret_of_one_who_is_turned_away_is_no_failure() {
    let (world, ctx) = world(LimitSettings {
        failures: rate("2/1m"),
        ..LimitSettings::default()
    });
    let disable = |disabled| {
        let (store, tenant) = (&world.store, &world.tenant);
        block_on(store.set_client_disabled(tenant, "c", disabled, world.now())).unwrap();
    };
    let suspend = |suspended| {
        let (store, tenant) = (&world.store, &world.tenant);
        block_on(store.set_suspended(tenant, suspended, world.now())).unwrap();
    };
    let ends: [&dyn Fn(bool); 2] = [&disable, &suspend];
    for end in ends {
        end(true);
        for _ in 0..5 {
            ask(&ctx, HERE, &basic_of("c")).refused(401, "invalid_client");
        }
        end(false);
        assert_eq!(ask(&ctx, HERE, &basic_of("c")).status, 200);

        end(true);
        for guess in ["1", "2"] {
            ask(&ctx, HERE, &basic("c", guess)).refused(401, "invalid_client");
        }
        for secret in ["3", "c-secret"] {
            assert_eq!(ask(&ctx, HERE, &basic("c", secret)).status, 429);
        }
        end(false);
        world.pass(60);
    }
}

fn register(ctx: &Ctx<File>, from: (&str, &str), path: &str, token: Option<&str>) -> Answer {
    let method = if path == "/oauth/register" {
        "POST"
    } else {
        "GET"
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(from.0, from.1)
        .header("content-type", "application/json");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    let body = "{\"grant_types\": [\"client_credentials\"]}";
    let request = request.body(Full::new(Bytes::from_static(body.as_bytes())));
    read(block_on(auth::register(ctx, request.unwrap())))
}

#[test]
fn registration_limits_guesses_of_its_tokens() {
    let (_world, ctx) = world(LimitSettings {
        failures: rate("2/1m"),
        ..LimitSettings::default()
    });
    let initial = admin::create_initial_token(&ctx, "default", "test", None, None);
    let initial = block_on(initial).unwrap().secret;
    let path = "/oauth/register";
    // Who has no token guesses none.
    for _ in 0..5 {
        assert_eq!(register(&ctx, HERE, path, None).status, 401);
    }
    for _ in 0..2 {
        let refused = register(&ctx, HERE, path, Some("rc_ia_guess"));
        assert_eq!(refused.status, 401, "{refused:?}");
        assert_eq!(refused.json["error"], "invalid_token");
    }
    let policy = "\"failures\";q=2;w=60";
    let limit = "\"failures\";r=0;t=30";
    let refused = register(&ctx, HERE, path, Some(&initial));
    limited(&refused, "30", policy, limit);

    let created = register(&ctx, THERE, path, Some(&initial));
    assert_eq!(created.status, 201, "{created:?}");
    let text = |name: &str| created.json[name].as_str().unwrap();
    let path = format!("/oauth/register/{}", text("client_id"));
    let manages = text("registration_access_token");
    for _ in 0..2 {
        assert_eq!(register(&ctx, THERE, &path, Some("a guess")).status, 401);
    }
    let refused = register(&ctx, THERE, &path, Some(manages));
    limited(&refused, "30", policy, limit);
    assert_eq!(register(&ctx, HERE, &path, Some(manages)).status, 200);
}

#[test]
fn without_limits_nothing_is_said_of_them() {
    let (_world, ctx) = world(LimitSettings::default());
    for _ in 0..50 {
        let answer = ask(&ctx, HERE, &basic("c", "a guess"));
        answer.refused(401, "invalid_client");
        assert_eq!(answer.header("ratelimit"), None);
        assert_eq!(answer.header("ratelimit-policy"), None);
    }
    assert_eq!(ask(&ctx, HERE, &basic_of("c")).status, 200);
}
