//! Introspection (RFC 7662), and its answer as a signed JWT (RFC 9701): attack case 24.

use rollcall_suite::Answer;
use serde_json::{Value as Json, json};

use crate::refresh::{grant, refreshing};
use crate::signer::{Key, verifies};
use crate::world::{API, Machine, UNKNOWN, World, basic, claims, not_kept, now_secs, part};

const JWT_TYPE: &str = "application/token-introspection+jwt";

fn signed(world: &World, client: &Machine, accept: &str, token: &str) -> Answer {
    let headers = [("authorization", &*client.basic()), ("accept", accept)];
    world.introspect(&headers, &[("token", token)])
}

#[test]
fn ok_what_is_known_of_a_token_of_either_kind() {
    let world = World::new();
    let (jwt_client, opaque_client, rs) = (world.machine(), world.opaque(), world.machine());
    for client in [&jwt_client, &opaque_client] {
        let token = world.access_token(client, &[("scope", "scim:read"), ("resource", API)]);
        let mut known = world.known_to(&rs, &token);
        let members = known.as_object_mut().unwrap();
        let mut time = |name: &str| members.remove(name).unwrap().as_i64().unwrap();
        let (iat, exp) = (time("iat"), time("exp"));
        assert_eq!(exp - iat, 600);
        assert!((now_secs() - iat).abs() <= 5);
        assert!(members.remove("jti").unwrap().is_string());
        // Nothing private is said.
        assert_eq!(
            known,
            json!({
                "active": true, "scope": "scim:read", "client_id": client.id, "sub": client.id,
                "token_type": "Bearer", "iss": world.issuer, "aud": API,
            })
        );
        // The hint may be wrong.
        for hint in ["refresh_token", "access_token", "pigeon"] {
            let headers = [("authorization", &*rs.basic())];
            let form = [("token", &*token), ("token_type_hint", hint)];
            let answer = world.introspect(&headers, &form).expect(200);
            assert_eq!(answer.json()["active"], true, "{hint}");
        }
    }
}

#[test]
fn err_who_does_not_prove_who_it_is() {
    let world = World::new();
    let (client, public) = (world.machine(), world.public());
    let token = world.access_token(&client, &[]);
    let ask = |authorization: Option<&str>, more: &[(&str, &str)]| {
        let headers: Vec<_> = authorization
            .map(|value| ("authorization", value))
            .into_iter()
            .collect();
        let form = [&[("token", &*token)], more].concat();
        world.introspect(&headers, &form)
    };
    let wrong = basic(&client.id, "wrong");
    let nobody = basic("nobody", "x");
    // The token itself, and one for the SCIM service, open nothing here.
    let bearer = format!("Bearer {token}");
    let provisioning = format!("Bearer {}", world.scim.token.as_deref().unwrap());
    for answer in [
        ask(None, &[]),
        ask(Some(&wrong), &[]),
        ask(Some(&nobody), &[]),
        ask(Some(&bearer), &[]),
        ask(Some(&provisioning), &[]),
        ask(None, &[("client_id", &client.id)]),
        ask(None, &[("client_id", &public.id)]),
    ] {
        let answer = world.refused(answer, 401, "invalid_client");
        assert!(!answer.text.contains("active"));
    }
    // Another tenant's client is nobody here.
    let other = World::new();
    let foreign = other.machine();
    let answer = ask(Some(&foreign.basic()), &[]);
    world.refused(answer, 401, "invalid_client");
    let headers = [("authorization", &*client.basic())];
    for form in [&[][..], &[("token", "")], &[("token", "x"), ("token", "y")]] {
        let answer = world.introspect(&headers, form);
        world.refused(answer, 400, "invalid_request");
    }
}

/// Byte for byte.
#[test]
fn of_what_is_not_active_nothing_is_said() {
    let world = World::new();
    let (client, rs) = (world.machine(), world.machine());
    let revoked = world.access_token(&client, &[]);
    world.give_back(&client, &revoked, &[]);
    let opaque = world.opaque();
    let revoked_opaque = world.access_token(&opaque, &[]);
    world.give_back(&opaque, &revoked_opaque, &[]);
    let other = World::new();
    let foreign = other.access_token(&other.machine(), &[]);
    let foreign_opaque = other.access_token(&other.opaque(), &[]);
    let live = world.access_token(&client, &[]);
    let forged = Key::new(9).sign(&part(&live, 0), &claims(&live));
    let provisioning = world.scim.token.clone().unwrap();
    for token in [
        "x",
        "a.b.c",
        "' OR 1=1 --",
        "\u{0}",
        &*"x".repeat(20_000),
        UNKNOWN[0],
        UNKNOWN[1],
        UNKNOWN[2],
        &client.secret,
        &provisioning,
        &revoked,
        &revoked_opaque,
        &foreign,
        &foreign_opaque,
        &forged,
    ] {
        let headers = [("authorization", &*rs.basic())];
        let answer = world.introspect(&headers, &[("token", token)]).expect(200);
        assert_eq!(answer.text, r#"{"active":false}"#, "{token}");
        not_kept(&answer);
        let jwt = signed(&world, &rs, JWT_TYPE, token).expect(200).text;
        assert_eq!(
            claims(&jwt)["token_introspection"],
            json!({"active": false})
        );
    }
    assert!(world.is_active(&rs, &live));
}

/// Of the expired ones only the clock knows, so they were signed with the tenant's own key, or aged in the store.
#[test]
fn an_expired_token_is_not_active() {
    let world = World::own(&[]);
    let (client, opaque) = (world.machine(), world.opaque());
    let good = claims(&world.access_token(&client, &[]));
    let key = world.own_key();
    let expiring = |secs: i64| {
        let mut claims = good.clone();
        claims["exp"] = json!(now_secs() + secs);
        key.encode("at+jwt", &claims).unwrap()
    };
    assert!(world.is_active(&client, &expiring(60)));
    assert!(!world.is_active(&client, &expiring(0)));
    assert!(!world.is_active(&client, &expiring(-600)));
    world.users(&expiring(60)).expect(200);
    world.users(&expiring(0)).expect(401);
    let token = world.access_token(&opaque, &[]);
    assert!(world.is_active(&client, &token));
    world.users(&token).expect(200);
    world.sql(&format!(
        "UPDATE access_token SET expires = {}000000 WHERE tenant = (SELECT id FROM tenant WHERE name = ?1)",
        now_secs()
    ));
    assert!(!world.is_active(&client, &token));
    world.users(&token).expect(401);
}

/// Nobody but its client should ever see a refresh token.
#[test]
fn a_refresh_token_is_known_to_its_client_alone() {
    let world = World::own(&[]);
    let (client, rs) = (refreshing(&world), world.machine());
    let token = grant(&world, &client, None, None);
    let known = world.known_to(&client, &token);
    assert_eq!(known["active"], true);
    assert_eq!(known["client_id"], client.id);
    assert_eq!(known.get("token_type"), None);
    assert!(!world.is_active(&rs, &token));
    // As an access token it is none.
    world.users(&token).expect(401);
}

/// RFC 9701 §5.
#[test]
fn ok_an_answer_that_is_signed_for_who_asked() {
    let world = World::new();
    let (client, rs) = (world.machine(), world.machine());
    let token = world.access_token(&client, &[]);
    let jwks = world.server.get("/oauth/jwks").expect(200).json();
    for accept in [
        JWT_TYPE,
        "Application/Token-Introspection+JWT;q=1, application/json;q=0.1",
    ] {
        let answer = signed(&world, &rs, accept, &token).expect(200);
        assert_eq!(answer.header("content-type"), Some(JWT_TYPE));
        not_kept(&answer);
        let jwt = &answer.text;
        assert!(verifies(&jwks, jwt));
        assert_eq!(part(jwt, 0)["typ"], "token-introspection+jwt");
        let said = claims(jwt);
        assert_eq!(said["iss"], world.issuer);
        assert_eq!(said["aud"], rs.id);
        assert!((now_secs() - said["iat"].as_i64().unwrap()).abs() <= 5);
        let names: Vec<_> = said.as_object().unwrap().keys().collect();
        assert_eq!(names, ["aud", "iat", "iss", "token_introspection"]);
        assert_eq!(said["token_introspection"], world.known_to(&rs, &token));
        // It is no access token.
        assert!(!world.is_active(&rs, jwt));
        world.users(jwt).expect(401);
    }
    for accept in ["*/*", "application/json", "application/jwt"] {
        let answer = signed(&world, &rs, accept, &token).expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.json()["active"], Json::Bool(true));
    }
    // A refusal is JSON whatever is accepted.
    let headers = [
        ("authorization", &*basic(&rs.id, "wrong")),
        ("accept", JWT_TYPE),
    ];
    let answer = world.introspect(&headers, &[("token", &token)]);
    world.refused(answer, 401, "invalid_client");
}
