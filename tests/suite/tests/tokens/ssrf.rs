//! Addresses that others choose: attack case 20.

use std::thread;
use std::time::Duration;

use rollcall_suite::encode;
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::publisher::{Publisher, Reply};
use crate::signer::{Key, random};
use crate::trusted::Trusting;
use crate::world::{Machine, World, issued, machine, now_secs, with};

/// Addresses that lead inside, in the forms that filters have missed.
const INSIDE: [&str; 34] = [
    "http://login.example.com/keys",
    "http://10.0.0.1/keys",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.2/keys",
    "http://[::ffff:127.0.0.1]/keys",
    "http://auth-verify.spin.internal/",
    "http://password.spin.internal/hash",
    "http://self.alt/admin/v1/tenants",
    "https://127.0.0.1/keys",
    "https://127.1/keys",
    "https://2130706433/keys",
    "https://0x7f000001/keys",
    "https://0177.0.0.1/keys",
    "https://0.0.0.0/keys",
    "https://10.1.2.3/keys",
    "https://172.16.0.1/keys",
    "https://192.168.1.1/keys",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/keys",
    "https://[::1]/keys",
    "https://[fe80::1]/keys",
    "https://[fd00::1]/keys",
    "https://[::ffff:10.0.0.1]/keys",
    "https://localhost/keys",
    "https://localhost./keys",
    "https://a.localhost/keys",
    "https://metadata.google.internal/keys",
    "https://auth-verify.spin.internal/",
    "https://intranet/keys",
    "https://printer.local/keys",
    "https://me:secret@login.example.com/keys",
    "https://login.example.com:6379/keys",
    "file:///etc/passwd",
    "gopher://login.example.com/keys",
];

fn published(jwks_uri: &str) -> Json {
    json!({
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": jwks_uri,
    })
}

/// Registers in each way in which there is one; what comes back is the statuses.
fn refused_everywhere(world: &World, metadata: &Json) {
    let initial = world
        .admin
        .post("/initial-access-tokens", &json!({"name": "test"}))
        .expect(201)
        .json();
    let register = world.server.with_token(initial["token"].as_str());
    let headers = [("content-type", "application/json")];
    let answer = register.send_json(&Method::POST, "/oauth/register", &headers, metadata);
    let answer = world.refused(answer, 400, "invalid_client_metadata");
    assert!(!answer.text.contains("/etc/passwd"), "{}", answer.text);
    world.admin.post("/clients", metadata).expect(400);
    let other = world.machine();
    world.admin.put(&other.path(), metadata).expect(400);
}

/// Whether loopback is allowed or not.
#[test]
fn err_addresses_that_lead_inside() {
    let allowing = [("outbound_loopback", "true"), ("outbound_hosts", "*://*:*")];
    for variables in [&[][..], &allowing] {
        let world = World::own(variables);
        for address in INSIDE {
            refused_everywhere(&world, &published(address));
            let issuer = encode("https://login.example.com");
            let trust = json!({"jwks_uri": address, "audience": "x"});
            let path = format!("/issuers/{issuer}");
            world.admin.put(&path, &trust).expect(400);
        }
        let issuers = world.admin.get("/issuers").expect(200).json();
        assert_eq!(issuers["issuers"], json!([]));
        let here = published("http://127.0.0.1:1/keys");
        let status = if variables.is_empty() { 400 } else { 201 };
        world.admin.post("/clients", &here).expect(status);
    }
}

#[test]
fn err_private_members_of_keys() {
    let world = World::new();
    let public = Key::new(3).jwk();
    let mut bad = Vec::new();
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        bad.push(with(public.clone(), member, json!("AAAA")));
    }
    bad.push(json!({"kty": "oct", "k": "AAAA"}));
    bad.push(json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AAAA"}));
    for jwk in bad {
        let jwks = json!({"keys": [public, jwk]});
        let metadata = with(machine(), "jwks", jwks);
        refused_everywhere(&world, &metadata);
        refused_everywhere(
            &world,
            &with(
                metadata,
                "token_endpoint_auth_method",
                json!("private_key_jwt"),
            ),
        );
    }
}

/// What is only shown to people is never fetched.
#[test]
fn no_address_is_fetched_that_is_for_people() {
    let publisher = Publisher::start(Reply::of("200 OK", "text/html", "x"));
    let pattern = publisher.pattern();
    let world = World::own(&[("outbound_hosts", &pattern), ("outbound_loopback", "true")]);
    for member in ["logo_uri", "client_uri", "tos_uri", "policy_uri"] {
        let metadata = with(machine(), member, json!(publisher.url("/x")));
        refused_everywhere(&world, &metadata);
        for address in [
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
        ] {
            refused_everywhere(&world, &with(machine(), member, json!(address)));
        }
    }
    let metadata = with(machine(), "logo_uri", json!("https://a.example/logo"));
    let client = world.client(&metadata);
    world.access_token(&client, &[]);
    assert!(publisher.asked().is_empty());
}

/// Answers that are no keys, and how often they are asked for.
fn useless(elsewhere: &Publisher) -> Vec<(&'static str, Reply, usize)> {
    let target = elsewhere.url("/keys");
    let keys = Key::new(9).jwks();
    let json = "application/json";
    let padded = format!("{}{keys}", " ".repeat(64 * 1024));
    let many = json!({"keys": vec![Key::new(9).jwk(); 65]}).to_string();
    vec![
        ("a redirect", Reply::redirect("302 Found", &target), 1),
        ("a redirect", Reply::redirect("301 Moved", &target), 1),
        ("a redirect", Reply::redirect("307 Temporary", &target), 1),
        (
            "a redirect",
            Reply::redirect("308 Permanent", "/elsewhere"),
            1,
        ),
        (
            "a redirect",
            Reply::redirect("303 See", "http://169.254.169.254/"),
            1,
        ),
        ("too large", Reply::of("200 OK", json, &padded), 1),
        ("endless", Reply::Endless, 1),
        ("too many keys", Reply::of("200 OK", json, &many), 1),
        (
            "no JSON",
            Reply::of("200 OK", "text/html", &keys.to_string()),
            1,
        ),
        ("no JSON", Reply::of("200 OK", "", &keys.to_string()), 1),
        ("no JSON", Reply::of("200 OK", json, "<html>"), 1),
        ("no keys", Reply::of("200 OK", json, "{}"), 1),
        ("no keys", Reply::of("200 OK", json, r#"{"keys": []}"#), 1),
        (
            "no keys of use",
            Reply::of("200 OK", json, r#"{"keys": [{"kty": "oct", "k": "AAAA"}]}"#),
            1,
        ),
        (
            "not there",
            Reply::of("404 Not Found", json, &keys.to_string()),
            1,
        ),
        ("not allowed", Reply::of("401 Unauthorized", json, "{}"), 1),
        (
            "half of it",
            Reply::of("206 Partial Content", json, &keys.to_string()),
            1,
        ),
        ("failing", Reply::of("500 Oops", json, &keys.to_string()), 3),
        (
            "cut off",
            Reply::Whole(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec()),
            3,
        ),
        ("no HTTP", Reply::Whole(b"SSH-2.0-x\r\n".to_vec()), 3),
        ("silent", Reply::Silence, 3),
        ("slow", Reply::Drip, 3),
    ]
}

/// A client whose keys are there.
fn client_at(world: &World, address: &str) -> Machine {
    world.client(&published(address))
}

fn assertion(world: &World, client: &Machine) -> String {
    let claims = json!({
        "iss": client.id, "sub": client.id, "aud": world.issuer, "exp": now_secs() + 60, "jti": random(),
    });
    Key::new(9).sign(&json!({"alg": "EdDSA"}), &claims)
}

fn authenticate(world: &World, client: &Machine) -> rollcall_suite::Answer {
    let assertion = assertion(world, client);
    let form = [
        ("grant_type", "client_credentials"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", &*assertion),
    ];
    world.token(&[], &form)
}

/// No redirect is followed, no answer of more than 64 KiB or after more than 3 seconds is waited for, and what is no JWK set
/// is no key: of trusted issuers and of clients alike. Nobody is told what was found instead.
#[test]
fn err_answers_that_are_no_keys() {
    let elsewhere = Publisher::start(Reply::keys(&Key::new(9).jwks()));
    let trusting = Trusting::new();
    let Trusting {
        world, publisher, ..
    } = &trusting;
    world.person("ada");
    let client = world.machine();
    for (number, (what, reply, times)) in useless(&elsewhere).into_iter().enumerate() {
        publisher.set(reply);
        // Each at an address of its own, which nobody remembers.
        let path = format!("/keys-{number}");
        trusting.trust(&publisher.url(&path));
        let since = now_secs();
        let answer = trusting.exchange(&client, "ada", &[]);
        let answer = world.refused(answer, 503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("1"), "{what}");
        assert!(now_secs() - since <= 15, "{what}");
        assert!(!answer.text.contains("127.0.0.1"), "{}", answer.text);
        let state = trusting.state();
        assert_eq!(state["failures"], 1, "{what}");
        assert_eq!(state["fetched_at"], Json::Null, "{what}");

        let path_of_client = format!("/jwks-{number}");
        let published = client_at(world, &publisher.url(&path_of_client));
        let since = now_secs();
        let answer = world.refused(authenticate(world, &published), 401, "invalid_client");
        assert!(!answer.text.contains("127.0.0.1"), "{}", answer.text);
        assert!(now_secs() - since <= 15, "{what}");
        let asked = publisher.asked();
        for path in [path, path_of_client] {
            let count = asked.iter().filter(|asked| **asked == path).count();
            assert_eq!(count, times, "{what}: {asked:?}");
        }
        assert!(!asked.contains(&"/elsewhere".to_owned()), "{asked:?}");
    }
    assert!(elsewhere.asked().is_empty());
    // And keys are keys.
    publisher.set(Reply::keys(&trusting.key.jwks()));
    trusting.trust(&publisher.url("/good"));
    issued(&trusting.exchange(&client, "ada", &[]));
    let good = client_at(world, &publisher.url("/good-too"));
    issued(&authenticate(world, &good));
}

/// After three failures nobody asks for a while, at either host.
#[test]
fn the_circuit_breaker_opens() {
    let trusting = Trusting::new();
    let Trusting {
        world, publisher, ..
    } = &trusting;
    world.person("ada");
    let client = world.machine();
    publisher.set(Reply::of("404 Not Found", "application/json", "{}"));
    for _ in 0..6 {
        let answer = trusting.exchange(&client, "ada", &[]);
        world.refused(answer, 503, "temporarily_unavailable");
    }
    assert_eq!(publisher.asked().len(), 3);
    let state = trusting.state();
    assert_eq!(state["failures"], 3);
    assert!(state["not_fetched_until"].is_string());
    // Until then good keys don't help either.
    publisher.set(Reply::keys(&trusting.key.jwks()));
    let answer = trusting.exchange(&client, "ada", &[]);
    world.refused(answer, 503, "temporarily_unavailable");
    world.sql(
        "UPDATE trusted_issuer SET open_until = 1 WHERE tenant = (SELECT id FROM tenant WHERE name = ?1)",
    );
    issued(&trusting.exchange(&client, "ada", &[]));
    assert_eq!(trusting.state()["failures"], 0);
}

/// Where the operator lets nothing out, nothing goes out, whatever the address is allowed to be.
#[test]
fn nothing_goes_where_the_operator_does_not_allow_it() {
    let publisher = Publisher::start(Reply::keys(&Key::new(9).jwks()));
    let other = Publisher::start(Reply::keys(&Key::new(9).jwks()));
    let elsewhere = other.pattern();
    for hosts in ["https://none.invalid", &elsewhere, "https://*:443"] {
        let world = World::own(&[("outbound_hosts", hosts), ("outbound_loopback", "true")]);
        let client = client_at(&world, &publisher.url("/jwks"));
        world.refused(authenticate(&world, &client), 401, "invalid_client");
    }
    thread::sleep(Duration::from_millis(100));
    assert!(publisher.asked().is_empty() && other.asked().is_empty());
}
