//! What the statements of the authorization server look at.

use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_store::auth::{
    Actor, ClientDraft, Entry, GrantDraft, InitialTokenDraft, IssuerDraft, Jwks, KeyDraft,
    OpaqueDraft, PersonName, SecretDraft, SigningAlgorithm, Successor, TokenFormat,
};
use rollcall_store::{
    Access, Administrator, Besides, Caller, Claims, Credential, Part, Query, Relations, Start,
    TokenHash,
};
use serde_json::json;

use crate::fixture::{Fixture, now, resource};
use crate::plan::Plan;

/// The triggers of what is written of the authorization server.
pub const TRIGGERS: [&str; 24] = [
    "suspend_run",
    "register_client_run",
    "managed_client_run",
    "revise_client_run",
    "remove_client_run",
    "switch_client_run",
    "add_secret_run",
    "remove_secret_run",
    "allow_registration_run",
    "disallow_registration_run",
    "add_key_run",
    "begin_grant_run",
    "refresh_token_used",
    "issue_access_run",
    "end_access_run",
    "end_jwt_run",
    "end_refresh_run",
    "end_grant_run",
    "end_client_run",
    "end_person_run",
    "trust_run",
    "distrust_run",
    "sweep_tokens_run",
    "sweep_run",
];

/// All that has been looked at.
#[derive(Default)]
struct Told(String);

impl Told {
    /// Demands that nothing that was run since the last call looks at more than it must, and that something was run.
    #[track_caller]
    fn plans(&mut self, f: &Fixture, what: &str) {
        let statements = f.statements();
        assert!(!statements.is_empty(), "{what}");
        for statement in statements {
            let plan = Plan::of(&f.native, &statement);
            let text = plan.text();
            assert_eq!(plan.scans().count(), 0, "{what}: {text}");
            // A tenant has few keys.
            let mut walks = plan.walks().filter(|does| !does.contains("signing_key"));
            assert_eq!(walks.next(), None, "{what}: {text}");
            assert_eq!(plan.sorts().count(), 0, "{what}: {text}");
            assert!(!text.contains("AUTOMATIC"), "{what}: {text}");
            self.0.push_str(&text);
        }
    }
}

fn soon() -> Timestamp {
    Timestamp::from_micros(now().as_micros() + 3_600_000_000)
}

fn client(id: &str) -> ClientDraft<'_> {
    ClientDraft {
        id,
        name: "app",
        token_format: TokenFormat::Jwt,
        metadata: "{}",
        registration: None,
    }
}

#[test]
fn what_is_written_of_the_authorization_server_is_index_lookups() {
    let f = Fixture::new();
    let (store, at) = (&f.store, now());
    let tenant = &f.caller().access.tenant.clone();
    let (hash, other) = (TokenHash::of("a"), TokenHash::of("b"));
    let mut told = Told::default();
    let secret = SecretDraft {
        id: "s",
        hash: &hash,
        expires: None,
    };
    block_on(store.create_client(tenant, &client("app"), Some(&secret), None, at)).unwrap();
    told.plans(&f, "a client");
    block_on(store.update_client(tenant, &client("app"), Some(&hash), at)).unwrap_err();
    told.plans(&f, "a client that changes itself");
    block_on(store.set_client_disabled(tenant, "app", false, at)).unwrap();
    told.plans(&f, "a client that is enabled");
    block_on(store.add_secret(tenant, "app", &SecretDraft { id: "t", ..secret }, None, at))
        .unwrap();
    told.plans(&f, "a secret");
    block_on(store.delete_secret(tenant, "app", "t", at)).unwrap();
    told.plans(&f, "a secret that goes");
    let initial = InitialTokenDraft {
        id: "i",
        name: "",
        hash: &hash,
        expires: None,
        uses: None,
    };
    block_on(store.create_initial_token(tenant, &initial, at)).unwrap();
    told.plans(&f, "an initial access token");
    block_on(store.delete_initial_token(tenant, "i", at)).unwrap();
    told.plans(&f, "an initial access token that goes");
    let key = KeyDraft {
        kid: "k",
        algorithm: SigningAlgorithm::EdDsa,
        public: "{}",
        sealed: b"",
        active_from: at,
    };
    block_on(store.add_key(tenant, Actor::Service, &key, None, at)).unwrap();
    told.plans(&f, "a key");
    block_on(store.reseal_key(tenant, "k", (b"", b"x"))).unwrap();
    told.plans(&f, "a key that is sealed anew");
    let grant = GrantDraft {
        id: "g",
        client: ("app", at.as_micros()),
        person: Some(("u1", at.as_micros())),
        scope: "",
        resources: "[]",
        jkt: None,
        expires: soon(),
    };
    block_on(store.create_grant(tenant, &grant, Some((&hash, soon())), at)).unwrap();
    told.plans(&f, "a grant");
    let successor = Successor {
        hash: &other,
        sealed: "",
    };
    for what in ["a rotation", "a rotation that came second"] {
        block_on(store.rotate(tenant, ("app", &hash), &successor, 10, at)).unwrap();
        told.plans(&f, what);
    }
    let token = OpaqueDraft {
        hash: &hash,
        id: "o",
        client: ("app", at.as_micros()),
        person: None,
        grant: None,
        links: None,
        scope: "",
        audience: "[]",
        jkt: None,
        act: None,
        expires: soon(),
    };
    block_on(store.create_opaque_token(tenant, &token, at)).unwrap();
    told.plans(&f, "an opaque token");
    block_on(store.revoke_opaque(tenant, "app", &hash, at)).unwrap();
    told.plans(&f, "an opaque token that is revoked");
    block_on(store.revoke_jwt(tenant, Actor::Client("app"), ("j", soon()), at)).unwrap();
    told.plans(&f, "a JWT that is revoked");
    block_on(store.revoke_refresh(tenant, "app", &other, at)).unwrap();
    told.plans(&f, "a refresh token that is revoked");
    block_on(store.revoke_all_of_client(tenant, Actor::Admin, "app", at)).unwrap();
    told.plans(&f, "all of a client");
    block_on(store.revoke_all_of_person(Administrator::Operator(tenant), "u1", at)).unwrap();
    told.plans(&f, "all of a person");
    block_on(store.use_once(tenant, &hash, at, at)).unwrap();
    told.plans(&f, "a single use");
    block_on(store.delete_client(tenant, "app", None, at)).unwrap();
    told.plans(&f, "a client that goes");
    let entry = Entry {
        at,
        actor: Actor::Service,
        operation: "issue",
        resource_type: "AccessToken",
        resource: "1",
    };
    block_on(store.record(tenant, &[entry])).unwrap();
    told.plans(&f, "an entry of the log");
    issuers(&f, &mut told);
    block_on(store.sweep(soon())).unwrap();
    told.plans(&f, "a sweep");
    block_on(store.set_suspended(tenant, true, at)).unwrap();
    told.plans(&f, "a suspension");
    for name in TRIGGERS {
        assert!(told.0.contains(&format!("-- TRIGGER {name}")), "{name}");
    }
}

fn issuers(f: &Fixture, told: &mut Told) {
    let (store, at) = (&f.store, now());
    let tenant = &f.caller().access.tenant.clone();
    let issuer = IssuerDraft {
        issuer: "i",
        jwks_uri: "u",
        audience: "",
        mapping: "{}",
    };
    block_on(store.trust_issuer(tenant, &issuer, at)).unwrap();
    told.plans(f, "an issuer");
    block_on(store.lease_jwks(tenant, ("i", None), soon(), at)).unwrap();
    told.plans(f, "a lease");
    let jwks = Jwks {
        document: "{}".into(),
        fetched: at,
        expires: soon(),
    };
    block_on(store.keep_jwks(tenant, ("i", "u"), &jwks)).unwrap();
    told.plans(f, "keys of an issuer");
    block_on(store.fail_jwks(tenant, "i", (3, soon()))).unwrap();
    told.plans(f, "a fetch that failed");
    block_on(store.trusted_issuer(tenant, "i")).unwrap();
    told.plans(f, "one issuer");
    block_on(store.trusted_issuers(tenant, ("", 10))).unwrap();
    told.plans(f, "issuers");
    block_on(store.distrust_issuer(tenant, "i", at)).unwrap();
    told.plans(f, "an issuer that goes");
}

fn claims() -> Claims {
    Claims {
        client: "app".into(),
        client_epoch: 0,
        person: Some(("u1".into(), 0)),
        grant: Some("g".into()),
        links: None,
        jti: "j".into(),
        expires: soon(),
    }
}

#[test]
fn what_is_read_of_the_authorization_server_is_index_lookups() {
    let f = Fixture::new();
    let (store, at) = (&f.store, now());
    let tenant = &f.caller().access.tenant.clone();
    let hash = TokenHash::of("a");
    let mut told = Told::default();
    block_on(store.authenticate_client(tenant, "app", at)).unwrap();
    told.plans(&f, "authentication");
    block_on(store.introspect_jwt(tenant, "app", &claims(), at)).unwrap();
    told.plans(&f, "introspection of a JWT");
    block_on(store.introspect_opaque(tenant, "app", &hash, at)).unwrap();
    told.plans(&f, "introspection of an opaque token");
    block_on(store.introspect_refresh(tenant, "app", &hash, at)).unwrap();
    told.plans(&f, "introspection of a refresh token");
    block_on(store.opaque_token(tenant, &hash, at)).unwrap();
    told.plans(&f, "an opaque token");
    block_on(store.refresh_token(tenant, &hash, at)).unwrap();
    told.plans(&f, "a refresh token");
    block_on(store.person(tenant, "u1")).unwrap();
    told.plans(&f, "a person");
    block_on(store.client(tenant, "app")).unwrap();
    told.plans(&f, "a client");
    block_on(store.registered_client(tenant, "app", &hash)).unwrap_err();
    told.plans(&f, "a client that reads itself");
    block_on(store.clients(tenant, ("", 10))).unwrap();
    told.plans(&f, "clients");
    block_on(store.secrets(tenant, "app")).unwrap();
    told.plans(&f, "secrets");
    for name in [
        PersonName::ExternalId("e"),
        PersonName::UserName("u"),
        PersonName::Email("e@example.com"),
    ] {
        block_on(store.person_named(tenant, name)).unwrap();
        told.plans(&f, "a person by a name");
    }
    block_on(store.allows_registration(tenant, &hash, at)).unwrap();
    told.plans(&f, "a registration that is looked at");
    block_on(store.initial_tokens(tenant, ("", 10))).unwrap();
    told.plans(&f, "initial access tokens");
    block_on(store.sweep(at)).unwrap();
    told.plans(&f, "a sweep of nothing");
    block_on(store.keys(tenant)).unwrap();
    told.plans(&f, "keys");
    block_on(store.drop_keys(tenant, 3600, at)).unwrap();
    told.plans(&f, "keys that go");
}

#[test]
fn every_kind_of_token_is_checked_by_index_lookups() {
    let f = Fixture::new();
    let mut told = Told::default();
    let settings = f.caller().settings;
    for token in [
        Credential::Opaque(TokenHash::of("a")),
        Credential::Jwt(Box::new(claims())),
    ] {
        let access = Access {
            tenant: f.caller().access.tenant.clone(),
            token,
        };
        let caller = Caller {
            access: &access,
            settings,
            now: now(),
        };
        block_on(f.store.authenticate(&access, now())).unwrap_err();
        told.plans(&f, "authentication");
        let relations = Relations::default();
        block_on(f.store.get(&caller, &f.users, "u1", &relations)).unwrap_err();
        told.plans(&f, "get");
        let part = Part {
            resource_type: &f.users,
            filter: None,
            sort: None,
            related: &[],
        };
        let query = Query {
            parts: &[part],
            order: rollcall_core::SortOrder::default(),
            start: Start::Offset(0),
            limit: 10,
            base: "",
        };
        block_on(f.store.list(&caller, &query)).unwrap_err();
        f.plan("list");
        let user = resource("new".to_owned(), &json!({"userName": "new"}));
        let nothing = Besides::default();
        block_on(f.store.create(&caller, &f.users, &user, &nothing)).unwrap_err();
        told.plans(&f, "create");
    }
}
