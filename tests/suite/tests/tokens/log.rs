//! What the change log tells of tokens, and what it never tells: attack case 27.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use rollcall_suite::Client;
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::trusted::Trusting;
use crate::world::{API, World, at_once, basic, claims, issued, with};

type Entry = (String, String, String, String);

/// Actor, operation, type and id of each.
fn entries(world: &World) -> Vec<Entry> {
    let text = |change: &Json, name: &str| change[name].as_str().unwrap().to_owned();
    let entry = |change: &Json| {
        (
            text(change, "actor"),
            text(change, "operation"),
            text(change, "resourceType"),
            text(change, "id"),
        )
    };
    world.changes().iter().map(entry).collect()
}

fn told(actor: &str, operation: &str, of: &str, id: &str) -> Entry {
    (actor.into(), operation.into(), of.into(), id.into())
}

/// Waits until all of this is in the change log: what would have been a write of its own is written with others, a moment
/// later.
#[track_caller]
fn soon(world: &World, expected: &BTreeSet<Entry>) -> Vec<Entry> {
    for _ in 0..50 {
        let all = entries(world);
        if expected.iter().all(|entry| all.contains(entry)) {
            return all;
        }
        thread::sleep(Duration::from_millis(100));
    }
    let all = entries(world);
    let missing: Vec<_> = expected.iter().filter(|one| !all.contains(one)).collect();
    panic!("five seconds later {missing:?} are not in {all:?}");
}

fn jti(world: &World, client: &crate::world::Machine, token: &str) -> String {
    let known = world.known_to(client, token);
    known["jti"].as_str().unwrap().to_owned()
}

/// Once each.
#[test]
fn every_issuance_is_there() {
    let trusting = Trusting::new();
    let world = &trusting.world;
    world.person("ada");
    let (client, opaque) = (world.machine(), world.opaque());
    let mut expected = BTreeSet::new();
    let mut expect = |client: &crate::world::Machine, token: &str| {
        let id = jti(world, client, token);
        let actor = format!("client:{}", client.id);
        expected.insert(told(&actor, "issue", "AccessToken", &id));
    };
    for client in [&client, &opaque] {
        let tokens = at_once(40, |_| world.access_token(client, &[]));
        for token in &tokens {
            expect(client, token);
        }
        // By exchange, too.
        expect(client, &issued(&trusting.exchange(client, "ada", &[])));
        expect(
            client,
            &issued(&crate::exchange::exchange(world, client, &tokens[0], &[])),
        );
    }
    let all = soon(world, &expected);
    for entry in &expected {
        assert_eq!(all.iter().filter(|one| *one == entry).count(), 1);
    }
    let issuances = all.iter().filter(|one| one.2 == "AccessToken");
    assert_eq!(issuances.count(), expected.len());
}

#[test]
fn every_end_is_there() {
    let world = World::new();
    let (client, opaque) = (world.machine(), world.opaque());
    let person = world.person("ada");
    let mut expected = BTreeSet::new();
    for client in [&client, &opaque] {
        let token = world.access_token(client, &[]);
        let id = jti(&world, client, &token);
        world.give_back(client, &token, &[]);
        let actor = format!("client:{}", client.id);
        expected.insert(told(&actor, "revoke", "AccessToken", &id));
    }
    let post = |path: &str| world.admin.post(path, &json!({}));
    post(&format!("{}/revoke", client.path())).expect(204);
    post(&format!("{}/disable", client.path())).expect(200);
    post(&format!("{}/enable", client.path())).expect(200);
    for operation in ["register", "revoke", "disable", "enable"] {
        expected.insert(told("admin", operation, "Client", &client.id));
    }
    post(&format!("/users/{person}/revoke")).expect(204);
    expected.insert(told("admin", "revoke", "User", &person));
    let secrets = format!("{}/secrets", client.path());
    let added = world.admin.post(&secrets, &json!({})).expect(201).id();
    let one = format!("{secrets}/{added}");
    world.admin.delete(&one).expect(204);
    for operation in ["issue", "revoke"] {
        expected.insert(told("admin", operation, "ClientSecret", &added));
    }
    post("/suspend").expect(200);
    post("/resume").expect(200);
    for operation in ["suspend", "resume"] {
        expected.insert(told("admin", operation, "Tenant", &world.tenant));
    }
    let rotated = post("/keys/rotate").expect(200).json();
    let kids: Vec<_> = rotated["keys"].as_array().unwrap().iter().collect();
    expected.insert(told(
        "service",
        "create",
        "Key",
        kids[0]["kid"].as_str().unwrap(),
    ));
    expected.insert(told(
        "admin",
        "rotate",
        "Key",
        kids[1]["kid"].as_str().unwrap(),
    ));
    soon(&world, &expected);
}

/// With the code of the refusal, and the client's id if there is such a client: a stranger's words are not kept.
#[test]
fn refusals_are_there() {
    let world = World::new();
    let client = world.machine();
    let only = with(
        crate::world::machine(),
        "grant_types",
        json!(["refresh_token"]),
    );
    let only = world.client(&only);
    let grant = ("grant_type", "client_credentials");
    let wrong = basic(&client.id, "wrong");
    let nobody = basic("what-a-stranger-says", "x");
    for authorization in [&wrong, &nobody] {
        let headers = [("authorization", &**authorization)];
        let answers = [
            world.token(&headers, &[grant]),
            world.introspect(&headers, &[("token", "x")]),
            world.revoke(&headers, &[("token", "x")]),
        ];
        for answer in answers {
            world.refused(answer, 401, "invalid_client");
        }
    }
    for (client, parameter, code) in [
        (&client, ("scope", "admin"), "invalid_scope"),
        (
            &client,
            ("resource", "https://b.example/"),
            "invalid_target",
        ),
        (&only, ("scope", "scim:read"), "unauthorized_client"),
    ] {
        let answer = world.token_as(client, &[grant, parameter]);
        world.refused(answer, 400, code);
    }
    let ours = format!("client:{}", client.id);
    let theirs = format!("client:{}", only.id);
    let refused = |actor: &str, code: &str| told(actor, "refuse", "AccessToken", code);
    let expected = BTreeSet::from([
        refused(&ours, "invalid_client"),
        refused("service", "invalid_client"),
        refused(&ours, "invalid_scope"),
        refused(&ours, "invalid_target"),
        refused(&theirs, "unauthorized_client"),
    ]);
    let all = soon(&world, &expected);
    let text = format!("{all:?}");
    assert!(!text.contains("what-a-stranger-says"), "{text}");
}

/// Whoever hammers at the door fills no disk.
#[test]
fn equal_refusals_are_there_a_few_times() {
    let world = World::new();
    let client = world.machine();
    let wrong = basic(&client.id, "wrong");
    at_once(50, |_| {
        let headers = [("authorization", &*wrong)];
        world
            .token(&headers, &[("grant_type", "client_credentials")])
            .status
    });
    let actor = format!("client:{}", client.id);
    let one = told(&actor, "refuse", "AccessToken", "invalid_client");
    soon(&world, &BTreeSet::from([one.clone()]));
    thread::sleep(Duration::from_secs(2));
    let all = entries(&world);
    let times = all.iter().filter(|entry| **entry == one).count();
    assert!((1..=25).contains(&times), "{times}");
}

/// Registrations, and what those who have registered do (RFC 7592).
#[test]
fn registrations_are_there() {
    let world = World::new();
    let body = json!({"name": "test"});
    let initial = world.admin.post("/initial-access-tokens", &body);
    let initial = initial.expect(201).json();
    let id_of = |json: &Json, name: &str| json[name].as_str().unwrap().to_owned();
    let register = world.server.with_token(initial["token"].as_str());
    let headers = [("content-type", "application/json")];
    let body = json!({"grant_types": ["client_credentials"], "scope": "app"});
    let created = register.send_json(&Method::POST, "/oauth/register", &headers, &body);
    let created = created.expect(201).json();
    let id = id_of(&created, "client_id");
    let itself = Client::new(
        id_of(&created, "registration_client_uri"),
        created["registration_access_token"]
            .as_str()
            .map(str::to_owned),
    );
    let again = with(body, "client_id", json!(id));
    itself
        .send_json(&Method::PUT, "", &headers, &again)
        .expect(200);
    itself.delete("").expect(204);
    let by = format!("registration:{}", id_of(&initial, "id"));
    let client = format!("client:{id}");
    let expected = BTreeSet::from([
        told(
            "admin",
            "issue",
            "InitialAccessToken",
            &id_of(&initial, "id"),
        ),
        told(&by, "register", "Client", &id),
        told(&client, "configure", "Client", &id),
        told(&client, "delete", "Client", &id),
    ]);
    soon(&world, &expected);
}

/// Attack case 27: neither in the log, nor anywhere in the store, nor in what the components print.
#[test]
fn no_secret_and_no_token_is_kept_or_printed() {
    let trusting = Trusting::new();
    let world = &trusting.world;
    world.person("ada");
    let (client, opaque) = (world.machine(), world.opaque());
    let external = trusting.sign(&trusting.claims("ada"));
    let bound = crate::dpop::Bound::new(world, &client, crate::signer::Key::new(5));
    let mut secrets = vec![
        client.secret.clone(),
        opaque.secret.clone(),
        world.access_token(&client, &[("resource", API)]),
        world.access_token(&opaque, &[]),
        issued(&trusting.present(&client, &external, &[])),
        external,
        bound.token,
        world.admin.token.clone().unwrap(),
        world.scim.token.clone().unwrap(),
        rollcall_suite::MASTER_KEY.to_owned(),
    ];
    // What is refused is not told either.
    let leaked = "rc_cs_a-secret-in-the-wrong-place";
    for (headers, form) in [
        (
            vec![],
            vec![("client_id", leaked), ("client_secret", leaked)],
        ),
        (vec![], vec![("client_assertion", leaked)]),
        (vec![("authorization", leaked)], vec![]),
    ] {
        let form = [vec![("grant_type", "client_credentials")], form].concat();
        assert!(world.token(&headers, &form).status >= 400);
    }
    let answer = world.token_as(&client, &[("grant_type", leaked)]);
    world.refused(answer, 400, "unsupported_grant_type");
    world.users(leaked).expect(401);
    world.give_back(&client, leaked, &[]);
    secrets.push(leaked.to_owned());
    let jti = claims(&secrets[2])["jti"].as_str().unwrap().to_owned();
    let actor = format!("client:{}", client.id);
    let last = told(&actor, "issue", "AccessToken", &jti);
    soon(world, &BTreeSet::from([last]));
    let mut files = Vec::new();
    all_files(world.folder(), &mut files);
    assert!(files.len() > 1, "{files:?}");
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for secret in &secrets {
            let is_there = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!is_there, "`{secret}` is in {}", file.display());
        }
    }
}

fn all_files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            all_files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}
