//! Revocation (RFC 7009).

use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_store::auth::Actor;
use rollcall_store::{Administrator, Claims, StoreError};

use crate::world::{World, hash};

fn world() -> World {
    let w = World::new();
    for client in ["app", "other"] {
        w.add_client(client);
    }
    for person in ["anna", "ben"] {
        w.add_person(person);
    }
    w
}

fn revoke_jwt(w: &World, client: &str, claims: &Claims) {
    let what = (claims.jti.as_str(), claims.expires);
    let (actor, now) = (Actor::Client(client), w.tick());
    block_on(w.store.revoke_jwt(&w.tenant, actor, what, now)).unwrap();
}

#[test]
fn a_jwt_is_revoked_alone() {
    let w = world();
    let (one, two) = (w.jwt("one", "app", None), w.jwt("two", "app", None));
    revoke_jwt(&w, "app", &one);
    assert!(!w.is_live(&one) && w.is_live(&two));
    w.last_is("client:app", "revoke", "AccessToken", "one");
    let entries = w.log().len();
    revoke_jwt(&w, "app", &one);
    assert_eq!(w.log().len(), entries);
}

#[test]
fn an_opaque_token_is_revoked_by_its_client_alone() {
    let w = world();
    w.add_opaque("one", "app", Some("anna"), None);
    w.add_opaque("two", "app", Some("anna"), None);
    let entries = w.log().len();
    let revoke = |client: &str, token: &str| {
        let token = hash(token);
        let revoked = w.store.revoke_opaque(&w.tenant, client, &token, w.tick());
        block_on(revoked).unwrap();
    };
    revoke("other", "one");
    revoke("app", "unknown");
    assert_eq!(w.log().len(), entries);
    assert!(w.is_live_opaque("one"));
    revoke("app", "one");
    assert!(!w.is_live_opaque("one") && w.is_live_opaque("two"));
    w.last_is("client:app", "revoke", "AccessToken", "one-id");
}

#[test]
fn a_refresh_token_takes_its_access_tokens_with_it() {
    let w = world();
    w.add_grant("grant", "app", Some("anna"), "r1");
    w.add_grant("another", "app", Some("anna"), "another");
    w.add_opaque("of the grant", "app", Some("anna"), Some("grant"));
    w.add_opaque("of none", "app", Some("anna"), None);
    let mut jwt = w.jwt("jwt", "app", Some("anna"));
    jwt.grant = Some("grant".into());
    let revoke = |client: &str, token: &str| {
        let token = hash(token);
        let revoked = w.store.revoke_refresh(&w.tenant, client, &token, w.tick());
        block_on(revoked).unwrap();
    };
    let entries = w.log().len();
    revoke("other", "r1");
    revoke("app", "unknown");
    assert_eq!(w.log().len(), entries);
    assert!(w.is_live_refresh("r1") && w.is_live(&jwt) && w.is_live_opaque("of the grant"));
    revoke("app", "r1");
    w.last_is("client:app", "revoke", "Grant", "grant");
    assert!(!w.is_live_refresh("r1") && !w.is_live(&jwt) && !w.is_live_opaque("of the grant"));
    assert!(w.is_live_refresh("another") && w.is_live_opaque("of none"));
    let entries = w.log().len();
    revoke("app", "r1");
    assert_eq!(w.log().len(), entries);
}

#[test]
fn a_grant_is_revoked_by_its_client_or_the_service() {
    let w = world();
    w.add_grant("grant", "app", None, "r1");
    w.add_grant("another", "app", None, "r2");
    let revoke = |actor, id| {
        block_on(w.store.revoke_grant(&w.tenant, actor, id, w.tick())).unwrap();
    };
    revoke(Actor::Client("other"), "grant");
    assert!(w.is_live_refresh("r1"));
    revoke(Actor::Client("app"), "grant");
    assert!(!w.is_live_refresh("r1") && w.is_live_refresh("r2"));
    revoke(Actor::Service, "another");
    assert!(!w.is_live_refresh("r2"));
    w.last_is("service", "revoke", "Grant", "another");
}

#[test]
fn all_of_a_client_end_and_it_goes_on() {
    let w = world();
    let (jwt, others) = (
        w.jwt("1", "app", Some("anna")),
        w.jwt("2", "other", Some("anna")),
    );
    w.add_opaque("opaque", "app", None, None);
    w.add_grant("grant", "app", None, "r1");
    let revoke = |id: &str, now: Timestamp| {
        let revoked = w
            .store
            .revoke_all_of_client(&w.tenant, Actor::Admin, id, now);
        block_on(revoked)
    };
    revoke("app", w.tick()).unwrap();
    w.last_is("admin", "revoke", "Client", "app");
    assert!(!w.is_live(&jwt) && !w.is_live_opaque("opaque") && !w.is_live_refresh("r1"));
    assert!(w.is_live(&others));
    let new = w.jwt("3", "app", None);
    assert!(w.is_live(&new));
    // In the same moment, too.
    revoke("app", w.now()).unwrap();
    assert!(!w.is_live(&new));
    assert_eq!(revoke("nobody", w.now()), Err(StoreError::NotFound));
}

#[test]
fn all_of_a_person_end_and_they_go_on() {
    let w = world();
    let (jwt, bens) = (
        w.jwt("1", "app", Some("anna")),
        w.jwt("2", "app", Some("ben")),
    );
    let own = w.jwt("3", "app", None);
    w.add_opaque("opaque", "app", Some("anna"), None);
    let version = w.find("anna").version;
    let revoke = |id: &str| {
        let now = w.tick();
        block_on(
            w.store
                .revoke_all_of_person(Administrator::Operator(&w.tenant), id, now),
        )
    };
    revoke("anna").unwrap();
    w.last_is("admin", "revoke", "User", "anna");
    assert!(!w.is_live(&jwt) && !w.is_live_opaque("opaque"));
    assert!(w.is_live(&bens) && w.is_live(&own));
    assert!(w.is_live(&w.jwt("4", "app", Some("anna"))));
    assert_eq!(w.find("anna").version, version);
    assert_eq!(revoke("nobody"), Err(StoreError::NotFound));
}
