//! Attack case 14, at every endpoint that clients authenticate at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rollcall_suite::Answer;
use serde_json::{Value as Json, json};

use crate::world::{FORM, Machine, World, basic, issued, machine, with};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// The endpoints, and what is right to send there but for who sends it.
const ENDPOINTS: [(&str, (&str, &str)); 3] = [
    ("/oauth/token", GRANT),
    ("/oauth/introspect", ("token", "x")),
    ("/oauth/revoke", ("token", "x")),
];

/// Sends this header to each endpoint.
#[track_caller]
fn everywhere(world: &World, authorization: &str, status: u16, code: &str) -> Vec<Answer> {
    let send = |(path, parameter)| {
        let answer = world.post(path, &[("authorization", authorization)], &[parameter]);
        world.refused(answer, status, code)
    };
    ENDPOINTS.into_iter().map(send).collect()
}

#[test]
fn ok_a_secret_in_the_header_percent_encoded_and_the_scheme_in_any_case() {
    let world = World::new();
    let client = world.machine();
    // RFC 6749 §2.3.1
    let every_byte = |text: &str| -> String { text.bytes().map(|b| format!("%{b:02x}")).collect() };
    let encoded = basic(&every_byte(&client.id), &every_byte(&client.secret));
    for authorization in [
        client.basic(),
        encoded,
        client.basic().replacen("Basic", "bAsIC", 1),
    ] {
        for (path, parameter) in ENDPOINTS {
            let headers = [("authorization", &*authorization)];
            world.post(path, &headers, &[parameter]).expect(200);
        }
    }
}

#[test]
fn ok_a_secret_in_the_form_for_who_has_registered_that() {
    let world = World::new();
    let method = json!("client_secret_post");
    let client = world.client(&with(machine(), "token_endpoint_auth_method", method));
    for (path, parameter) in ENDPOINTS {
        let form = [
            parameter,
            ("client_id", &*client.id),
            ("client_secret", &*client.secret),
        ];
        world.post(path, &[], &form).expect(200);
    }
    everywhere(&world, &client.basic(), 401, "invalid_client");
}

#[test]
fn err_another_method_than_the_one_that_is_registered() {
    let world = World::new();
    let client = world.machine();
    let in_form = [
        ("client_id", &*client.id),
        ("client_secret", &*client.secret),
    ];
    for (path, parameter) in ENDPOINTS {
        for form in [
            vec![parameter, in_form[0], in_form[1]],
            vec![parameter, in_form[0]],
        ] {
            let answer = world.post(path, &[], &form);
            world.refused(answer, 401, "invalid_client");
        }
    }
}

#[test]
fn err_a_wrong_secret_an_unknown_client_and_what_is_malformed() {
    let world = World::new();
    let (client, elsewhere) = (world.machine(), World::new().machine());
    let other = world.machine();
    let wrong = &client.secret[..client.secret.len() - 1];
    let raw = |bytes: &[u8]| format!("Basic {}", STANDARD.encode(bytes));
    for authorization in [
        basic(&client.id, wrong),
        basic(&client.id, ""),
        basic(&client.id, &other.secret),
        basic(&client.id, &client.secret.to_uppercase()),
        basic(&client.id.to_uppercase(), &client.secret),
        basic("nobody", &client.secret),
        basic("", &client.secret),
        basic("' OR 1=1 --", "x"),
        basic(&"c".repeat(300), "x"),
        elsewhere.basic(),
        basic(&format!("{}%", client.id), &client.secret),
        basic(&format!("{}%ff", client.id), &client.secret),
        raw(client.id.as_bytes()),
        raw(b"\xff\xfe:\xff"),
        raw(b""),
        "Basic".to_owned(),
        "Basic !".to_owned(),
        format!("Basic {}:{}", client.id, client.secret),
        format!("Bearer {}", client.secret),
        format!("Digest username={}", client.id),
    ] {
        everywhere(&world, &authorization, 401, "invalid_client");
    }
    for (path, parameter) in ENDPOINTS {
        let answer = world.post(path, &[], &[parameter]);
        world.refused(answer, 401, "invalid_client");
    }
}

/// 401, and not 500.
#[test]
fn err_credentials_that_are_no_text() {
    let world = World::new();
    let base64 = STANDARD.encode(b"\xff\xfe:\xff");
    let values = [
        b"\xff\xfe".to_vec(),
        b"Basic \xff\xfe".to_vec(),
        format!("Basic {base64}").into_bytes(),
        b"Basic ".repeat(1000),
    ];
    for (path, (name, value)) in ENDPOINTS {
        let body = format!("{name}={value}");
        let length = body.len().to_string();
        for authorization in &values {
            let headers: [(&str, &[u8]); 3] = [
                ("Content-Type", FORM.1.as_bytes()),
                ("Content-Length", length.as_bytes()),
                ("Authorization", authorization),
            ];
            let path = path.as_bytes();
            let answer = world.server.raw("POST", path, &headers, body.as_bytes());
            world.refused(answer, 401, "invalid_client");
        }
    }
}

/// Whether there is such a client is not said to who has no secret of it.
#[test]
fn the_answer_is_the_same_for_a_wrong_secret_and_an_unknown_client() {
    let world = World::new();
    let client = world.machine();
    let disabled = world.machine();
    let switch = format!("{}/disable", disabled.path());
    world.admin.post(&switch, &json!({})).expect(200);
    let told = |authorization: &str| -> Vec<Json> {
        let answers = everywhere(&world, authorization, 401, "invalid_client");
        answers.iter().map(Answer::json).collect()
    };
    let nobody = told(&basic("nobody", "wrong"));
    assert_eq!(told(&basic(&client.id, "wrong")), nobody);
    assert_eq!(told(&basic(&disabled.id, "wrong")), nobody);
}

#[test]
fn err_two_methods_at_once() {
    let world = World::new();
    let client = world.machine();
    let authorization = client.basic();
    let header = ("authorization", &*authorization);
    let (id, secret) = (&*client.id, &*client.secret);
    for (path, parameter) in ENDPOINTS {
        for (headers, form) in [
            (vec![header], vec![("client_secret", secret)]),
            (
                vec![header],
                vec![("client_id", id), ("client_secret", secret)],
            ),
            (vec![header], vec![("client_assertion", "x")]),
            (vec![header], vec![("client_id", "another")]),
            (
                vec![],
                vec![
                    ("client_id", id),
                    ("client_secret", secret),
                    ("client_assertion", "x"),
                ],
            ),
            (vec![header, header], vec![]),
        ] {
            let form = [&[parameter], &form[..]].concat();
            let answer = world.post(path, &headers, &form);
            world.refused(answer, 400, "invalid_request");
        }
        // To say who one is as well is no second method.
        let form = [parameter, ("client_id", id)];
        world.post(path, &[header], &form).expect(200);
    }
}

#[test]
fn two_secrets_are_valid_at_a_time_and_one_that_is_deleted_is_not() {
    let world = World::new();
    let client = world.machine();
    let secrets = format!("{}/secrets", client.path());
    let first = world.admin.get(&secrets).expect(200).json();
    let first = first["secrets"][0]["id"].as_str().unwrap().to_owned();
    let added = world.admin.post(&secrets, &json!({})).expect(201).json();
    let second = Machine {
        secret: added["client_secret"].as_str().unwrap().to_owned(),
        ..client.clone()
    };
    for client in [&client, &second] {
        issued(&world.token_as(client, &[GRANT]));
    }
    world.admin.post(&secrets, &json!({})).expect(409);
    world
        .admin
        .delete(&format!("{secrets}/{first}"))
        .expect(204);
    everywhere(&world, &client.basic(), 401, "invalid_client");
    issued(&world.token_as(&second, &[GRANT]));
}

#[test]
fn err_a_disabled_client_and_a_suspended_tenant() {
    let world = World::new();
    let client = world.machine();
    let post = |path: &str| drop(world.admin.post(path, &json!({})).expect(200));
    for (end, again) in [
        (
            format!("{}/disable", client.path()),
            format!("{}/enable", client.path()),
        ),
        ("/suspend".to_owned(), "/resume".to_owned()),
    ] {
        issued(&world.token_as(&client, &[GRANT]));
        post(&end);
        everywhere(&world, &client.basic(), 401, "invalid_client");
        post(&again);
    }
    issued(&world.token_as(&client, &[GRANT]));
    world.admin.delete(&client.path()).expect(204);
    everywhere(&world, &client.basic(), 401, "invalid_client");
}

#[test]
fn a_public_client_gets_nothing_that_needs_proof() {
    let world = World::new();
    let client = world.public();
    assert_eq!(client.secret, "");
    let name = ("client_id", &*client.id);
    let answer = world.token(&[], &[GRANT, name]);
    world.refused(answer, 400, "unauthorized_client");
    // Attack case 24.
    let answer = world.introspect(&[], &[("token", "x"), name]);
    world.refused(answer, 401, "invalid_client");
    // It may give back what it was given.
    world.revoke(&[], &[("token", "x"), name]).expect(200);
    // A secret that nobody has given it is none.
    let answer = world.token(&[], &[GRANT, name, ("client_secret", "x")]);
    world.refused(answer, 401, "invalid_client");
    let refused = json!({
        "grant_types": ["client_credentials"], "token_endpoint_auth_method": "none",
    });
    world.admin.post("/clients", &refused).expect(400);
}
