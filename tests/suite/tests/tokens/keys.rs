//! The keys that tokens are signed with: attack case 21. Time passes by moving the times of the keys in the
//! store back, and those of what is published.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rollcall_suite::{MASTER_KEY, Service};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::signer::verifies;
use crate::world::{Machine, World, at_once, basic, claims, machine, part};

const BASE: (&str, &str) = ("base_url", "https://id.example");

/// For how long anyone may keep the keys.
const JWKS_SECS: i64 = 300;

/// The same tenant at two hosts over one store.
fn two_hosts() -> [World; 2] {
    let near = World::own(&[BASE]);
    let far = Service::in_folder_with(near.folder(), &[BASE]);
    let far = near.beside(far);
    [near, far]
}

fn pass(world: &World, secs: i64) {
    world.sql(&format!(
        "UPDATE signing_key SET created = created - {secs}000000, active_from = active_from - {secs}000000 \
         WHERE tenant = (SELECT id FROM tenant WHERE name = ?1)"
    ));
    world.key_value_sql(&format!(
        "UPDATE spin_key_value SET value = CAST(json_set(CAST(value AS TEXT), '$.until', \
         json_extract(CAST(value AS TEXT), '$.until') - {secs}) AS BLOB) WHERE key = 'rollcall/jwks/' || ?1"
    ));
}

/// Each key's state, in the order in which they sign, and its kid.
fn states(world: &World) -> (Vec<String>, Vec<String>) {
    let keys = world.admin.get("/keys").expect(200).json();
    let keys = keys["keys"].as_array().unwrap();
    let all = |name: &str| -> Vec<String> {
        let of = |key: &Json| key[name].as_str().unwrap().to_owned();
        keys.iter().map(of).collect()
    };
    (all("state"), all("kid"))
}

fn jwks(world: &World) -> Json {
    let answer = world.server.get("/oauth/jwks").expect(200);
    let cache = answer.header("cache-control").unwrap();
    let secs: i64 = cache
        .strip_prefix("public, max-age=")
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=JWKS_SECS).contains(&secs), "{cache}");
    assert!(!answer.text.contains("\"d\""), "{}", answer.text);
    answer.json()
}

fn kids(jwks: &Json) -> BTreeSet<String> {
    let keys = jwks["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn rotate(world: &World) -> Json {
    world
        .admin
        .post("/keys/rotate", &json!({}))
        .expect(200)
        .json()
}

/// What goes on while the keys are rotated.
struct Load {
    /// Counts up when everyone is to fetch the keys anew: what they have is as old as it may be.
    phase: AtomicUsize,
    /// How often each has done all there is to do, in which phase.
    rounds: Mutex<Vec<(usize, usize)>>,
    wrong: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

/// How many clients there are, and how often each does it all in a phase.
const CLIENTS: usize = 6;
const ROUNDS: usize = 4;

impl Load {
    fn new() -> Self {
        Self {
            phase: AtomicUsize::new(0),
            rounds: Mutex::new(vec![(0, 0); CLIENTS]),
            wrong: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Begins a phase, and returns when everyone has done it all some times in it.
    fn next_phase(&self) {
        let phase = self.phase.fetch_add(1, Ordering::SeqCst) + 1;
        self.a_while(phase);
    }

    fn a_while(&self, phase: usize) {
        let before = self.rounds.lock().unwrap().clone();
        let is_done = || {
            let rounds = self.rounds.lock().unwrap();
            let mut both = rounds.iter().zip(&before);
            both.all(|(now, before)| now.0 == phase && now.1 >= before.1 + ROUNDS)
        };
        while !is_done() && self.wrong.lock().unwrap().is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Gets tokens, verifies them over the keys that it has, and uses them, until it is over.
    fn run(&self, number: usize, hosts: &[World; 2], clients: &[Machine; 2], first: &str) {
        let _failed = Failed(self);
        let (mut phase, mut known, mut rounds) = (usize::MAX, Json::Null, 0);
        let (here, there) = (&hosts[number % 2], &hosts[(number + 1) % 2]);
        let mut earlier = first.to_owned();
        while !self.is_over.load(Ordering::SeqCst) {
            let now = self.phase.load(Ordering::SeqCst);
            if now != phase {
                (phase, known) = (now, jwks(here));
            }
            let form = [("grant_type", "client_credentials")];
            let answer = here.token_as(&clients[0], &form);
            let Some(token) = answer.json()["access_token"].as_str().map(str::to_owned) else {
                return self.fail(format!("no token: {answer:?}"));
            };
            if !verifies(&known, &token) {
                let kid = &part(&token, 0)["kid"];
                return self.fail(format!("{kid} is not in {known}, or has not signed"));
            }
            for token in [&token, &earlier, first] {
                let headers = [("authorization", &*clients[1].basic())];
                let answer = there.introspect(&headers, &[("token", token)]);
                if answer.status != 200 || answer.json()["active"] != true {
                    return self.fail(format!("{}: {answer:?}", part(token, 0)));
                }
                let answer = there.users(token);
                if answer.status != 200 {
                    return self.fail(format!("{}: {answer:?}", part(token, 0)));
                }
            }
            earlier = token;
            rounds += 1;
            self.rounds.lock().unwrap()[number] = (phase, rounds);
        }
    }

    fn fail(&self, why: String) {
        self.wrong.lock().unwrap().push(why);
    }
}

/// Says that a client has failed, whatever the reason.
struct Failed<'l>(&'l Load);

impl Drop for Failed<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.fail("a client has failed: see above".to_owned());
        }
    }
}

/// Ends the load, also when a test fails meanwhile.
struct Over<'l>(&'l Load);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::SeqCst);
    }
}

/// Not one failure, whatever the keys do.
#[test]
fn tokens_verify_before_during_and_after_rotations_under_load() {
    let hosts = two_hosts();
    let [near, far] = &hosts;
    let clients = [near.machine(), near.machine()];
    let first = near.access_token(&clients[0], &[]);
    let load = Load::new();
    thread::scope(|scope| {
        let _over = Over(&load);
        for number in 0..CLIENTS {
            let (load, hosts, clients, first) = (&load, &hosts, &clients, &first);
            scope.spawn(move || load.run(number, hosts, clients, first));
        }
        load.next_phase();
        let (state, before) = states(near);
        assert_eq!(state, ["active"]);

        // Everyone rotates at once: one key is made, published, and does not sign.
        let rotated = at_once(8, |number| rotate(&hosts[number % 2]));
        assert!(rotated.iter().all(|keys| *keys == rotated[0]));
        let (state, two) = states(far);
        assert_eq!(state, ["active", "next"]);
        assert_eq!(two[0], before[0]);
        assert_eq!(kids(&jwks(near)), two.iter().cloned().collect());
        // Who has the keys of before goes on with them.
        load.a_while(1);
        let token = far.access_token(&clients[0], &[]);
        assert_eq!(part(&token, 0)["kid"], two[0]);
        pass(near, JWKS_SECS - 30);
        load.next_phase();
        let token = far.access_token(&clients[0], &[]);
        assert_eq!(part(&token, 0)["kid"], two[0]);

        // Now nobody may have them any more, and the new key signs: at both hosts, with the keys that everyone has.
        pass(near, 31);
        load.a_while(2);
        assert_eq!(
            states(near),
            (vec!["retired".into(), "active".into()], two.clone())
        );
        for world in &hosts {
            let token = world.access_token(&clients[0], &[]);
            assert_eq!(part(&token, 0)["kid"], two[1]);
        }

        // And another one, of another algorithm.
        let settings = json!({"signingAlgorithm": "ES256"});
        far.admin.patch("", &settings).expect(200);
        at_once(8, |number| rotate(&hosts[number % 2]));
        let (state, three) = states(near);
        assert_eq!(state, ["retired", "active", "next"]);
        assert_eq!(three[..2], two);
        assert_eq!(kids(&jwks(far)), three.iter().cloned().collect());
        load.next_phase();
        pass(near, JWKS_SECS + 1);
        load.a_while(3);
        let token = near.access_token(&clients[0], &[]);
        assert_eq!(part(&token, 0)["alg"], "ES256");
        assert_eq!(part(&token, 0)["kid"], three[2]);
    });
    let wrong = load.wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");

    // A day later no token of the first key can be left.
    let all = states(near).1;
    pass(near, 86_400 - JWKS_SECS);
    let (state, left) = states(far);
    assert_eq!(state, ["retired", "active"]);
    assert_eq!(left, all[1..]);
    assert_eq!(kids(&jwks(near)), left.iter().cloned().collect());
}

/// A rotation by age is made by the first request that notices, by one of all.
#[test]
fn a_key_that_is_old_gets_a_successor_once() {
    let hosts = two_hosts();
    let near = &hosts[0];
    let client = near.machine();
    let before = kids(&jwks(near));
    near.access_token(&client, &[]);
    let settings = json!({"keyRotationDays": 1});
    near.admin.patch("", &settings).expect(200);
    near.access_token(&client, &[]);
    assert_eq!(states(near).0, ["active"]);
    pass(near, 86_401);
    let asked = at_once(8, |number| hosts[number % 2].access_token(&client, &[]));
    let signed: BTreeSet<_> = asked
        .iter()
        .map(|token| part(token, 0)["kid"].to_string())
        .collect();
    assert_eq!(signed.len(), 1, "not in a request's way");
    for _ in 0..50 {
        if states(near).0.len() > 1 {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    thread::sleep(Duration::from_millis(500));
    let (state, after) = states(near);
    assert_eq!(state, ["active", "next"]);
    assert_eq!(before, BTreeSet::from([after[0].clone()]));
    let made = |change: &&Json| change["resourceType"] == "Key";
    let log = near.changes();
    let told: Vec<_> = log.iter().filter(made).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1]["actor"], "service");
}

#[test]
fn twenty_first_requests_at_once_make_one_key() {
    let hosts = two_hosts();
    let near = &hosts[0];
    let client = near.machine();
    let issued = at_once(20, |number| hosts[number % 2].access_token(&client, &[]));
    let kids: BTreeSet<_> = issued
        .iter()
        .map(|jwt| part(jwt, 0)["kid"].to_string())
        .collect();
    assert_eq!(kids.len(), 1);
    assert_eq!(states(near).0, ["active"]);
    let keys = jwks(&hosts[1]);
    for token in &issued {
        assert!(verifies(&keys, token));
    }
    let jtis: BTreeSet<_> = issued
        .iter()
        .map(|jwt| claims(jwt)["jti"].to_string())
        .collect();
    assert_eq!(jtis.len(), 20);
}

/// The first reader of the keys, too, and they are what signs then.
#[test]
fn the_keys_may_be_read_before_there_is_a_token() {
    let hosts = two_hosts();
    let read = at_once(8, |number| jwks(&hosts[number % 2]));
    assert!(read.iter().all(|keys| *keys == read[0]));
    let client = hosts[0].machine();
    let token = hosts[1].access_token(&client, &[]);
    assert!(verifies(&read[0], &token));
}

/// A tenant that is gone publishes nothing, though others may keep its keys, and whoever comes after it under its name has
/// none of them.
#[test]
fn the_keys_of_a_tenant_go_with_it() {
    let world = World::new();
    let old = jwks(&world);
    let admin = world.service.admin();
    let path = format!("/tenants/{}", world.tenant);
    admin.delete(&path).expect(204);
    world.server.get("/oauth/jwks").expect(404);
    let again = json!({"name": world.tenant});
    admin.post("/tenants", &again).expect(201);
    let client = world.machine();
    let token = world.access_token(&client, &[]);
    let new = jwks(&world);
    assert!(verifies(&new, &token));
    assert!(kids(&new).is_disjoint(&kids(&old)));
    admin.delete(&path).expect(204);
    // Nor are its tokens and clients of any use.
    world.users(&token).expect(401);
    let headers = [("authorization", &*client.basic())];
    let answer = world.introspect(&headers, &[("token", &token)]);
    assert_eq!(answer.status, 404, "{}", answer.text);
    admin.post("/tenants", &again).expect(201);
    world.users(&token).expect(401);
    let answer = world.introspect(&headers, &[("token", &token)]);
    world.refused(answer, 401, "invalid_client");
    let asking = world.machine();
    assert!(!world.is_active(&asking, &token));
}

/// A host that comes with another master key and the old one opens what the old one has sealed, seals it anew, and does
/// without the old one then. Without any that fits it issues nothing, and calls nothing active.
#[test]
fn the_master_key_is_rotated() {
    const ADMIN: &str = "the-admin-token-of-the-tests";
    const NEW: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
    let state = TempDir::new().unwrap();
    let at = |master: &str| {
        let variables = [("admin_token", ADMIN), ("master_key", master), BASE];
        Service::with_variables(state.path(), &variables)
    };
    let service = at(MASTER_KEY);
    let created = service
        .admin()
        .post("/tenants/default/clients", &machine())
        .expect(201)
        .json();
    let text = |name: &str| created[name].as_str().unwrap().to_owned();
    let authorization = basic(&text("client_id"), &text("client_secret"));
    let post = |service: &Service, path: &str, body: &str| {
        let client = rollcall_suite::Client::new(service.base_url.clone(), None);
        let headers = [crate::world::FORM, ("authorization", &*authorization)];
        let method = ureq::http::Method::POST;
        client.send(&method, path, &headers, Some(body.as_bytes()))
    };
    let issue = |service: &Service| {
        let answer = post(service, "/oauth/token", "grant_type=client_credentials");
        crate::world::issued(&answer)
    };
    let is_active = |service: &Service, token: &str| {
        let answer = post(service, "/oauth/introspect", &format!("token={token}"));
        answer.expect(200).json()["active"] == true
    };
    let first = issue(&service);
    service.stop();
    let service = at(&format!("{NEW},{MASTER_KEY}"));
    assert!(is_active(&service, &first));
    let second = issue(&service);
    assert_eq!(part(&first, 0)["kid"], part(&second, 0)["kid"]);
    // It is sealed anew after that answer.
    thread::sleep(Duration::from_secs(2));
    service.stop();
    let service = at(NEW);
    assert!(is_active(&service, &first) && is_active(&service, &second));
    let third = issue(&service);
    assert_eq!(part(&first, 0)["kid"], part(&third, 0)["kid"]);
    service.stop();
    let service = at(MASTER_KEY);
    assert!(!is_active(&service, &first));
    let answer = post(&service, "/oauth/token", "grant_type=client_credentials");
    let answer = answer.expect(500);
    assert_eq!(answer.json()["error"], "server_error");
}
