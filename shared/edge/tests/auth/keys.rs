//! The life of a tenant's keys: attack case 21.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Barrier;
use std::thread;

use http::Request;
use p256::ecdsa::signature::Verifier as _;
use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_edge::auth;
use rollcall_service::auth::{has_chores, tend};
use rollcall_service::{Clock, Ctx};
use rollcall_store::TenantChange;
use rollcall_store::auth::SigningAlgorithm;
use rollcall_store::rusqlite::File;
use serde_json::{Value as Json, json};

use crate::world::{
    Answer, Counting, MASTER, NoPasswords, OTHER_MASTER, START, World, basic_of, config, part,
    read, token,
};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const DAY: i64 = 86_400;

fn jwks(ctx: &Ctx<File>) -> Answer {
    let request = Request::get("/oauth/jwks").body(()).unwrap();
    read(block_on(auth::jwks(ctx, request)))
}

fn kids(ctx: &Ctx<File>) -> Vec<String> {
    let keys = jwks(ctx).json["keys"].as_array().unwrap().clone();
    let kid = |key: &Json| key["kid"].as_str().unwrap().to_owned();
    keys.iter().map(kid).collect()
}

fn signer(world: &World) -> String {
    let token = world.access_token("c", &[]);
    part(&token, 0)["kid"].as_str().unwrap().to_owned()
}

/// What comes after the answer.
fn after(ctx: &Ctx<File>) {
    while has_chores(ctx).is_some() {
        block_on(tend(ctx));
    }
}

/// Verifies a token over the published keys, with the curves alone.
fn verifies(ctx: &Ctx<File>, jwt: &str) -> bool {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = part(jwt, 0);
    let (input, signature) = jwt.rsplit_once('.').unwrap();
    let bytes = |text: &Json| URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap();
    let signature = bytes(&json!(signature));
    let keys = jwks(ctx).json["keys"].as_array().unwrap().clone();
    let Some(key) = keys.iter().find(|key| key["kid"] == header["kid"]) else {
        return false;
    };
    assert_eq!((&key["use"], &key["alg"]), (&json!("sig"), &header["alg"]));
    assert_eq!(key.get("d"), None);
    if key["kty"] == "OKP" {
        let x: [u8; 32] = bytes(&key["x"]).try_into().unwrap();
        let key = ed25519_dalek::VerifyingKey::from_bytes(&x).unwrap();
        let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
        key.verify_strict(input.as_bytes(), &signature).is_ok()
    } else {
        let point = [&[4][..], &bytes(&key["x"]), &bytes(&key["y"])].concat();
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
        let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
        key.verify(input.as_bytes(), &signature).is_ok()
    }
}

#[test]
fn a_token_verifies_over_the_published_keys_with_either_algorithm() {
    for algorithm in [SigningAlgorithm::EdDsa, SigningAlgorithm::Es256] {
        let world = World::new();
        world.configure(&TenantChange {
            signing_algorithm: Some(algorithm),
            ..TenantChange::default()
        });
        world.machine("c");
        let token = world.access_token("c", &[]);
        assert_eq!(part(&token, 0)["alg"], algorithm.name());
        assert!(verifies(&world.ctx, &token));
        assert!(!verifies(
            &world.ctx,
            &format!("{}AA", &token[..token.len() - 2])
        ));
    }
}

/// One that stands still, and may go to another thread.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(START)
    }
}

#[test]
fn twenty_first_requests_at_once_make_one_key() {
    let world = World::new();
    world.machine("c");
    let (path, barrier) = (world.path(), Barrier::new(20));
    let kids: BTreeSet<String> = thread::scope(|scope| {
        let ask = |seed: u8| {
            let (path, barrier) = (&path, &barrier);
            scope.spawn(move || {
                let random = Counting(seed, Rc::new(Cell::new(0)));
                let file = File(path.clone());
                let ctx = Ctx::new(file, Still, random, NoPasswords, config(Some(MASTER)));
                barrier.wait();
                let headers = [("authorization", &*basic_of("c"))];
                let answer = token(&ctx, "/oauth/token", &headers, &[GRANT]);
                assert_eq!(answer.status, 200, "{answer:?}");
                part(answer.json["access_token"].as_str().unwrap(), 0)["kid"].to_string()
            })
        };
        let asked: Vec<_> = (1..=20).map(ask).collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(kids.len(), 1, "{kids:?}");
    assert_eq!(block_on(world.store.keys(&world.tenant)).unwrap().len(), 1);
}

#[test]
fn a_key_is_published_then_signs_then_is_kept_then_dropped() {
    let world = World::new();
    world.machine("c");
    let first = signer(&world);
    let token = world.access_token("c", &[]);
    world.pass(90 * DAY - 1);
    assert_eq!(signer(&world), first);
    after(&world.ctx);
    assert_eq!(kids(&world.ctx), std::slice::from_ref(&first));
    // The first request that notices is not held up, and is signed by the old key.
    world.pass(1);
    assert_eq!(signer(&world), first);
    after(&world.ctx);
    let both = kids(&world.ctx);
    assert_eq!((both.len(), &both[0]), (2, &first));
    let old = world.access_token("c", &[]);
    assert_eq!(part(&old, 0)["kid"], first);
    // Published for as long as anyone keeps the JWKS.
    world.pass(299);
    assert_eq!(signer(&world), first);
    world.pass(1);
    assert_eq!(signer(&world), both[1]);
    let new = world.access_token("c", &[]);
    for token in [&token, &old, &new] {
        assert!(verifies(&world.ctx, token));
    }
    // Kept for the longest life of a token, which is a day.
    world.pass(DAY - 1);
    assert_eq!(kids(&world.ctx), both);
    world.pass(1);
    assert_eq!(kids(&world.ctx), both[1..]);
}

#[test]
fn two_rotations_at_once_make_one_key() {
    let world = World::new();
    world.machine("c");
    signer(&world);
    let other = world.instance(config(Some(MASTER)));
    let headers = [("authorization", &*basic_of("c"))];
    world.pass(90 * DAY);
    // Both notice before either does anything.
    signer(&world);
    token(&other, "/oauth/token", &headers, &[GRANT]);
    assert!(has_chores(&other).is_some());
    after(&world.ctx);
    after(&other);
    assert_eq!(kids(&world.ctx).len(), 2);
    assert_eq!(kids(&other), kids(&world.ctx));
    signer(&world);
    after(&world.ctx);
    assert_eq!(kids(&world.ctx).len(), 2);
}

/// An instance that has not seen the rotation learns of it with the next request.
#[test]
fn every_instance_signs_with_the_new_key_at_the_same_time() {
    let world = World::new();
    world.machine("c");
    signer(&world);
    let other = world.instance(config(Some(MASTER)));
    let headers = [("authorization", &*basic_of("c"))];
    let ask = || {
        let answer = token(&other, "/oauth/token", &headers, &[GRANT]);
        part(answer.json["access_token"].as_str().unwrap(), 0)["kid"].clone()
    };
    ask();
    world.pass(90 * DAY);
    signer(&world);
    after(&world.ctx);
    world.pass(300);
    assert_eq!(ask(), signer(&world));
    assert_eq!(ask(), kids(&world.ctx)[1]);
}

#[test]
fn another_algorithm_is_a_rotation() {
    let world = World::new();
    world.machine("c");
    let token = world.access_token("c", &[]);
    world.configure(&TenantChange {
        signing_algorithm: Some(SigningAlgorithm::Es256),
        ..TenantChange::default()
    });
    signer(&world);
    after(&world.ctx);
    world.pass(300);
    let new = world.access_token("c", &[]);
    assert_eq!(part(&new, 0)["alg"], "ES256");
    assert!(verifies(&world.ctx, &token) && verifies(&world.ctx, &new));
}

#[test]
fn the_master_key_is_rotated() {
    let world = World::new();
    world.machine("c");
    let first = signer(&world);
    let headers = [("authorization", &*basic_of("c"))];
    let both = world.instance(config(Some(&format!("{OTHER_MASTER},{MASTER}"))));
    assert_eq!(token(&both, "/oauth/token", &headers, &[GRANT]).status, 200);
    after(&both);
    // Sealed anew, so the old one can go.
    let new = world.instance(config(Some(OTHER_MASTER)));
    let answer = token(&new, "/oauth/token", &headers, &[GRANT]);
    let kid = &part(answer.json["access_token"].as_str().unwrap(), 0)["kid"];
    assert_eq!(*kid, first);
    let old = world.instance(config(Some(MASTER)));
    token(&old, "/oauth/token", &headers, &[GRANT]).refused(500, "server_error");
}
