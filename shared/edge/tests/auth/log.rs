//! What the change log tells of tokens, and what it never tells. Issuing a JWT writes nothing by itself.

use pollster::block_on;
use rollcall_service::auth::{has_chores, tend};
use rollcall_store::auth::TokenFormat;

use crate::world::{World, basic, machine};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn entries(world: &World) -> Vec<(String, String, String)> {
    let changes = world.changes().into_iter();
    changes
        .filter(|change| change.resource_type == "AccessToken")
        .map(|change| (change.actor, change.operation, change.resource))
        .collect()
}

#[test]
fn every_issuance_is_there_once_it_was_written_with_others() {
    let world = World::new();
    world.machine("c");
    let ids: Vec<_> = (0..5)
        .map(|_| {
            let claims = world.token_as("c", &[GRANT]).claims();
            claims["jti"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(entries(&world), [], "it is not on the way to the answer");
    assert_eq!(has_chores(&world.ctx), Some(false));
    assert_eq!(has_chores(&world.ctx), None, "someone is about to do it");
    block_on(tend(&world.ctx));
    let expected = |id: &String| ("client:c".to_owned(), "issue".to_owned(), id.clone());
    assert_eq!(
        entries(&world),
        ids.iter().map(expected).collect::<Vec<_>>()
    );
    assert_eq!(has_chores(&world.ctx), None);
}

#[test]
fn many_entries_are_not_kept_waiting() {
    let world = World::new();
    world.machine("c");
    for _ in 0..63 {
        world.token_as("c", &[GRANT]);
    }
    assert_eq!(has_chores(&world.ctx), Some(false));
    world.token_as("c", &[GRANT]);
    assert_eq!(has_chores(&world.ctx), Some(true));
    block_on(tend(&world.ctx));
    assert_eq!(entries(&world).len(), 64);
}

#[test]
fn an_opaque_token_is_there_at_once() {
    let world = World::new();
    world.client_of("c", &machine(), TokenFormat::Opaque);
    world.access_token("c", &[]);
    assert_eq!(entries(&world).len(), 1);
    assert_eq!(entries(&world)[0].1, "issue");
}

/// Whoever hammers at the door fills no disk, and names nobody.
#[test]
fn refusals_are_there_once_each() {
    let world = World::new();
    world.machine("c");
    for _ in 0..10 {
        let form = [GRANT, ("scope", "admin")];
        world.token_as("c", &form).refused(400, "invalid_scope");
        for authorization in [basic("c", "wrong"), basic("nobody", "x")] {
            let headers = [("authorization", &*authorization)];
            world
                .token(&headers, &[GRANT])
                .refused(401, "invalid_client");
        }
    }
    block_on(tend(&world.ctx));
    let refused =
        |actor: &str, code: &str| (actor.to_owned(), "refuse".to_owned(), code.to_owned());
    assert_eq!(
        entries(&world),
        [
            refused("client:c", "invalid_scope"),
            refused("client:c", "invalid_client"),
            refused("service", "invalid_client"),
        ]
    );
}

/// Attack case 27.
#[test]
fn no_secret_and_no_token_is_in_the_store() {
    let world = World::new();
    world.machine("c");
    world.client_of("o", &machine(), TokenFormat::Opaque);
    let secrets = [
        world.access_token("c", &[]),
        world.access_token("o", &[]),
        "c-secret".to_owned(),
    ];
    block_on(tend(&world.ctx));
    let path = world.path();
    let folder = path.parent().unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in &secrets {
            let is_there = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!is_there, "{secret}");
        }
    }
}
