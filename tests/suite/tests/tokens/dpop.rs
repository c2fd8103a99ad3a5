//! Tokens that are bound to a key (RFC 9449), where they are asked for: attack case 23, and 22 for the clocks of clients.

use pollster::block_on;
use rollcall_store::sql::Sql;
use rollcall_suite::Answer;
use serde_json::{Value as Json, json};

use crate::signer::{Key, random, with_hmac, with_signature};
use crate::world::{Machine, World, at_once, claims, count, issued, machine, now_secs, with};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// A token that is bound to a key.
pub struct Bound {
    pub key: Key,
    pub token: String,
    pub nonce: String,
}

impl Bound {
    pub fn new(world: &World, client: &Machine, key: Key) -> Self {
        let asking = Asking {
            nonce: nonce(world, client, &key),
            world,
            client,
            key,
        };
        let token = issued(&asking.send(&[&asking.proof(&[])]));
        Self {
            token,
            nonce: asking.nonce,
            key: asking.key,
        }
    }
}

/// The nonce of an answer that asks for one.
fn nonce(world: &World, client: &Machine, key: &Key) -> String {
    let url = format!("{}/oauth/token", world.issuer);
    let headers = [
        ("authorization", &*client.basic()),
        ("dpop", &key.proof("POST", &url, &[])),
    ];
    let answer = world.token(&headers, &[GRANT]);
    let answer = world.refused(answer, 400, "use_dpop_nonce");
    answer.header("dpop-nonce").unwrap().to_owned()
}

struct Asking<'w> {
    world: &'w World,
    client: &'w Machine,
    key: Key,
    nonce: String,
}

impl Asking<'_> {
    fn url(&self) -> String {
        format!("{}/oauth/token", self.world.issuer)
    }

    fn proof(&self, more: &[(&str, Json)]) -> String {
        let more = [&[("nonce", json!(self.nonce))], more].concat();
        self.key.proof("POST", &self.url(), &more)
    }

    fn send(&self, proofs: &[&str]) -> Answer {
        let authorization = self.client.basic();
        let mut headers = vec![("authorization", &*authorization)];
        headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
        self.world.token(&headers, &[GRANT])
    }

    #[track_caller]
    fn refused(&self, proof: &str, code: &str) {
        let answer = self.world.refused(self.send(&[proof]), 400, code);
        assert!(answer.header("dpop-nonce").is_some());
    }
}

fn with_asking(test: impl FnOnce(&Asking<'_>)) {
    let world = World::new();
    let (client, key) = (world.machine(), Key::new(5));
    test(&Asking {
        nonce: nonce(&world, &client, &key),
        world: &world,
        client: &client,
        key,
    });
}

#[test]
fn ok_a_token_that_is_bound_to_the_key_of_the_proof() {
    with_asking(|asking| {
        let answer = asking.send(&[&asking.proof(&[])]);
        let token = issued(&answer);
        assert_eq!(answer.json()["token_type"], "DPoP");
        assert!(answer.header("dpop-nonce").is_some());
        let jkt = asking.key.thumbprint();
        assert_eq!(claims(&token)["cnf"], json!({"jkt": jkt}));
        let known = asking.world.known_to(asking.client, &token);
        assert_eq!(known["token_type"], "DPoP");
        assert_eq!(known["cnf"], json!({"jkt": jkt}));
        let opaque = asking.world.opaque();
        let bound = Bound::new(asking.world, &opaque, Key::new(5));
        let known = asking.world.known_to(&opaque, &bound.token);
        assert_eq!(known["cnf"], json!({"jkt": jkt}));
        // An address is the same in other words.
        let same = asking.url().replacen("http", "HTTP", 1) + "?x=1#y";
        issued(&asking.send(&[&asking.proof(&[("htu", json!(same))])]));
    });
}

#[test]
fn err_a_replay_and_of_many_at_once_one_is_the_first() {
    with_asking(|asking| {
        let proof = asking.proof(&[]);
        let answers = at_once(8, |_| asking.send(&[&proof]));
        assert_eq!(count(&answers, 200), 1, "{answers:?}");
        assert_eq!(count(&answers, 400), 7, "{answers:?}");
        asking.refused(&proof, "invalid_dpop_proof");
    });
}

#[test]
fn err_proofs_that_prove_nothing() {
    with_asking(|asking| {
        let now = now_secs();
        let issuer = &asking.world.issuer;
        for (claim, value) in [
            ("htm", json!("GET")),
            ("htm", json!("post")),
            ("htm", Json::Null),
            ("htu", json!(format!("{issuer}/oauth/introspect"))),
            ("htu", json!(format!("{issuer}/oauth/token/"))),
            ("htu", json!("https://evil.example/oauth/token")),
            (
                "htu",
                json!(format!("{}/oauth/token", asking.world.service.base_url)),
            ),
            ("htu", json!("/oauth/token")),
            ("htu", Json::Null),
            ("iat", json!(now + 60)),
            ("iat", json!(now - 600)),
            ("iat", json!(i64::MAX)),
            ("iat", json!(i64::MIN)),
            ("iat", json!(1e300)),
            ("iat", json!("now")),
            ("iat", Json::Null),
            ("jti", json!("")),
            ("jti", Json::Null),
        ] {
            asking.refused(&asking.proof(&[(claim, value)]), "invalid_dpop_proof");
        }
        let key = &asking.key;
        let header = json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": key.jwk()});
        let body = json!({
            "jti": random(), "htm": "POST", "htu": asking.url(), "iat": now, "nonce": asking.nonce,
        });
        let private = with(key.jwk(), "d", json!("AAAA"));
        for (member, value) in [
            ("typ", json!("JWT")),
            ("typ", json!("at+jwt")),
            ("typ", Json::Null),
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!("ES256")),
            ("alg", json!("RS256")),
            ("jwk", private),
            ("jwk", Key::new(6).jwk()),
            ("jwk", json!({"kty": "oct", "k": "AAAA"})),
            ("jwk", Json::Null),
            ("crit", json!(["exp"])),
        ] {
            let header = with(header.clone(), member, value);
            asking.refused(&key.sign(&header, &body), "invalid_dpop_proof");
        }
        let none = with(header.clone(), "alg", json!("none"));
        asking.refused(&with_signature(&none, &body, b""), "invalid_dpop_proof");
        let hmac = with(header.clone(), "alg", json!("HS256"));
        let x = key.jwk()["x"].as_str().unwrap().to_owned();
        asking.refused(&with_hmac(&hmac, &body, x.as_bytes()), "invalid_dpop_proof");
        let oct = with(hmac, "jwk", json!({"kty": "oct", "k": "AAAA"}));
        asking.refused(&with_hmac(&oct, &body, &[0; 3]), "invalid_dpop_proof");
        for broken in ["x", "a.b.c", ".."] {
            asking.refused(broken, "invalid_dpop_proof");
        }
        let (one, other) = (asking.proof(&[]), asking.proof(&[]));
        let two = asking.send(&[&one, &other]);
        asking.world.refused(two, 400, "invalid_dpop_proof");
        // None of these has used the `jti` up.
        issued(&asking.send(&[&key.sign(&header, &body)]));
    });
}

/// Attack case 22.
#[test]
fn ok_a_clock_that_is_ten_seconds_ahead() {
    with_asking(|asking| {
        let ahead = asking.proof(&[("iat", json!(now_secs() + 10))]);
        issued(&asking.send(&[&ahead]));
    });
}

#[test]
fn err_a_nonce_that_is_missing_or_not_ours() {
    with_asking(|asking| {
        for nonce in [
            Json::Null,
            json!("x"),
            json!("AAAAAAAAAAAAAAAAAAAAAA"),
            json!(""),
        ] {
            asking.refused(&asking.proof(&[("nonce", nonce)]), "use_dpop_nonce");
        }
        // What is wrong besides is said first.
        let wrong = asking.proof(&[("nonce", Json::Null), ("htm", json!("GET"))]);
        asking.refused(&wrong, "invalid_dpop_proof");
    });
}

/// RFC 9449 §5.2.
#[test]
fn err_no_proof_where_the_client_has_registered_that_it_sends_one() {
    let world = World::new();
    let client = world.client(&with(machine(), "dpop_bound_access_tokens", json!(true)));
    let answer = world.token_as(&client, &[GRANT]);
    world.refused(answer, 400, "invalid_dpop_proof");
    Bound::new(&world, &client, Key::new(5));
}

/// Where it can't be written down that a proof was used, it is no good: attack case 23.
#[test]
fn err_while_the_store_takes_no_writes() {
    let world = World::own(&[]);
    let (client, key) = (world.machine(), Key::new(5));
    let asking = Asking {
        nonce: nonce(&world, &client, &key),
        world: &world,
        client: &client,
        key,
    };
    // The first key is there, so that a token without a proof writes nothing.
    world.access_token(&client, &[]);
    let connection = world.connection();
    let run = |statement: &str| {
        let done = connection.run(statement, Vec::new());
        drop(block_on(done).unwrap());
    };
    run("BEGIN IMMEDIATE");
    let proof = asking.proof(&[]);
    let answer = world.refused(asking.send(&[&proof]), 503, "temporarily_unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    // And what needs no write goes on.
    world.access_token(&client, &[]);
    run("ROLLBACK");
    issued(&asking.send(&[&proof]));
}
