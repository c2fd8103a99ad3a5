//! Tokens of external issuers that a tenant trusts (RFC 8693, RFC 8725): attack cases 19 and 22 for those.

use rollcall_suite::{Answer, Service, encode};
use serde_json::{Value as Json, json};

use crate::publisher::{Publisher, Reply};
use crate::signer::{Key, with_hmac, with_signature};
use crate::world::{EXCHANGE, Machine, World, at_once, claims, count, issued, now_secs, with};

pub const ISSUER: &str = "https://login.example.com";
const AUDIENCE: &str = "api://rollcall";
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// A tenant that trusts an issuer whose keys are on loopback.
pub struct Trusting {
    pub world: World,
    pub key: Key,
    pub publisher: Publisher,
}

impl Trusting {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// The same with more variables of the service.
    pub fn with(more: &[(&str, &str)]) -> Self {
        let key = Key::new(9);
        let publisher = Publisher::start(Reply::keys(&key.jwks()));
        let pattern = publisher.pattern();
        let outbound = [("outbound_hosts", &*pattern), ("outbound_loopback", "true")];
        let world = World::own(&[&outbound, more].concat());
        let trusting = Self {
            world,
            key,
            publisher,
        };
        trusting.trust(&trusting.publisher.url("/keys"));
        trusting
    }

    /// Sets where the issuer's keys are.
    #[track_caller]
    pub fn trust(&self, jwks_uri: &str) {
        let body = json!({
            "jwks_uri": jwks_uri, "audience": AUDIENCE,
            "person": {"claim": "sub", "attribute": "userName"},
        });
        self.world.admin.put(&path(), &body).expect(200);
    }

    /// What the admin API says of the issuer.
    pub fn state(&self) -> Json {
        self.world.admin.get(&path()).expect(200).json()
    }

    pub fn claims(&self, sub: &str) -> Json {
        let now = now_secs();
        json!({"iss": ISSUER, "aud": AUDIENCE, "sub": sub, "iat": now, "exp": now + 3600})
    }

    pub fn sign(&self, claims: &Json) -> String {
        self.key
            .sign(&json!({"alg": "EdDSA", "typ": "JWT"}), claims)
    }

    /// Presents a token of the issuer's.
    pub fn present(&self, client: &Machine, token: &str, more: &[(&str, &str)]) -> Answer {
        let form = [
            &[
                ("grant_type", EXCHANGE),
                ("subject_token", token),
                ("subject_token_type", JWT),
            ],
            more,
        ]
        .concat();
        self.world.token_as(client, &form)
    }

    /// Exchanges a token of the issuer's that is about `sub`.
    pub fn exchange(&self, client: &Machine, sub: &str, more: &[(&str, &str)]) -> Answer {
        self.present(client, &self.sign(&self.claims(sub)), more)
    }
}

fn path() -> String {
    format!("/issuers/{}", encode(ISSUER))
}

#[test]
fn ok_it_becomes_one_of_ours_for_the_same_person() {
    let trusting = Trusting::new();
    let world = &trusting.world;
    let person = world.person("ada");
    for client in [world.machine(), world.opaque()] {
        let token = issued(&trusting.exchange(&client, "ada", &[]));
        let known = world.known_to(&client, &token);
        for (name, value) in [
            ("active", json!(true)),
            ("sub", json!(person)),
            ("username", json!("ada")),
            ("client_id", json!(client.id)),
            ("scope", json!("scim:read scim:write")),
            ("iss", json!(world.issuer)),
            ("aud", json!(world.issuer)),
        ] {
            assert_eq!(known[name], value, "{name}");
        }
        let me = world.scim.with_token(Some(&token)).get("/Me").expect(200);
        assert_eq!(me.id(), person);
    }
    // The keys were fetched once.
    assert_eq!(trusting.publisher.asked(), ["/keys"]);
    // Never longer than the token that it was exchanged for.
    let short = with(trusting.claims("ada"), "exp", json!(now_secs() + 30));
    let client = world.machine();
    let token = issued(&trusting.present(&client, &trusting.sign(&short), &[]));
    assert_eq!(claims(&token)["exp"], short["exp"]);
}

/// Of all instances, at both hosts, one fetches the keys, and the others wait for them.
#[test]
fn of_many_at_once_one_fetches_the_keys() {
    let base = ("base_url", "https://id.example");
    let trusting = Trusting::with(&[base]);
    let Trusting {
        world, publisher, ..
    } = &trusting;
    let pattern = publisher.pattern();
    let variables = [
        base,
        ("outbound_hosts", &*pattern),
        ("outbound_loopback", "true"),
    ];
    let far = Service::in_folder_with(world.folder(), &variables);
    let hosts = [world, &world.beside(far)];
    world.person("ada");
    let client = world.machine();
    let form = |token: &str| {
        let answers = at_once(8, |number| {
            let form = [
                ("grant_type", EXCHANGE),
                ("subject_token", token),
                ("subject_token_type", JWT),
            ];
            hosts[number % 2].token_as(&client, &form)
        });
        assert_eq!(count(&answers, 200), 8, "{answers:?}");
    };
    form(&trusting.sign(&trusting.claims("ada")));
    assert_eq!(publisher.asked(), ["/keys"]);
    form(&trusting.sign(&trusting.claims("ada")));
    assert_eq!(publisher.asked().len(), 1);
}

/// A new key is fetched when a token names it, but not for each token that does.
#[test]
fn an_unknown_key_makes_one_fetch_in_a_while() {
    let trusting = Trusting::new();
    let Trusting {
        world, publisher, ..
    } = &trusting;
    world.person("ada");
    let client = world.machine();
    issued(&trusting.exchange(&client, "ada", &[]));
    let new = Key::new(7);
    let named = |jwk: Json| with(jwk, "kid", json!("new"));
    let header = json!({"alg": "EdDSA", "kid": "new"});
    let token = new.sign(&header, &trusting.claims("ada"));
    publisher.set(Reply::keys(&json!({"keys": [named(new.jwk())]})));
    for _ in 0..3 {
        let answer = trusting.present(&client, &token, &[]);
        world.refused(answer, 400, "invalid_request");
    }
    assert_eq!(publisher.asked().len(), 1, "they were fetched just now");
    world.sql(
        "UPDATE trusted_issuer SET fetched = fetched - 61000000 WHERE tenant = (SELECT id FROM tenant WHERE name = ?1)",
    );
    issued(&trusting.present(&client, &token, &[]));
    assert_eq!(publisher.asked().len(), 2);
    // The old key is not the issuer's any more.
    let answer = trusting.exchange(&client, "ada", &[]);
    world.refused(answer, 400, "invalid_request");
    assert_eq!(publisher.asked().len(), 2);
}

/// Attack cases 19 and 22.
#[test]
fn err_what_is_not_the_issuers_or_not_for_us() {
    let trusting = Trusting::new();
    let world = &trusting.world;
    let client = world.machine();
    world.person("ada");
    let (now, good) = (now_secs(), trusting.claims("ada"));
    let mut bad = Vec::new();
    for (claim, value) in [
        ("iss", json!("https://evil.example.com")),
        ("iss", json!(format!("{ISSUER}/"))),
        ("iss", json!(world.issuer)),
        ("aud", json!("api://other")),
        ("aud", json!([])),
        ("aud", Json::Null),
        ("exp", json!(now - 1)),
        ("exp", json!(i64::MIN)),
        ("exp", json!(1e300)),
        ("exp", json!("2090")),
        ("exp", Json::Null),
        ("iat", json!(now + 60)),
        ("nbf", json!(now + 60)),
        ("sub", json!("eve")),
        ("sub", json!(1)),
        ("sub", Json::Null),
        ("nonce", json!("x")),
        ("at_hash", json!("x")),
    ] {
        bad.push(trusting.sign(&with(good.clone(), claim, value)));
    }
    let header = json!({"alg": "EdDSA", "typ": "JWT"});
    let stranger = Key::new(8);
    for header in [
        header.clone(),
        with(header.clone(), "jwk", stranger.jwk()),
        with(
            header.clone(),
            "jku",
            json!(trusting.publisher.url("/evil")),
        ),
        with(
            header.clone(),
            "x5u",
            json!(trusting.publisher.url("/evil")),
        ),
        with(header.clone(), "kid", json!("../../dev/null")),
        with(header.clone(), "kid", json!("' OR 1=1 --")),
        with(
            header.clone(),
            "kid",
            json!(trusting.publisher.url("/evil")),
        ),
    ] {
        bad.push(stranger.sign(&header, &good));
    }
    for (member, value) in [
        ("typ", json!("id_token")),
        ("typ", json!("dpop+jwt")),
        ("typ", json!("logout+jwt")),
        ("crit", json!(["exp"])),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES256")),
        ("alg", json!("RS256")),
    ] {
        bad.push(
            trusting
                .key
                .sign(&with(header.clone(), member, value), &good),
        );
    }
    let none = with(header.clone(), "alg", json!("none"));
    bad.push(with_signature(&none, &good, b""));
    let hmac = with(header, "alg", json!("HS256"));
    let public = trusting.key.jwk()["x"].as_str().unwrap().to_owned();
    bad.push(with_hmac(&hmac, &good, public.as_bytes()));
    for token in bad {
        let answer = trusting.present(&client, &token, &[]);
        world.refused(answer, 400, "invalid_request");
        // It is nothing but that, elsewhere either.
        world.users(&token).expect(401);
        assert!(!world.is_active(&client, &token));
    }
    let asked = trusting.publisher.asked();
    assert!(asked.iter().all(|path| path == "/keys"), "{asked:?}");
    // Attack case 22: clocks differ by seconds.
    for claim in ["iat", "nbf"] {
        let ahead = with(good.clone(), claim, json!(now_secs() + 10));
        issued(&trusting.present(&client, &trusting.sign(&ahead), &[]));
    }
    // One without an end gets a token with one.
    let endless = with(good.clone(), "exp", json!(i64::MAX));
    let token = issued(&trusting.present(&client, &trusting.sign(&endless), &[]));
    assert!(claims(&token)["exp"].as_i64().unwrap() <= now_secs() + 600);
    // A token of the issuer's itself opens nothing here.
    world.users(&trusting.sign(&good)).expect(401);
}

#[test]
fn err_nobody_who_is_active_and_nobody_who_is_trusted_any_more() {
    let trusting = Trusting::new();
    let world = &trusting.world;
    let client = world.machine();
    let person = world.person("ada");
    issued(&trusting.exchange(&client, "ada", &[]));
    world.deactivate(&person);
    let answer = trusting.exchange(&client, "ada", &[]);
    world.refused(answer, 400, "invalid_request");
    world.person("eve");
    issued(&trusting.exchange(&client, "eve", &[]));
    world.admin.delete(&path()).expect(204);
    let answer = trusting.exchange(&client, "eve", &[]);
    world.refused(answer, 400, "invalid_request");
}
