//! Suspended tenants.

use pollster::block_on;
use rollcall_store::auth::{ClientDraft, InitialTokenDraft, Rotation};
use rollcall_store::{Credential, StoreError, TenantName};

use crate::world::{World, draft, hash};

#[test]
fn nothing_of_a_suspended_tenant_opens_anything_until_that_ends() {
    let w = World::new();
    w.add_client("app");
    w.add_person("anna");
    let jwt = w.jwt("1", "app", Some("anna"));
    w.add_opaque("opaque", "app", None, None);
    w.add_grant("grant", "app", None, "r1");
    let live = |w: &World| {
        [
            w.opens(&Credential::Provisioning(hash("default"))),
            w.is_live(&jwt),
            w.is_live_opaque("opaque"),
            w.is_live_refresh("r1"),
        ]
    };
    assert_eq!(live(&w), [true; 4]);
    let suspend = |suspended| {
        block_on(w.store.set_suspended(&w.tenant, suspended, w.tick())).unwrap();
    };
    suspend(true);
    w.last_is("admin", "suspend", "Tenant", "default");
    let since = w.now();
    assert_eq!(live(&w), [false; 4]);
    assert_eq!(w.rotate("app", "r1", "r2"), Rotation::Unknown);
    let entries = w.log().len();
    suspend(true);
    assert_eq!(w.log().len(), entries);
    // The operator sees it, and goes on.
    let tenant = block_on(w.store.tenant(&w.tenant)).unwrap().unwrap();
    assert_eq!(tenant.suspended, Some(since));
    let found = block_on(w.store.authenticate_client(&w.tenant, "app", w.now())).unwrap();
    assert!(found.suspended && found.client.is_some());
    w.add_client("late");
    suspend(false);
    w.last_is("admin", "resume", "Tenant", "default");
    assert_eq!(live(&w), [true; 4]);
    let tenant = block_on(w.store.tenant(&w.tenant)).unwrap().unwrap();
    assert_eq!(tenant.suspended, None);
    let nowhere = TenantName::parse("nowhere").unwrap();
    assert_eq!(
        block_on(w.store.set_suspended(&nowhere, true, w.tick())),
        Err(StoreError::NotFound)
    );
}

#[test]
fn clients_of_a_suspended_tenant_neither_register_nor_manage_themselves() {
    let w = World::new();
    let (initial, own) = (hash("initial"), hash("own"));
    let token = InitialTokenDraft {
        id: "initial",
        name: "",
        hash: &initial,
        expires: None,
        uses: None,
    };
    block_on(w.store.create_initial_token(&w.tenant, &token, w.tick())).unwrap();
    let client = ClientDraft {
        registration: Some(&own),
        ..draft("app")
    };
    let register = |client| {
        block_on(
            w.store
                .create_client(&w.tenant, client, None, Some(&initial), w.tick()),
        )
    };
    register(&client).unwrap();
    block_on(w.store.set_suspended(&w.tenant, true, w.tick())).unwrap();
    let refused = Err(StoreError::Unauthenticated);
    assert_eq!(register(&draft("late")), refused);
    let read = block_on(w.store.registered_client(&w.tenant, "app", &own));
    assert_eq!(read.map(drop), refused);
    let update = w
        .store
        .update_client(&w.tenant, &client, Some(&own), w.tick());
    assert_eq!(block_on(update), refused);
    let delete = w
        .store
        .delete_client(&w.tenant, "app", Some(&own), w.tick());
    assert_eq!(block_on(delete), refused);
}

#[test]
fn another_tenant_goes_on() {
    let w = World::new();
    let neighbour = w.neighbour();
    neighbour.add_client("app");
    let jwt = neighbour.jwt("1", "app", None);
    block_on(w.store.set_suspended(&w.tenant, true, w.tick())).unwrap();
    assert!(neighbour.is_live(&jwt));
    assert!(neighbour.opens(&Credential::Provisioning(hash("neighbour"))));
}
