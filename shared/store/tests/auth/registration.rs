//! Clients that register and manage themselves (RFC 7591, RFC 7592).

use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_store::StoreError;
use rollcall_store::auth::{ClientDraft, InitialToken, InitialTokenDraft};

use crate::world::{World, at_once, draft, hash, later};

fn allow(w: &World, expires: Option<Timestamp>, uses: Option<u32>) {
    let token = InitialTokenDraft {
        id: "initial",
        name: "for partners",
        hash: &hash("initial"),
        expires,
        uses,
    };
    block_on(w.store.create_initial_token(&w.tenant, &token, w.tick())).unwrap();
}

fn register(w: &World, id: &str) -> Result<(), StoreError> {
    let initial = hash("initial");
    let client = draft(id);
    block_on(
        w.store
            .create_client(&w.tenant, &client, None, Some(&initial), w.tick()),
    )
}

const REFUSED: Result<(), StoreError> = Err(StoreError::Unauthenticated);

#[test]
fn an_initial_access_token_lets_clients_register() {
    let w = World::new();
    let allows = || {
        block_on(
            w.store
                .allows_registration(&w.tenant, &hash("initial"), w.now()),
        )
    };
    assert_eq!(register(&w, "early"), REFUSED);
    assert_eq!(allows(), Ok(false));
    allow(&w, Some(later(w.now(), 100)), None);
    let issued = w.now();
    w.last_is("admin", "issue", "InitialAccessToken", "initial");
    assert_eq!(allows(), Ok(true));
    register(&w, "one").unwrap();
    register(&w, "two").unwrap();
    w.last_is("registration:initial", "register", "Client", "two");
    let listed = block_on(w.store.initial_tokens(&w.tenant, ("", 10))).unwrap();
    let expected = InitialToken {
        id: "initial".into(),
        name: "for partners".into(),
        created: issued,
        expires: Some(later(issued, 99)),
        uses: None,
    };
    assert_eq!(listed, [expected]);
    assert_eq!(
        block_on(w.store.initial_tokens(&w.tenant, ("initial", 10))),
        Ok(vec![])
    );
    w.pass(100);
    assert_eq!(allows(), Ok(false));
    assert_eq!(register(&w, "late"), REFUSED);
    assert_eq!(block_on(w.store.client(&w.tenant, "late")), Ok(None));
}

#[test]
fn one_that_is_used_up_or_deleted_does_not() {
    let w = World::new();
    allow(&w, None, Some(2));
    register(&w, "one").unwrap();
    // A registration that fails uses nothing up.
    assert_eq!(register(&w, "one"), Err(StoreError::Conflict));
    register(&w, "two").unwrap();
    assert_eq!(register(&w, "three"), REFUSED);
    block_on(w.store.delete_initial_token(&w.tenant, "initial", w.tick())).unwrap();
    w.last_is("admin", "revoke", "InitialAccessToken", "initial");
    let gone = block_on(w.store.delete_initial_token(&w.tenant, "initial", w.tick()));
    assert_eq!(gone, Err(StoreError::NotFound));
    allow(&w, None, None);
    register(&w, "three").unwrap();
    block_on(w.store.delete_initial_token(&w.tenant, "initial", w.tick())).unwrap();
    assert_eq!(register(&w, "four"), REFUSED);
}

#[test]
fn of_many_at_once_as_many_register_as_may() {
    let w = World::new();
    allow(&w, None, Some(3));
    let (tenant, now) = (w.tenant.clone(), w.tick());
    let registered = at_once(&w, 8, move |number, store| {
        let (initial, id) = (hash("initial"), format!("c{number}"));
        block_on(store.create_client(&tenant, &draft(&id), None, Some(&initial), now))
    });
    let good = registered.iter().filter(|one| one.is_ok()).count();
    let refused = registered.iter().filter(|one| **one == REFUSED).count();
    assert_eq!((good, refused), (3, 5), "{registered:?}");
}

#[test]
fn a_client_manages_itself_with_its_own_token_alone() {
    let w = World::new();
    let (own, other) = (hash("own"), hash("other"));
    let client = ClientDraft {
        registration: Some(&own),
        ..draft("app")
    };
    block_on(
        w.store
            .create_client(&w.tenant, &client, None, None, w.tick()),
    )
    .unwrap();
    // One that has none, whose NULL equals nothing.
    w.add_client("unmanaged");
    let read =
        |id: &str, token| block_on(w.store.registered_client(&w.tenant, id, token)).map(drop);
    assert_eq!(read("app", &own), Ok(()));
    assert_eq!(read("app", &other), REFUSED);
    assert_eq!(read("unmanaged", &own), REFUSED);
    assert_eq!(read("nobody", &own), REFUSED);
    let update = |id, token| {
        let change = ClientDraft {
            name: "renamed",
            ..draft(id)
        };
        block_on(
            w.store
                .update_client(&w.tenant, &change, Some(token), w.tick()),
        )
    };
    assert_eq!(update("app", &other), REFUSED);
    assert_eq!(update("unmanaged", &own), REFUSED);
    assert_eq!(update("nobody", &own), REFUSED);
    update("app", &own).unwrap();
    w.last_is("client:app", "configure", "Client", "app");

    // The token stays unless another one takes its place.
    assert_eq!(read("app", &own), Ok(()));
    let next = ClientDraft {
        registration: Some(&other),
        ..draft("app")
    };
    block_on(
        w.store
            .update_client(&w.tenant, &next, Some(&own), w.tick()),
    )
    .unwrap();
    assert_eq!((read("app", &own), read("app", &other)), (REFUSED, Ok(())));

    w.disable("app", true);
    assert_eq!(read("app", &other), REFUSED);
    assert_eq!(update("app", &other), REFUSED);
    w.disable("app", false);
    let delete = |token| {
        block_on(
            w.store
                .delete_client(&w.tenant, "app", Some(token), w.tick()),
        )
    };
    assert_eq!(delete(&own), REFUSED);
    delete(&other).unwrap();
    w.last_is("client:app", "delete", "Client", "app");
    assert_eq!(delete(&other), REFUSED);
}
