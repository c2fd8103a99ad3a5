//! Clients, as the operator and the token endpoint see them.

use pollster::block_on;
use rollcall_store::auth::{ClientDraft, SigningAlgorithm, TokenFormat, TokenSettings};
use rollcall_store::{StoreError, TenantChange, TenantName};

use crate::world::{World, draft, hash};

#[test]
fn a_client_is_read_as_it_was_registered() {
    let w = World::new();
    w.add_client("app");
    let client = block_on(w.store.client(&w.tenant, "app")).unwrap().unwrap();
    assert_eq!(
        (client.id.as_str(), client.name.as_str()),
        ("app", "a client")
    );
    assert_eq!(client.token_format, TokenFormat::Jwt);
    assert_eq!((client.created, client.modified), (w.now(), w.now()));
    assert_eq!(client.epoch, w.now().as_micros());
    assert!(!client.disabled);
    w.last_is("admin", "register", "Client", "app");
    assert_eq!(block_on(w.store.client(&w.tenant, "other")), Ok(None));
    let again = block_on(
        w.store
            .create_client(&w.tenant, &draft("app"), None, None, w.tick()),
    );
    assert_eq!(again, Err(StoreError::Conflict));
    let nowhere = TenantName::parse("nowhere").unwrap();
    let lost = block_on(
        w.store
            .create_client(&nowhere, &draft("x"), None, None, w.tick()),
    );
    assert_eq!(lost, Err(StoreError::NotFound));
}

#[test]
fn a_client_is_changed_and_deleted() {
    let w = World::new();
    w.add_client("app");
    let (created, epoch) = (w.now(), w.client_epoch("app"));
    let changed = ClientDraft {
        name: "renamed",
        token_format: TokenFormat::Opaque,
        metadata: "{\"grant_types\":[]}",
        ..draft("app")
    };
    block_on(w.store.update_client(&w.tenant, &changed, None, w.tick())).unwrap();
    let client = block_on(w.store.client(&w.tenant, "app")).unwrap().unwrap();
    assert_eq!(client.name, "renamed");
    assert_eq!(client.token_format, TokenFormat::Opaque);
    assert_eq!(client.metadata, "{\"grant_types\":[]}");
    assert_eq!((client.created, client.modified), (created, w.now()));
    // What a client is called ends no token.
    assert_eq!(client.epoch, epoch);
    w.last_is("admin", "configure", "Client", "app");
    assert_eq!(
        w.log().pop().unwrap().attributes,
        ["name", "tokenFormat", "metadata"]
    );
    block_on(w.store.delete_client(&w.tenant, "app", None, w.tick())).unwrap();
    w.last_is("admin", "delete", "Client", "app");
    assert_eq!(block_on(w.store.client(&w.tenant, "app")), Ok(None));
    assert_eq!(block_on(w.store.secrets(&w.tenant, "app")), Ok(vec![]));
    let entries = w.log().len();
    let gone = Err(StoreError::NotFound);
    assert_eq!(
        block_on(w.store.delete_client(&w.tenant, "app", None, w.tick())),
        gone
    );
    assert_eq!(
        block_on(w.store.update_client(&w.tenant, &changed, None, w.tick())),
        gone
    );
    assert_eq!(
        block_on(
            w.store
                .set_client_disabled(&w.tenant, "app", true, w.tick())
        ),
        gone
    );
    assert_eq!(w.log().len(), entries);
}

#[test]
fn clients_are_listed_in_pages() {
    let w = World::new();
    for id in ["c", "a", "b"] {
        w.add_client(id);
    }
    let page = |after: &str, limit| {
        let clients = block_on(w.store.clients(&w.tenant, (after, limit))).unwrap();
        clients
            .into_iter()
            .map(|client| client.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(page("", 2), ["a", "b"]);
    assert_eq!(page("b", 2), ["c"]);
    assert!(page("c", 2).is_empty());
}

#[test]
fn disabling_twice_is_once() {
    let w = World::new();
    w.add_client("app");
    w.disable("app", true);
    w.last_is("admin", "disable", "Client", "app");
    let (epoch, entries) = (w.client_epoch("app"), w.log().len());
    w.disable("app", true);
    assert_eq!((w.client_epoch("app"), w.log().len()), (epoch, entries));
    w.disable("app", false);
    w.last_is("admin", "enable", "Client", "app");
    assert!(w.client_epoch("app") > epoch);
}

#[test]
fn the_token_endpoint_learns_all_in_one_read() {
    let w = World::new();
    w.add_client("app");
    let read =
        |client: &str| block_on(w.store.authenticate_client(&w.tenant, client, w.now())).unwrap();
    let found = read("app");
    assert_eq!(found.settings, TokenSettings::default());
    assert!(!found.suspended && found.newest_key.is_none());
    let login = found.client.unwrap();
    assert_eq!(login.secrets, [hash("app-secret")]);
    let client = block_on(w.store.client(&w.tenant, "app")).unwrap();
    assert_eq!(Some(login.client), client);

    let change = TenantChange {
        signing_algorithm: Some(SigningAlgorithm::Es256),
        access_token_secs: Some(60),
        rotation_days: Some(7),
        ..TenantChange::default()
    };
    block_on(w.store.update_tenant(&w.tenant, &change, w.tick())).unwrap();
    assert_eq!(
        w.log().pop().unwrap().attributes,
        ["signingAlgorithm", "accessTokenLifetime", "keyRotationDays"]
    );
    w.disable("app", true);
    let later = read("app");
    assert_ne!(later.revision, found.revision);
    let tokens = TokenSettings {
        signing_algorithm: SigningAlgorithm::Es256,
        access_token_secs: 60,
        rotation_days: 7,
    };
    assert_eq!(later.settings, tokens);
    assert_eq!(w.settings().tokens, tokens);
    let tenant = block_on(w.store.tenant(&w.tenant)).unwrap().unwrap();
    assert_eq!(tenant.tokens, tokens);
    assert!(later.client.unwrap().client.disabled);

    assert_eq!(read("other").client, None);
    let nowhere = TenantName::parse("nowhere").unwrap();
    assert_eq!(
        block_on(w.store.authenticate_client(&nowhere, "app", w.now())),
        Err(StoreError::NotFound)
    );
}
