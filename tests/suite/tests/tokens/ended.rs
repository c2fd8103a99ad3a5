//! Access ends with what it hangs on: the headline of attack case 25. Ten clients ask about tokens all the time, at two
//! hosts over one store, and two more use them; then somebody ends the access at one of the hosts. No answer to a question
//! that was asked after that answer is `active: true`, and no request is let in.

use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rollcall_suite::{Answer, Service};
use serde_json::{Value as Json, json};

use crate::exchange::exchange;
use crate::trusted::{JWT, Trusting};
use crate::world::{ACCESS_TOKEN, EXCHANGE, Machine, PATCH_OP, USER, World, deactivation, issued};

/// How many clients ask, and how many send the tokens to the SCIM service.
const ASKING: usize = 10;
const USING: usize = 2;

/// How often each does before and after the end.
const BEFORE: usize = 3;
const AFTER: usize = 5;

const BASE: (&str, &str) = ("base_url", "https://id.example");

/// Two hosts, and a person with a token of either kind.
struct Scene {
    near: Trusting,
    far: World,
    person: String,
    jwt_client: Machine,
    opaque_client: Machine,
    /// The client that asks.
    rs: Machine,
    tokens: Vec<String>,
}

impl Scene {
    fn new() -> Self {
        Self::acted_by(None)
    }

    /// The same, with somebody who acts for the person.
    fn acted_by(actor: Option<&str>) -> Self {
        let near = Trusting::with(&[BASE]);
        let far = Service::in_folder_with(near.world.folder(), &[BASE]);
        let world = &near.world;
        let person = world.person("ada");
        let actor = actor.map(|name| {
            world.person(name);
            near.sign(&near.claims(name))
        });
        let actor = actor
            .as_deref()
            .map(|token| [("actor_token", token), ("actor_token_type", JWT)]);
        let actor: Vec<_> = actor.into_iter().flatten().collect();
        let (jwt_client, opaque_client) = (world.machine(), world.opaque());
        let tokens = [&jwt_client, &opaque_client].map(|client| {
            let token = issued(&near.exchange(client, "ada", &actor));
            assert_eq!(world.known_to(client, &token)["sub"], person);
            token
        });
        Self {
            far: world.beside(far),
            rs: world.machine(),
            tokens: tokens.to_vec(),
            person,
            jwt_client,
            opaque_client,
            near,
        }
    }

    fn hosts(&self) -> [&World; 2] {
        [&self.near.world, &self.far]
    }

    /// Asks for the tokens all the time, while `end` ends them.
    #[track_caller]
    fn while_asked(&self, end: impl FnOnce(&World)) {
        let (ready, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
        let wrong = Mutex::new(String::new());
        thread::scope(|scope| {
            for number in 0..ASKING + USING {
                let (ready, ended, wrong) = (&ready, &ended, &wrong);
                let world = self.hosts()[number % 2];
                scope.spawn(move || {
                    let said = self.keep_asking(world, number < ASKING, ready, ended);
                    wrong.lock().unwrap().push_str(&said);
                });
            }
            while ready.load(Ordering::SeqCst) < ASKING + USING {
                thread::sleep(Duration::from_millis(1));
            }
            // Also when it fails.
            let _over = Over(&ended);
            end(&self.near.world);
        });
        let wrong = wrong.into_inner().unwrap();
        assert!(wrong.is_empty(), "{wrong}");
    }

    /// What was answered and should not have been, if anything.
    fn keep_asking(
        &self,
        world: &World,
        asks: bool,
        ready: &AtomicUsize,
        ended: &AtomicBool,
    ) -> String {
        let (mut wrong, mut before, mut after) = (String::new(), 0, 0);
        while after < AFTER {
            let is_ended = ended.load(Ordering::SeqCst);
            for token in &self.tokens {
                let (is_live, answer) = if asks {
                    asked(world, &self.rs, token)
                } else {
                    used(world, token)
                };
                let expected = if is_ended { Some(false) } else { None };
                let expected = expected.or((before < BEFORE).then_some(true));
                if expected.is_some_and(|expected| is_live != Some(expected)) {
                    let when = if is_ended { "after" } else { "before" };
                    writeln!(wrong, "{when}: {answer:?}").unwrap();
                }
            }
            if is_ended {
                after += 1;
            } else {
                before += 1;
                if before == BEFORE {
                    ready.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
        wrong
    }

    /// All that was said of the tokens is still so.
    #[track_caller]
    fn stay_dead(&self) {
        for world in self.hosts() {
            for token in &self.tokens {
                assert!(!world.is_active(&self.rs, token));
                world.scim.with_token(Some(token)).get("/Me").expect(401);
            }
        }
    }

    fn user(&self) -> String {
        format!("/Users/{}", self.person)
    }

    fn bulk(&self, operation: &Json) -> Json {
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [operation],
        })
    }

    /// Has every operation of a bulk request done.
    #[track_caller]
    fn done_in_bulk(&self, world: &World, operation: &Json) {
        let answer = world.scim.post("/Bulk", &self.bulk(operation)).expect(200);
        let status = answer.json()["Operations"][0]["status"].clone();
        assert!(status.as_str().unwrap().starts_with('2'), "{}", answer.text);
    }

    fn clients(&self) -> [&Machine; 2] {
        [&self.jwt_client, &self.opaque_client]
    }
}

/// Says, when it goes, that the access has ended.
struct Over<'e>(&'e AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Whether a token is active; nothing when the answer is neither. Who may not ask is told of no live token.
fn asked(world: &World, rs: &Machine, token: &str) -> (Option<bool>, Answer) {
    let headers = [("authorization", &*rs.basic())];
    let answer = world.introspect(&headers, &[("token", token)]);
    let is_live = match answer.status {
        200 if answer.text == r#"{"active":false}"# => Some(false),
        200 => answer.json()["active"].as_bool().filter(|active| *active),
        401 => Some(false),
        _ => None,
    };
    (is_live, answer)
}

/// Whether the SCIM service lets a token in.
fn used(world: &World, token: &str) -> (Option<bool>, Answer) {
    let answer = world.scim.with_token(Some(token)).get("/Me");
    let is_live = match answer.status {
        200 => Some(true),
        401 => Some(false),
        _ => None,
    };
    (is_live, answer)
}

fn put(active: bool) -> Json {
    json!({"schemas": [USER], "userName": "ada", "active": active})
}

/// Whoever comes back gets new tokens, and the old ones stay dead.
#[test]
fn deactivated_by_patch() {
    let scene = Scene::new();
    scene.while_asked(|world| {
        world.scim.patch(&scene.user(), &deactivation()).expect(200);
    });
    scene.stay_dead();
    let again = scene.far.scim.put(&scene.user(), &put(true)).expect(200);
    assert_eq!(again.json()["active"], true);
    scene.stay_dead();
    let token = issued(&scene.near.exchange(&scene.jwt_client, "ada", &[]));
    assert!(scene.far.is_active(&scene.rs, &token));
}

#[test]
fn deactivated_by_put() {
    let scene = Scene::new();
    scene.while_asked(|world| {
        world.scim.put(&scene.user(), &put(false)).expect(200);
    });
    scene.stay_dead();
}

#[test]
fn deleted() {
    let scene = Scene::new();
    scene.while_asked(|world| {
        world.scim.delete(&scene.user()).expect(204);
    });
    scene.stay_dead();
    // Someone new of the same name inherits nothing.
    scene.near.world.person("ada");
    scene.stay_dead();
}

#[test]
fn deactivated_in_bulk() {
    let scene = Scene::new();
    scene.while_asked(|world| {
        let operation = json!({"method": "PATCH", "path": scene.user(), "data": deactivation()});
        scene.done_in_bulk(world, &operation);
    });
    scene.stay_dead();
}

#[test]
fn deleted_in_bulk() {
    let scene = Scene::new();
    scene.while_asked(|world| {
        let operation = json!({"method": "DELETE", "path": scene.user()});
        scene.done_in_bulk(world, &operation);
    });
    scene.stay_dead();
}

/// Deleted and taken back: what ended stays so.
#[test]
fn deleted_and_restored() {
    let scene = Scene::new();
    let admin = &scene.near.world.admin;
    admin.patch("", &json!({"retentionDays": 1})).expect(200);
    scene.while_asked(|world| {
        world.scim.delete(&scene.user()).expect(204);
    });
    let restore = format!("/deleted/{}/restore", scene.person);
    admin.post(&restore, &json!({})).expect(200);
    scene.stay_dead();
}

/// In every way in which identity providers say that somebody has left.
#[test]
fn deactivated_in_other_words() {
    let scene = Scene::new();
    let world = &scene.near.world;
    let operation = |op: Json| json!({"schemas": [PATCH_OP], "Operations": [op]});
    for (number, patch) in [
        operation(json!({"op": "Replace", "path": "active", "value": "False"})),
        operation(json!({"op": "replace", "value": {"active": false}})),
        operation(json!({"op": "add", "path": "active", "value": false})),
        operation(json!({"op": "replace", "path": format!("{USER}:active"), "value": false})),
        operation(json!({"op": "add", "value": {"ACTIVE": false, "displayName": "gone"}})),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("person-{number}");
        let person = world.person(&name);
        let exchange = || issued(&scene.near.exchange(&scene.jwt_client, &name, &[]));
        let (token, path) = (exchange(), format!("/Users/{person}"));
        assert!(scene.far.is_active(&scene.rs, &token));
        world.scim.patch(&path, &patch).expect(200);
        assert!(!scene.far.is_active(&scene.rs, &token), "{patch}");
        // Other changes of who is inactive, and their return, bring nothing back.
        let title = operation(json!({"op": "add", "path": "title", "value": "x"}));
        world.scim.patch(&path, &title).expect(200);
        let back = operation(json!({"op": "replace", "path": "active", "value": true}));
        world.scim.patch(&path, &back).expect(200);
        assert!(!scene.far.is_active(&scene.rs, &token), "{patch}");
        // And other changes of who is active take nothing away.
        let token = exchange();
        world.scim.patch(&path, &title).expect(200);
        let title = operation(json!({"op": "add", "path": "title", "value": "y"}));
        world.scim.patch(&path, &title).expect(200);
        assert!(scene.far.is_active(&scene.rs, &token));
    }
    // Somebody who was inactive is created again, which reactivates them where the operator wants that.
    world.scim.patch(&scene.user(), &deactivation()).expect(200);
    let settings = json!({"restoreOnCreate": true});
    world.admin.patch("", &settings).expect(200);
    let again = world.scim.post("/Users", &put(true)).expect(200);
    assert_eq!(again.id(), scene.person);
    scene.stay_dead();
}

/// Tokens that are issued while the access ends are no better than those of before.
#[test]
fn what_is_issued_meanwhile_ends_as_well() {
    let scene = Scene::new();
    let external = scene.near.sign(&scene.near.claims("ada"));
    for round in 0..3 {
        let (got, ended) = (Mutex::new(Vec::new()), AtomicBool::new(false));
        thread::scope(|scope| {
            for number in 0..8 {
                let (got, ended, external) = (&got, &ended, &external);
                let (world, scene) = (scene.hosts()[number % 2], &scene);
                scope.spawn(move || {
                    let client = scene.clients()[number / 2 % 2];
                    let mut refusals = 0;
                    while refusals < 3 {
                        let is_ended = ended.load(Ordering::SeqCst);
                        let form = [
                            ("grant_type", EXCHANGE),
                            ("subject_token", &**external),
                            ("subject_token_type", ACCESS_TOKEN),
                        ];
                        let answer = world.token_as(client, &form);
                        if answer.status == 200 {
                            assert!(!is_ended, "round {round}: {answer:?}");
                            got.lock().unwrap().push(issued(&answer));
                        } else if is_ended {
                            world.refused(answer, 400, "invalid_request");
                            refusals += 1;
                        }
                    }
                });
            }
            // Also when it fails.
            let _over = Over(&ended);
            while got.lock().unwrap().len() < 20 {
                thread::sleep(Duration::from_millis(1));
            }
            let scim = &scene.near.world.scim;
            scim.patch(&scene.user(), &deactivation()).expect(200);
        });
        for token in got.into_inner().unwrap() {
            assert!(!scene.far.is_active(&scene.rs, &token), "round {round}");
        }
        scene
            .near
            .world
            .scim
            .put(&scene.user(), &put(true))
            .expect(200);
    }
}

#[test]
fn who_acts_deactivated() {
    let scene = Scene::acted_by(Some("bob"));
    let known = scene.near.world.known_to(&scene.rs, &scene.tokens[0]);
    let path = format!("/Users/{}", known["act"]["sub"].as_str().unwrap());
    scene.while_asked(|world| {
        world.scim.patch(&path, &deactivation()).expect(200);
    });
    scene.stay_dead();
}

/// What was made from a token ends with it.
#[test]
fn what_they_were_exchanged_for_revoked() {
    let mut scene = Scene::new();
    let sources = scene.tokens.clone();
    let exchanged = scene.clients().into_iter().zip(&sources);
    let exchanged = exchanged.map(|(client, token)| {
        let answer = exchange(&scene.near.world, client, token, &[]);
        issued(&answer)
    });
    scene.tokens = exchanged.collect();
    scene.while_asked(|world| {
        for (client, token) in scene.clients().into_iter().zip(&sources) {
            world.give_back(client, token, &[]);
        }
    });
    scene.stay_dead();
}

#[test]
fn all_of_the_person_revoked() {
    let scene = Scene::new();
    scene.while_asked(|world| {
        let path = format!("/users/{}/revoke", scene.person);
        world.admin.post(&path, &json!({})).expect(204);
    });
    scene.stay_dead();
}

#[test]
fn the_clients_disabled() {
    let scene = Scene::new();
    scene.while_asked(|world| {
        for client in scene.clients() {
            let path = format!("{}/disable", client.path());
            world.admin.post(&path, &json!({})).expect(200);
        }
    });
    scene.stay_dead();
}

#[test]
fn the_clients_deleted() {
    let scene = Scene::new();
    scene.while_asked(|world| {
        for client in scene.clients() {
            world.admin.delete(&client.path()).expect(204);
        }
    });
    scene.stay_dead();
}

#[test]
fn the_tokens_revoked() {
    let scene = Scene::new();
    scene.while_asked(|world| {
        for (client, token) in scene.clients().into_iter().zip(&scene.tokens) {
            world.give_back(client, token, &[]);
        }
    });
    scene.stay_dead();
}

/// Then the client that asks is turned away, too. It is the one end that is taken back: the tokens are what they were.
#[test]
fn the_tenant_suspended() {
    let scene = Scene::new();
    scene.while_asked(|world| {
        world.admin.post("/suspend", &json!({})).expect(200);
    });
    scene.far.admin.post("/resume", &json!({})).expect(200);
    for world in scene.hosts() {
        for token in &scene.tokens {
            assert!(world.is_active(&scene.rs, token));
        }
    }
}
