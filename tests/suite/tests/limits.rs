//! Rate limits over HTTP, counted by an instance, in Redis, and where Redis should be. These tests always run the native
//! host.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::path::Path;

use rollcall_suite::{Answer, Client, Redis, Service};

const ADMIN_TOKEN: (&str, &str) = ("admin_token", "the-admin-token-of-the-tests");

/// More requests than any limit here lets in, and fewer than an instance serves.
const MANY: usize = 40;

fn service(state: &Path, variables: &[(&str, &str)]) -> Service {
    Service::with_variables(state, &[variables, &[ADMIN_TOKEN]].concat())
}

/// How many requests are served before the first that is not, which is returned.
fn until_refused(client: &Client, path: &str, status: u16) -> (usize, Answer) {
    for served in 0..MANY {
        let answer = client.get(path);
        if answer.status == 429 {
            return (served, answer);
        }
        drop(answer.expect(status));
    }
    panic!("{MANY} requests were served");
}

#[track_caller]
fn retry_after(answer: &Answer) -> u64 {
    answer.header("retry-after").unwrap().parse().unwrap()
}

#[test]
fn a_scim_client_is_told_to_come_again_later() {
    let state = tempfile::tempdir().unwrap();
    let service = service(state.path(), &[("scim_rate_limit_client", "5/1h")]);
    let scim = service.scim();
    let first = scim.get("/Users").expect(200);
    let policy = Some("\"client\";q=5;w=3600");
    assert_eq!(first.header("ratelimit-policy"), policy);
    assert_eq!(first.header("ratelimit"), Some("\"client\";r=4;t=720"));
    let (served, refused) = until_refused(&scim, "/Users", 200);
    assert!(served >= 4, "{served}");
    assert!((1..=720).contains(&retry_after(&refused)));
    assert_eq!(refused.header("ratelimit-policy"), policy);
    let limit = refused.header("ratelimit").unwrap();
    assert!(limit.starts_with("\"client\";r=0;t="), "{limit}");
    let detail = refused.expect_error(429, None);
    assert!(detail.contains("too many requests of this client"));
    // It says no more to one without a good token, and another client has a limit of its own.
    drop(scim.with_token(None).get("/Users").expect_error(401, None));
    drop(service.scim().get("/Users").expect(200));
}

#[test]
fn without_limits_nothing_is_said_of_them() {
    let service = Service::own();
    let answer = service.scim().get("/Users").expect(200);
    assert_eq!(answer.header("ratelimit"), None);
    assert_eq!(answer.header("ratelimit-policy"), None);
}

#[test]
fn hosts_that_share_a_redis_share_the_limits() {
    let redis = Redis::start();
    let state = tempfile::tempdir().unwrap();
    let url = redis.url();
    let variables = [
        ("scim_rate_limit_client", "8/1h"),
        ("redis_url", url.as_str()),
        ("redis_host", url.as_str()),
    ];
    let first = service(state.path(), &variables);
    let second = service(state.path(), &variables);
    let scim = first.scim();
    let (served, _) = until_refused(&scim, "/Users", 200);
    assert!(served >= 8, "{served}");
    let mut there = scim.clone();
    there.base = scim.base.replace(&first.base_url, &second.base_url);
    // None, but for those that pass because Redis takes too long on a machine that is busy with other tests.
    let (served, refused) = until_refused(&there, "/Users", 200);
    assert!(served < 8, "{served}");
    drop(refused.expect_error(429, None));
}

#[test]
fn while_redis_is_down_requests_pass_and_wrong_secrets_do_not() {
    let state = tempfile::tempdir().unwrap();
    let nowhere = Redis::nowhere();
    let variables = [
        ("scim_rate_limit_client", "3/1h"),
        ("admin_rate_limit_failures", "5/1h"),
        ("redis_url", nowhere.as_str()),
        ("redis_host", nowhere.as_str()),
    ];
    let service = service(state.path(), &variables);
    let scim = service.scim();
    for _ in 0..MANY {
        drop(scim.get("/Users").expect(200));
    }
    let stranger = service.admin().with_token(Some("a guess"));
    let (served, refused) = until_refused(&stranger, "/tenants", 401);
    assert!(served >= 5, "{served}");
    assert!((1..=720).contains(&retry_after(&refused)));
    let kind = refused.header("content-type");
    assert_eq!(kind, Some("application/problem+json"));
    assert_eq!(refused.json()["status"], 429);
    assert_eq!(refused.json()["title"], "Too Many Requests");
}

#[test]
fn an_address_is_the_clients_only_where_the_proxy_is_trusted() {
    let state = tempfile::tempdir().unwrap();
    for (trusted, is_believed) in [("", false), ("127.0.0.0/8", true)] {
        let variables = [
            ("scim_rate_limit_address", "4/1h"),
            ("trusted_proxies", trusted),
        ];
        let service = service(state.path(), &variables);
        let scim = service.scim();
        let from = |address: &str| {
            let headers = [("x-forwarded-for", address)];
            scim.send(&ureq::http::Method::GET, "/Users", &headers, None)
        };
        let statuses: Vec<u16> = (0..MANY).map(|_| from("192.0.2.1").status).collect();
        assert!(statuses.contains(&429), "{statuses:?}");
        let other = from("192.0.2.2").status;
        assert_eq!(other == 200, is_believed, "{other}");
    }
}

#[test]
fn a_limit_that_is_none_is_an_error_and_not_off() {
    let state = tempfile::tempdir().unwrap();
    let service = service(state.path(), &[("scim_rate_limit_client", "many")]);
    drop(service.scim().get("/Users").expect(500));
}
