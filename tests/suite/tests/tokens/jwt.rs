//! Access tokens of ours that are none: attack cases 19 and 22. At the SCIM service they are 401 `invalid_token`, at the
//! introspection endpoint not active, at the revocation endpoint nothing, and in an exchange a bad request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_oauth::jose::SigningKey;
use rollcall_suite::Client;

use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::exchange::exchange;
use crate::resource::refused_at_scim;
use crate::signer::{Key, random, with_hmac, with_signature};
use crate::world::{
    FORM, Machine, World, basic, claims, issued, machine, moved, now_secs, part, with,
};

#[track_caller]
fn is_none(world: &World, client: &Machine, token: &str) {
    let bare = "Bearer realm=\"scim\", error=\"invalid_token\"";
    refused_at_scim(&world.users(token), 401, bare);
    assert!(!world.is_active(client, token), "{token}");
    world.give_back(client, token, &[]);
    let answer = exchange(world, client, token, &[]);
    world.refused(answer, 400, "invalid_request");
}

#[track_caller]
fn is_one(world: &World, client: &Machine, token: &str) {
    world.users(token).expect(200);
    assert!(world.is_active(client, token), "{token}");
    exchange(world, client, token, &[]).expect(200);
}

#[test]
fn err_whatever_a_token_says_of_its_own_verification() {
    err_whatever_a_token_says("EdDSA");
}

#[test]
fn err_whatever_a_token_says_that_is_signed_with_es256() {
    err_whatever_a_token_says("ES256");
}

fn err_whatever_a_token_says(ours: &str) {
    let world = World::new();
    let settings = json!({"signingAlgorithm": ours});
    world.admin.patch("", &settings).expect(200);
    let client = world.machine();
    let good = world.access_token(&client, &[]);
    let (header, said) = (part(&good, 0), claims(&good));
    let (_, signature) = good.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let stranger = Key::new(9);
    let header_with = |member: &str, value: Json| with(header.clone(), member, value);
    let mut bad = Vec::new();
    // No signature, or another.
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        bad.push(with_signature(&header_with("alg", json!(alg)), &said, b""));
        bad.push(with_signature(
            &header_with("alg", json!(alg)),
            &said,
            &signature,
        ));
    }
    bad.push(with_signature(&header, &said, b""));
    bad.push(with_signature(&header, &said, &[0; 64]));
    bad.push(stranger.sign(&header, &said));
    // Changed claims under the old signature.
    for (claim, value) in [
        ("scope", json!("scim:read scim:write admin")),
        ("exp", json!(now_secs() + 999_999)),
        ("sub", json!("someone")),
        ("client_id", json!("someone")),
    ] {
        let changed = with(said.clone(), claim, value);
        bad.push(with_signature(&header, &changed, &signature));
    }
    // Another algorithm, and HMACs under all that is public.
    assert_eq!(header["alg"], ours);
    for alg in [
        "EdDSA", "ES256", "RS256", "HS256", "Ed25519", "PS256", "eddsa",
    ] {
        if alg == ours {
            continue;
        }
        bad.push(with_signature(
            &header_with("alg", json!(alg)),
            &said,
            &signature,
        ));
        bad.push(stranger.sign(&header_with("alg", json!(alg)), &said));
    }
    let jwks = world.server.get("/oauth/jwks").expect(200);
    let jwk = jwks.json()["keys"][0].clone();
    let x = jwk["x"].as_str().unwrap();
    for secret in [
        x.as_bytes(),
        &URL_SAFE_NO_PAD.decode(x).unwrap(),
        jwk.to_string().as_bytes(),
        jwks.text.as_bytes(),
        b"",
    ] {
        bad.push(with_hmac(
            &header_with("alg", json!("HS256")),
            &said,
            secret,
        ));
    }
    // Keys that it names, brings along, or points to.
    for kid in [
        "unknown",
        "",
        "../../../../dev/null",
        "/dev/null",
        "' OR 1=1 --",
        "' UNION SELECT 'x' --",
        "https://evil.example/key",
        "http://127.0.0.1:1/key",
        &"k".repeat(4000),
    ] {
        bad.push(stranger.sign(&header_with("kid", json!(kid)), &said));
    }
    for (member, value) in [
        ("kid", Json::Null),
        ("kid", json!(1)),
        ("kid", json!([jwk["kid"]])),
        ("jwk", stranger.jwk()),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/x")),
        ("x5c", json!(["AAAA"])),
    ] {
        bad.push(stranger.sign(&header_with(member, value), &said));
    }
    let own = with(header_with("jwk", stranger.jwk()), "kid", Json::Null);
    bad.push(stranger.sign(&own, &said));
    for (member, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("typ", json!("JWT")),
        ("typ", Json::Null),
    ] {
        bad.push(with_signature(
            &header_with(member, value),
            &said,
            &signature,
        ));
    }
    // What is no JWT any more.
    bad.extend([
        good.replace('.', ""),
        format!("{good}."),
        format!("{good}.{good}"),
        format!(".{good}"),
        good[..good.len() - 4].to_owned(),
        good.replacen('.', "..", 1),
        good.rsplit_once('.').unwrap().0.to_owned(),
    ]);
    for token in bad {
        is_none(&world, &client, &token);
    }
    is_one(&world, &client, &good);
}

/// What the right key has signed is no access token all the same, if it says something else.
#[test]
fn err_what_our_own_key_signed_and_is_none() {
    let world = World::own(&[]);
    let client = world.machine();
    let good = claims(&world.access_token(&client, &[]));
    let key = world.own_key();
    // To give one back ends all of that name, so each has a name of its own.
    let sign = |typ: &str, claims: &Json| {
        let mut claims = claims.clone();
        if claims["jti"] == good["jti"] {
            claims["jti"] = json!(random());
        }
        key.encode(typ, &claims).unwrap()
    };
    is_one(&world, &client, &sign("at+jwt", &good));
    // An ID token, an answer of the introspection endpoint, a proof.
    for typ in [
        "JWT",
        "id_token",
        "AT+JWT",
        "token-introspection+jwt",
        "dpop+jwt",
        "logout+jwt",
        "",
    ] {
        is_none(&world, &client, &sign(typ, &good));
    }
    let other = World::new();
    for (claim, values) in [
        (
            "iss",
            vec![
                json!("https://evil.example"),
                json!(other.issuer),
                json!(world.service.base_url),
                json!(format!("{}/", world.issuer)),
                json!(world.issuer.to_uppercase()),
                Json::Null,
            ],
        ),
        (
            "epoch",
            vec![json!([]), json!([1]), json!([0, 0, 0]), Json::Null],
        ),
        ("client_id", vec![json!("nobody"), Json::Null]),
        ("jti", vec![json!(1), Json::Null]),
        ("exp", vec![json!("2090"), Json::Null]),
        ("scope", vec![json!(1), json!("a  b")]),
        ("grant", vec![json!("nobody's")]),
    ] {
        for value in values {
            is_none(
                &world,
                &client,
                &sign("at+jwt", &with(good.clone(), claim, value)),
            );
        }
    }
    // For another audience it is live, and of no use at the SCIM service.
    let elsewhere = sign(
        "at+jwt",
        &with(good.clone(), "aud", json!("https://b.example/")),
    );
    let refused = "Bearer realm=\"scim\", error=\"invalid_token\"";
    refused_at_scim(&world.users(&elsewhere), 401, refused);
    assert!(world.is_active(&client, &elsewhere));
    // A person's claim to be one.
    let person = world.person("ada");
    let pretending = with(good.clone(), "sub", json!(person));
    let epoch = good["epoch"][0].clone();
    let pretending = with(pretending, "epoch", json!([epoch, 1]));
    is_none(&world, &client, &sign("at+jwt", &pretending));
    // The same key under another name, and another under its name.
    let fresh = || with(good.clone(), "jti", json!(random()));
    let bytes = key.secret();
    let renamed = SigningKey::from_secret(key.algorithm(), "another", &bytes).unwrap();
    is_none(
        &world,
        &client,
        &renamed.encode("at+jwt", &fresh()).unwrap(),
    );
    let other = SigningKey::from_secret(key.algorithm(), key.kid(), &[8; 32]).unwrap();
    is_none(&world, &client, &other.encode("at+jwt", &fresh()).unwrap());
}

/// Attack case 22.
#[test]
fn times_ten_seconds_ahead_hold_and_a_minute_does_not() {
    let world = World::own(&[]);
    let client = world.machine();
    let good = claims(&world.access_token(&client, &[]));
    let key = world.own_key();
    let at = |claim: &str, secs: i64| {
        let claims = with(good.clone(), claim, json!(now_secs() + secs));
        let claims = with(claims, "jti", json!(random()));
        key.encode("at+jwt", &claims).unwrap()
    };
    for claim in ["iat", "nbf"] {
        is_one(&world, &client, &at(claim, 10));
        is_none(&world, &client, &at(claim, 60));
    }
    is_none(&world, &client, &at("exp", 0));
}

#[test]
fn err_a_token_of_another_tenant() {
    let world = World::new();
    let client = world.machine();
    // Of one service, so that nothing but the tenant differs.
    let tenant = world.service.tenant();
    let base = &world.service.base_url;
    let moved = |client| moved(client, &world.tenant, &tenant);
    let (admin, server) = (moved(&world.admin), moved(&world.server));
    let made = admin.post("/clients", &machine()).expect(201);
    let made = made.json();
    let (id, secret) = (
        made["client_id"].as_str().unwrap(),
        made["client_secret"].as_str().unwrap(),
    );
    let authorization = basic(id, secret);
    let headers = [FORM, ("authorization", &*authorization)];
    let body = Some(&b"grant_type=client_credentials"[..]);
    let foreign = server.send(&Method::POST, "/oauth/token", &headers, body);
    let foreign = issued(&foreign);
    assert_eq!(claims(&foreign)["iss"], format!("{base}/t/{tenant}"));
    is_none(&world, &client, &foreign);
    // And here under the same id, for who has the same name elsewhere.
    let good = world.access_token(&client, &[]);
    let crossed = moved(&world.scim).with_token(Some(&good));
    refused_at_scim(
        &crossed.get("/Users"),
        401,
        "Bearer realm=\"scim\", error=\"invalid_token\"",
    );
    let default = Client::new(format!("{base}/scim/v2"), Some(good.clone()));
    refused_at_scim(
        &default.get("/Users"),
        401,
        "Bearer realm=\"scim\", error=\"invalid_token\"",
    );
    is_one(&world, &client, &good);
}
