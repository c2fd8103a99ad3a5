//! Rate limits over HTTP, counted by an instance, in Redis, and where Redis should be. These tests always run the native
//! host.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of the tests ends the test"
)]

use std::cell::Cell;
use std::path::Path;

use rollcall_suite::{Answer, Client, MASTER_KEY, Redis, Service, encode};
use serde_json::json;
use ureq::http::Method;

const ADMIN_TOKEN: (&str, &str) = ("admin_token", "the-admin-token-of-the-tests");

/// More requests than any limit here lets in, and fewer than an instance serves.
const MANY: usize = 40;

fn service(state: &Path, variables: &[(&str, &str)]) -> Service {
    Service::with_variables(
        state,
        &[variables, &[ADMIN_TOKEN, ("master_key", MASTER_KEY)]].concat(),
    )
}

/// How many requests are served before the first that is not, which is returned.
fn until_refused(client: &Client, path: &str, status: u16) -> (usize, Answer) {
    until_429(status, || client.get(path))
}

fn until_429(status: u16, ask: impl Fn() -> Answer) -> (usize, Answer) {
    for served in 0..MANY {
        let answer = ask();
        if answer.status == 429 {
            return (served, answer);
        }
        drop(answer.expect(status));
    }
    panic!("{MANY} requests were served");
}

/// A client of a new tenant's authorization server.
struct Machine {
    /// The path of the tenant's issuer.
    issuer: String,
    id: String,
    secret: String,
}

impl Machine {
    fn new(service: &Service) -> Self {
        let tenant = service.tenant();
        let metadata = json!({
            "grant_types": ["client_credentials"],
            "scope": "scim:read",
            "token_endpoint_auth_method": "client_secret_post",
        });
        let clients = format!("/tenants/{tenant}/clients");
        let created = service.admin().post(&clients, &metadata).expect(201).json();
        let text = |name: &str| created[name].as_str().unwrap().to_owned();
        Self {
            issuer: format!("/t/{tenant}"),
            id: text("client_id"),
            secret: text("client_secret"),
        }
    }

    fn send(&self, service: &Service, endpoint: &str, form: &[(&str, &str)]) -> Answer {
        let form = [&[("client_id", self.id.as_str())], form].concat();
        let form = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)));
        let form = form.collect::<Vec<_>>().join("&");
        let anyone = Client::new(service.base_url.clone(), None);
        let path = format!("{}{endpoint}", self.issuer);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        anyone.send(&Method::POST, &path, &headers, Some(form.as_bytes()))
    }

    /// Asks for an access token with its secret.
    fn token(&self, service: &Service) -> Answer {
        self.token_with(service, &self.secret)
    }

    fn token_with(&self, service: &Service, secret: &str) -> Answer {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_secret", secret),
        ];
        self.send(service, "/oauth/token", &form)
    }

    fn introspect_with(&self, service: &Service, secret: &str) -> Answer {
        let form = [("token", "x"), ("client_secret", secret)];
        self.send(service, "/oauth/introspect", &form)
    }
}

/// Demands an OAuth error (RFC 6749 §5.2) that says when to come again, and that no cache keeps.
#[track_caller]
fn expect_limited(refused: Answer, policy: &str) {
    let refused = refused.expect(429);
    assert!((1..=3600).contains(&retry_after(&refused)));
    assert_eq!(refused.header("content-type"), Some("application/json"));
    assert_eq!(refused.header("cache-control"), Some("no-store"));
    assert_eq!(refused.header("pragma"), Some("no-cache"));
    assert_eq!(refused.header("ratelimit-policy"), Some(policy));
    let name = policy.split(';').next().unwrap();
    let limit = refused.header("ratelimit").unwrap();
    assert!(limit.starts_with(&format!("{name};r=0;t=")), "{limit}");
    let error = refused.json();
    assert_eq!(error["error"], "temporarily_unavailable", "{error}");
    let description = error["error_description"].as_str().unwrap();
    assert!(description.contains("too many requests"), "{description}");
    assert_eq!(error.as_object().unwrap().len(), 2, "{error}");
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
            scim.send(&Method::GET, "/Users", &headers, None)
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

#[test]
fn an_oauth_client_is_told_to_come_again_later() {
    let state = tempfile::tempdir().unwrap();
    let service = service(state.path(), &[("auth_rate_limit_client", "5/1h")]);
    let machine = Machine::new(&service);
    let policy = "\"client\";q=5;w=3600";
    let first = machine.token(&service).expect(200);
    assert_eq!(first.header("ratelimit-policy"), Some(policy));
    assert_eq!(first.header("ratelimit"), Some("\"client\";r=4;t=720"));
    let (served, refused) = until_429(200, || machine.token(&service));
    assert!(served >= 4, "{served}");
    expect_limited(refused, policy);
    // Another client, and another endpoint, have a limit of their own.
    drop(Machine::new(&service).token(&service).expect(200));
    let known = machine
        .introspect_with(&service, &machine.secret)
        .expect(200);
    assert_eq!(known.header("ratelimit-policy"), None);
}

#[test]
fn hosts_that_share_a_redis_share_the_limits_of_tokens() {
    let redis = Redis::start();
    let state = tempfile::tempdir().unwrap();
    let url = redis.url();
    let variables = [
        ("auth_rate_limit_client", "8/1h"),
        ("redis_url", url.as_str()),
        ("redis_host", url.as_str()),
    ];
    let first = service(state.path(), &variables);
    let second = service(state.path(), &variables);
    let machine = Machine::new(&first);
    let (served, refused) = until_429(200, || machine.token(&first));
    assert!(served >= 8, "{served}");
    expect_limited(refused, "\"client\";q=8;w=3600");
    // None, but for those that pass because Redis takes too long on a machine that is busy with other tests.
    let (served, refused) = until_429(200, || machine.token(&second));
    assert!(served < 8, "{served}");
    expect_limited(refused, "\"client\";q=8;w=3600");
}

#[test]
fn wrong_secrets_at_all_endpoints_of_all_hosts_count_together() {
    let redis = Redis::start();
    let state = tempfile::tempdir().unwrap();
    let url = redis.url();
    let variables = [
        ("auth_rate_limit_failures", "6/1h"),
        ("redis_url", url.as_str()),
        ("redis_host", url.as_str()),
    ];
    let first = service(state.path(), &variables);
    let second = service(state.path(), &variables);
    let machine = Machine::new(&first);
    let (served, refused) = until_429(401, || machine.token_with(&first, "a guess"));
    assert!(served >= 6, "{served}");
    expect_limited(refused, "\"failures\";q=6;w=3600");
    // Elsewhere, too, there is none left, and the right secret is no answer to guesses.
    let (served, _) = until_429(401, || machine.introspect_with(&second, "a guess"));
    assert!(served < 6, "{served}");
    let (served, refused) = until_429(200, || machine.token(&second));
    assert!(served < 6, "{served}");
    expect_limited(refused, "\"failures\";q=6;w=3600");
    // Another client at the same address is no guesser.
    drop(Machine::new(&first).token(&first).expect(200));
}

#[test]
fn while_redis_is_down_tokens_are_issued_and_wrong_secrets_are_limited_all_the_same() {
    let state = tempfile::tempdir().unwrap();
    let nowhere = Redis::nowhere();
    let variables = [
        ("auth_rate_limit_client", "3/1h"),
        ("auth_rate_limit_failures", "5/1h"),
        ("introspect_rate_limit_client", "3/1h"),
        ("redis_url", nowhere.as_str()),
        ("redis_host", nowhere.as_str()),
    ];
    let service = service(state.path(), &variables);
    let machine = Machine::new(&service);
    for _ in 0..MANY {
        drop(machine.token(&service).expect(200));
    }
    let (served, refused) = until_429(401, || machine.token_with(&service, "a guess"));
    assert!(served >= 5, "{served}");
    expect_limited(refused, "\"failures\";q=5;w=3600");
    let (served, refused) = until_429(401, || machine.introspect_with(&service, "a guess"));
    assert!(served >= 5, "{served}");
    expect_limited(refused, "\"failures\";q=5;w=3600");
    // Others go on.
    let other = Machine::new(&service);
    for _ in 0..MANY {
        drop(other.token(&service).expect(200));
    }
}

#[test]
fn who_guesses_initial_access_tokens_is_shut_out_without_redis_too() {
    let state = tempfile::tempdir().unwrap();
    let service = service(state.path(), &[("auth_rate_limit_failures", "5/1h")]);
    let stranger = Client::new(service.base_url.clone(), Some("rc_ia_guess".to_owned()));
    let headers = [("content-type", "application/json")];
    let (served, refused) = until_429(401, || {
        stranger.send_json(&Method::POST, "/oauth/register", &headers, &json!({}))
    });
    assert!(served >= 5, "{served}");
    expect_limited(refused, "\"failures\";q=5;w=3600");
}

#[test]
fn the_admin_api_is_limited_by_address() {
    let state = tempfile::tempdir().unwrap();
    let service = service(state.path(), &[("admin_rate_limit_address", "4/1h")]);
    let admin = service.admin();
    let first = admin.get("/tenants").expect(200);
    assert_eq!(first.header("ratelimit"), Some("\"address\";r=3;t=900"));
    let (served, refused) = until_refused(&admin, "/tenants", 200);
    assert!(served >= 3, "{served}");
    assert!((1..=900).contains(&retry_after(&refused)));
    let kind = refused.header("content-type");
    assert_eq!(kind, Some("application/problem+json"));
}

#[test]
fn questions_to_policies_are_limited_and_uploads_and_what_scim_asks_are_not() {
    let state = tempfile::tempdir().unwrap();
    let variables = [
        ("policy_rate_limit_tenant", "30/1h"),
        ("policy_rate_limit_client", "5/1h"),
    ];
    let service = service(state.path(), &variables);
    let (tenant, admin) = (service.tenant(), service.admin());
    let uploads = format!("/tenants/{tenant}/policies");
    let all = json!({"policies": "permit(principal, action, resource);"});
    let uploaded = admin.post(&uploads, &all).expect(201);
    assert_eq!(uploaded.header("ratelimit"), None);
    let enforced = json!({"enforcePolicies": true});
    drop(
        admin
            .patch(&format!("/tenants/{tenant}"), &enforced)
            .expect(200),
    );

    let scim = service.scim_of(&tenant);
    let pdp = Client::new(
        format!("{}/t/{tenant}", service.base_url),
        scim.token.clone(),
    );
    let question = json!({
        "subject": {"type": "user", "id": "1"}, "action": {"name": "read"}, "resource": {"type": "doc", "id": "1"},
    });
    let ask = || {
        let headers = [("content-type", "application/json")];
        pdp.send_json(&Method::POST, "/access/v1/evaluation", &headers, &question)
    };
    let first = ask().expect(200);
    let policies = "\"tenant\";q=30;w=3600, \"client\";q=5;w=3600";
    let limits = "\"tenant\";r=29;t=120, \"client\";r=4;t=720";
    assert_eq!(first.header("ratelimit-policy"), Some(policies));
    assert_eq!(first.header("ratelimit"), Some(limits));
    let (served, refused) = until_429(200, ask);
    assert!(served >= 4, "{served}");
    assert!((1..=720).contains(&retry_after(&refused)));
    assert_eq!(refused.header("ratelimit-policy"), Some(policies));

    // The component that is asked by the SCIM endpoints is the same, and so is the one that takes uploads.
    for _ in 0..MANY {
        drop(scim.get("/Users").expect(200));
        drop(admin.get(&uploads).expect(200));
    }
}

#[test]
fn uploads_of_policies_count_as_the_rest_of_the_admin_api() {
    let redis = Redis::start();
    let state = tempfile::tempdir().unwrap();
    let url = redis.url();
    let variables = [
        ("admin_rate_limit_failures", "6/1h"),
        ("redis_url", url.as_str()),
        ("redis_host", url.as_str()),
    ];
    let service = service(state.path(), &variables);
    let uploads = "/tenants/default/policies";
    let stranger = service.admin().with_token(Some("a guess"));
    let (served, _) = until_refused(&stranger, uploads, 401);
    assert!(served >= 6, "{served}");
    let (served, _) = until_refused(&stranger, "/tenants", 401);
    assert!(served < 6, "{served}");
}

/// How many of those that make names up get an answer before one does not.
fn made_up(service: &Service, start: &str, path: &str) -> (usize, Answer) {
    let names = Cell::new(0);
    let stranger = Client::new(service.base_url.clone(), Some("a-token".to_owned()));
    until_429(401, || {
        names.set(names.get() + 1);
        stranger.get(&format!("/t/{start}-{}{path}", names.get()))
    })
}

#[test]
fn who_makes_names_of_tenants_up_has_one_limit_for_all_of_them() {
    let state = tempfile::tempdir().unwrap();
    let service = service(state.path(), &[("scim_rate_limit_address", "6/1h")]);
    let (served, refused) = made_up(&service, "a", "/scim/v2/Users");
    assert!(served >= 6, "{served}");
    assert!((1..=600).contains(&retry_after(&refused)));
    let policy = Some("\"address\";q=6;w=3600");
    assert_eq!(refused.header("ratelimit-policy"), policy);
    let detail = refused.expect_error(429, None);
    assert!(detail.contains("too many requests from this address"));
}

#[test]
fn hosts_that_share_a_redis_share_the_limit_of_those_names() {
    let redis = Redis::start();
    let state = tempfile::tempdir().unwrap();
    let url = redis.url();
    let variables = [
        ("scim_rate_limit_address", "8/1h"),
        ("redis_url", url.as_str()),
        ("redis_host", url.as_str()),
    ];
    let first = service(state.path(), &variables);
    let second = service(state.path(), &variables);
    let (served, _) = made_up(&first, "a", "/scim/v2/Users");
    assert!(served >= 8, "{served}");
    // None, but for those that pass because Redis takes too long on a machine that is busy with other tests.
    let (served, _) = made_up(&second, "b", "/scim/v2/Users");
    assert!(served < 8, "{served}");
}
