//! Token exchange (RFC 8693): narrowing, and acting for someone.

use rollcall_store::auth::TokenFormat;
use serde_json::{Value as Json, json};

use crate::world::{Answer, World, basic_of, machine, with};

const TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
const GRANT: (&str, &str) = (
    "grant_type",
    "urn:ietf:params:oauth:grant-type:token-exchange",
);

/// Exchanges a token.
pub fn narrow(world: &World, client: &str, token: &str, more: &[(&str, &str)]) -> Answer {
    let form = [
        &[
            GRANT,
            ("subject_token", token),
            ("subject_token_type", TYPE),
        ],
        more,
    ]
    .concat();
    world.token_as(client, &form)
}

/// A service that is itself `https://api.example/`, and calls another one.
fn service() -> Json {
    let service = with(
        machine(),
        "protected_resources",
        json!(["https://api.example/"]),
    );
    with(service, "resources", json!(["https://backend.example/"]))
}

/// A token for `https://api.example/` that a person stands behind.
fn token_of_person(world: &World, person: &str) -> String {
    numbered_token(world, 1, person)
}

/// One of several.
fn numbered_token(world: &World, number: u8, person: &str) -> String {
    let refresh = crate::refresh::numbered_grant(world, number, "app", Some(person), None);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*refresh),
    ];
    let answer = world.token_as("app", &form);
    answer.json["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn ok_less_scope_and_less_audience_never_longer() {
    for format in [TokenFormat::Jwt, TokenFormat::Opaque] {
        let world = World::new();
        world.client_of("c", &machine(), format);
        let wide = [
            ("resource", "https://api.example/"),
            ("resource", "https://id.example"),
        ];
        let token = world.access_token("c", &wide);
        world.pass(100);
        let less = [("scope", "scim:read"), ("resource", "https://api.example/")];
        let answer = narrow(&world, "c", &token, &less);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.is_not_kept();
        assert_eq!(answer.json["scope"], "scim:read");
        assert_eq!(answer.json["issued_token_type"], TYPE);
        assert_eq!(answer.json["expires_in"], 500);
        let narrowed = answer.json["access_token"].as_str().unwrap();
        // And no way back.
        let back = narrow(&world, "c", narrowed, &[("scope", "scim:write")]);
        back.refused(400, "invalid_scope");
        let back = narrow(&world, "c", narrowed, &[("resource", "https://id.example")]);
        back.refused(400, "invalid_target");
    }
}

#[test]
fn a_request_that_names_no_resource_keeps_the_audience() {
    let world = World::new();
    world.machine("c");
    let token = world.access_token("c", &[("resource", "https://api.example/")]);
    let answer = narrow(&world, "c", &token, &[]);
    assert_eq!(answer.claims()["aud"], "https://api.example/");
    // Acting for someone else, it is for the issuer.
    world.client("api", &service());
    world.machine("app");
    let person = world.person("ada");
    let token = token_of_person(&world, &person);
    let answer = narrow(&world, "api", &token, &[]);
    assert_eq!(answer.claims()["aud"], "https://id.example");
}

#[test]
fn ok_a_service_acts_for_the_person_and_says_so() {
    let world = World::new();
    world.machine("app");
    world.client("api", &service());
    let person = world.person("ada");
    let token = token_of_person(&world, &person);
    let backend = [("resource", "https://backend.example/")];
    let answer = narrow(&world, "api", &token, &backend);
    let claims = answer.claims();
    assert_eq!(claims["sub"], person);
    assert_eq!(claims["client_id"], "api");
    assert_eq!(claims["act"], json!({"sub": "api"}));
    assert_eq!(claims["aud"], "https://backend.example/");
    // Never more than both may.
    assert_eq!(claims["scope"], "scim:read");

    // The token of who acts, too: its subject is the actor.
    let own = world.access_token("api", &[]);
    let acting = [
        ("actor_token", &*own),
        ("actor_token_type", TYPE),
        backend[0],
    ];
    let answer = narrow(&world, "api", &token, &acting);
    assert_eq!(answer.claims()["act"], json!({"sub": "api"}));

    world.deactivate(&person);
    narrow(&world, "api", &token, &backend).refused(400, "invalid_request");
    let delegated = answer.json["access_token"].as_str().unwrap();
    narrow(&world, "api", delegated, &backend).refused(400, "invalid_request");
}

#[test]
fn what_was_exchanged_ends_with_all_that_it_was_made_from() {
    for way in WAYS {
        for (of_source, format) in [
            (TokenFormat::Jwt, TokenFormat::Jwt),
            (TokenFormat::Jwt, TokenFormat::Opaque),
            (TokenFormat::Opaque, TokenFormat::Jwt),
            (TokenFormat::Opaque, TokenFormat::Opaque),
        ] {
            let world = World::new();
            world.machine("rs");
            world.client_of("app", &machine(), of_source);
            world.client_of("api", &service(), format);
            let people = ["ada", "bob"].map(|name| world.person(name));
            let tokens = [1, 2].map(|number| {
                let person = &people[usize::from(number) - 1];
                numbered_token(&world, number, person)
            });
            let acting = [
                ("actor_token", &*tokens[1]),
                ("actor_token_type", TYPE),
                ("resource", "https://backend.example/"),
            ];
            let answer = narrow(&world, "api", &tokens[0], &acting);
            let exchanged = answer.json["access_token"].as_str().unwrap();
            // And one that is exchanged once more.
            let again = narrow(&world, "api", exchanged, &[]);
            let again = again.json["access_token"].as_str().unwrap();
            assert!(world.is_active(exchanged) && world.is_active(again));
            end(&world, way, &people, &tokens);
            assert!(!world.is_active(exchanged), "{way:?}, {format:?}");
            assert!(!world.is_active(again), "{way:?}, {format:?}");
        }
    }
}

/// How a token ends that was made from two others.
#[derive(Clone, Copy, Debug)]
enum Way {
    SubjectDeactivated,
    ActorDeactivated,
    SubjectTokenRevoked,
    ActorTokenRevoked,
    TheirClientDisabled,
    ItsClientDisabled,
}

const WAYS: [Way; 6] = [
    Way::SubjectDeactivated,
    Way::ActorDeactivated,
    Way::SubjectTokenRevoked,
    Way::ActorTokenRevoked,
    Way::TheirClientDisabled,
    Way::ItsClientDisabled,
];

fn end(world: &World, way: Way, people: &[String; 2], tokens: &[String; 2]) {
    match way {
        Way::SubjectDeactivated => world.deactivate(&people[0]),
        Way::ActorDeactivated => world.deactivate(&people[1]),
        Way::SubjectTokenRevoked => revoke(world, &tokens[0]),
        Way::ActorTokenRevoked => revoke(world, &tokens[1]),
        Way::TheirClientDisabled => set_disabled(world, "app"),
        Way::ItsClientDisabled => set_disabled(world, "api"),
    }
}

fn revoke(world: &World, token: &str) {
    let headers = [("authorization", &*basic_of("app"))];
    let answer = crate::calls::revoke(&world.ctx, &headers, &[("token", token)]);
    assert_eq!(answer.status, 200);
}

fn set_disabled(world: &World, client: &str) {
    let (store, now) = (&world.store, world.now());
    pollster::block_on(store.set_client_disabled(&world.tenant, client, true, now)).unwrap();
}

#[test]
fn err_a_token_that_is_exchanged_again_and_again() {
    let world = World::new();
    world.machine("c");
    let mut token = world.access_token("c", &[]);
    for _ in 0..rollcall_oauth::token::MAX_LINKS {
        let answer = narrow(&world, "c", &token, &[]);
        token = answer.json["access_token"].as_str().unwrap().to_owned();
    }
    narrow(&world, "c", &token, &[]).refused(400, "invalid_request");
}

#[test]
fn err_a_token_that_is_not_for_the_client() {
    let world = World::new();
    world.machine("app");
    world.client("api", &service());
    world.machine("stranger");
    let person = world.person("ada");
    let token = token_of_person(&world, &person);
    narrow(&world, "stranger", &token, &[]).refused(400, "invalid_request");
    // Another client's own rights are not for the taking.
    let own = world.access_token("app", &[("resource", "https://api.example/")]);
    narrow(&world, "api", &own, &[]).refused(400, "invalid_request");
}

#[test]
fn err_requests_that_do_not_fit() {
    let world = World::new();
    world.machine("c");
    let token = world.access_token("c", &[]);
    let ask = |form: &[(&str, &str)]| world.token_as("c", &[&[GRANT], form].concat());
    let subject = [
        ("subject_token", &*token),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:id_token",
        ),
    ];
    ask(&subject).refused(400, "invalid_request");
    ask(&subject[..1]).refused(400, "invalid_request");
    narrow(&world, "c", &token, &[("actor_token", &token)]).refused(400, "invalid_request");
    narrow(&world, "c", &token, &[("actor_token_type", TYPE)]).refused(400, "invalid_request");
    let kind = [(
        "requested_token_type",
        "urn:ietf:params:oauth:token-type:refresh_token",
    )];
    narrow(&world, "c", &token, &kind).refused(400, "invalid_request");
    narrow(&world, "c", &token, &[("audience", "x")]).refused(400, "invalid_target");
    let unknown =
        rollcall_oauth::token::mint(rollcall_oauth::token::OpaqueKind::AccessToken, &[1; 32]);
    for token in ["x", "a.b.c", &*unknown] {
        narrow(&world, "c", token, &[]).refused(400, "invalid_request");
    }
    world.client(
        "d",
        &with(machine(), "grant_types", json!(["client_credentials"])),
    );
    let own = world.access_token("d", &[]);
    narrow(&world, "d", &own, &[]).refused(400, "unauthorized_client");
    // Whatever else is wrong with it.
    world
        .token_as("d", &[GRANT])
        .refused(400, "unauthorized_client");
}
