//! `private_key_jwt`: attack case 15, and 22 for the clocks of clients.

use rollcall_suite::Answer;
use serde_json::{Value as Json, json};

use crate::signer::{Key, random, with_hmac, with_signature};
use crate::world::{Machine, World, at_once, count, issued, machine, now_secs, with};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const TYPE: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);

struct Signing {
    world: World,
    key: Key,
    client: Machine,
}

impl Signing {
    fn new() -> Self {
        let (world, key) = (World::new(), Key::new(3));
        let client = world.client(&metadata(&key));
        Self { world, key, client }
    }

    fn claims(&self) -> Json {
        let id = &self.client.id;
        json!({
            "iss": id, "sub": id, "aud": self.world.issuer, "exp": now_secs() + 60, "jti": random(),
        })
    }

    fn sign(&self, claims: &Json) -> String {
        self.key.sign(&json!({"alg": "EdDSA"}), claims)
    }

    fn send(&self, assertion: &str) -> Answer {
        let form = [GRANT, TYPE, ("client_assertion", assertion)];
        self.world.token(&[], &form)
    }

    #[track_caller]
    fn refused(&self, assertion: &str) {
        let answer = self.send(assertion);
        self.world.refused(answer, 401, "invalid_client");
    }
}

fn metadata(key: &Key) -> Json {
    let method = json!("private_key_jwt");
    let metadata = with(machine(), "token_endpoint_auth_method", method);
    with(metadata, "jwks", key.jwks())
}

#[test]
fn ok_for_the_issuer_or_the_endpoint_at_each_of_them() {
    let signing = Signing::new();
    let Signing { world, client, .. } = &signing;
    issued(&signing.send(&signing.sign(&signing.claims())));
    for (path, parameter) in [
        ("/oauth/token", GRANT),
        ("/oauth/introspect", ("token", "x")),
        ("/oauth/revoke", ("token", "x")),
    ] {
        let endpoint = format!("{}{path}", world.issuer);
        for aud in [
            json!(world.issuer),
            json!(endpoint),
            json!([world.issuer, endpoint]),
        ] {
            let assertion = signing.sign(&with(signing.claims(), "aud", aud));
            let form = [
                parameter,
                TYPE,
                ("client_assertion", &*assertion),
                ("client_id", &client.id),
            ];
            world.post(path, &[], &form).expect(200);
        }
    }
}

#[test]
fn err_a_replay_and_of_many_at_once_one_is_the_first() {
    let signing = Signing::new();
    let assertion = signing.sign(&signing.claims());
    let answers = at_once(8, |_| signing.send(&assertion));
    assert_eq!(count(&answers, 200), 1, "{answers:?}");
    assert_eq!(count(&answers, 401), 7, "{answers:?}");
    signing.refused(&assertion);
    // Elsewhere, too.
    let form = [("token", "x"), TYPE, ("client_assertion", &*assertion)];
    let answer = signing.world.introspect(&[], &form);
    signing.world.refused(answer, 401, "invalid_client");
}

#[test]
fn err_algorithms_that_prove_nothing() {
    let signing = Signing::new();
    let claims = signing.claims();
    let public = signing.key.jwk();
    let x = public["x"].as_str().unwrap();
    for alg in ["none", "None", "", "HS256", "HS512"] {
        let header = json!({"alg": alg});
        signing.refused(&with_signature(&header, &claims, b""));
        signing.refused(&signing.key.sign(&header, &claims));
        for secret in [
            x.as_bytes(),
            public.to_string().as_bytes(),
            signing.key.jwks().to_string().as_bytes(),
        ] {
            signing.refused(&with_hmac(&header, &claims, secret));
        }
    }
    // Of them none has used the `jti` up.
    issued(&signing.send(&signing.sign(&claims)));
}

#[test]
fn err_keys_that_are_not_the_clients() {
    let signing = Signing::new();
    let (stranger, claims) = (Key::new(4), signing.claims());
    let header = json!({"alg": "EdDSA"});
    for header in [
        header.clone(),
        with(header.clone(), "jwk", stranger.jwk()),
        with(header.clone(), "jku", json!("https://evil.example/jwks")),
        with(header.clone(), "x5u", json!("https://evil.example/x")),
        with(header.clone(), "kid", json!("../../dev/null")),
        with(header.clone(), "crit", json!(["exp"])),
    ] {
        signing.refused(&stranger.sign(&header, &claims));
    }
    signing.refused(
        &signing
            .key
            .sign(&with(header, "crit", json!(["exp"])), &claims),
    );
    let good = signing.sign(&claims);
    let (input, _) = good.rsplit_once('.').unwrap();
    for broken in [
        format!("{input}."),
        input.to_owned(),
        format!("{good}."),
        "x".to_owned(),
        "a.b.c".to_owned(),
    ] {
        signing.refused(&broken);
    }
    issued(&signing.send(&good));
    // Another client's key proves the other client alone.
    let other = Key::new(5);
    let impostor = signing.world.client(&metadata(&other));
    signing.refused(&other.sign(&json!({"alg": "EdDSA"}), &signing.claims()));
    let mixed = with(signing.claims(), "iss", json!(impostor.id));
    signing.refused(&other.sign(&json!({"alg": "EdDSA"}), &mixed));
}

#[test]
fn err_claims_that_do_not_fit() {
    let signing = Signing::new();
    let now = now_secs();
    let elsewhere = World::new();
    for (claim, values) in [
        ("iss", vec![json!("d"), Json::Null]),
        ("sub", vec![json!("d"), Json::Null]),
        (
            "aud",
            vec![
                json!("https://other.example"),
                json!([signing.world.issuer, "https://other.example"]),
                json!([]),
                json!(elsewhere.issuer),
                json!(signing.world.service.base_url),
                Json::Null,
            ],
        ),
        (
            "exp",
            vec![
                json!(now - 1),
                json!(now + 7200),
                json!(i64::MAX),
                json!(i64::MIN),
                json!(1e300),
                json!("2090"),
                Json::Null,
            ],
        ),
        ("jti", vec![json!(""), json!(1), Json::Null]),
        // Attack case 22.
        ("iat", vec![json!(now + 60), json!(i64::MAX), json!("now")]),
        ("nbf", vec![json!(now + 60), json!(i64::MAX), json!("now")]),
    ] {
        for value in values {
            signing.refused(&signing.sign(&with(signing.claims(), claim, value)));
        }
    }
}

/// Attack case 22.
#[test]
fn ok_a_clock_that_is_ten_seconds_ahead() {
    let signing = Signing::new();
    for claim in ["iat", "nbf"] {
        let claims = with(signing.claims(), claim, json!(now_secs() + 10));
        issued(&signing.send(&signing.sign(&claims)));
    }
}

#[test]
fn err_without_its_type_or_with_another() {
    let signing = Signing::new();
    let assertion = signing.sign(&signing.claims());
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    for form in [
        vec![GRANT, ("client_assertion", &*assertion)],
        vec![GRANT, TYPE],
        vec![
            GRANT,
            ("client_assertion_type", saml),
            ("client_assertion", &*assertion),
        ],
    ] {
        let answer = signing.world.token(&[], &form);
        signing.world.refused(answer, 401, "invalid_client");
    }
}
