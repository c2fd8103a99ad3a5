//! A tenant with clients and people, and short words for what the tests do with it.

use std::cell::Cell;
use std::path::PathBuf;

use pollster::block_on;
use rollcall_core::{JsonObject, Resource, ResourceType, Timestamp};
use rollcall_store::auth::{
    ClientDraft, GrantDraft, OpaqueDraft, RefreshToken, SecretDraft, Successor, TokenFormat,
};
use rollcall_store::rusqlite::File;
use rollcall_store::{
    Access, Administrator, Besides, Caller, Change, Claims, Credential, Durability, Operation,
    Part, Query, Relations, Settings, Start, Store, StoreError, Tenant, TenantName, Token,
    TokenHash,
};
use serde_json::json;

/// The time at which a world begins, in microseconds; each call that writes is a second later.
const START: i64 = 1_700_000_000_000_000;

pub const SECOND: i64 = 1_000_000;

pub fn later(time: Timestamp, secs: i64) -> Timestamp {
    Timestamp::from_micros(time.as_micros() + secs * SECOND)
}

pub fn hash(text: &str) -> TokenHash {
    TokenHash::of(text)
}

pub struct World {
    pub dir: tempfile::TempDir,
    pub store: Store<File>,
    pub tenant: TenantName,
    clock: Cell<i64>,
    pub users: ResourceType,
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path().join("auth.db"));
        let world = Self {
            dir,
            store,
            tenant: TenantName::default_tenant(),
            clock: Cell::new(START),
            users: ResourceType::user(),
        };
        world.add_provisioning_token();
        world
    }

    /// Another connection to the same database, as another instance has it.
    pub fn instance(&self) -> Store<File> {
        open(self.path())
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("auth.db")
    }

    /// A second tenant in the same database.
    pub fn neighbour(&self) -> Self {
        let tenant = TenantName::parse("neighbour").unwrap();
        block_on(
            self.store
                .create_tenant(&Tenant::new(tenant.clone(), self.tick())),
        )
        .unwrap();
        let dir = tempfile::tempdir().unwrap();
        let world = Self {
            dir,
            store: self.instance(),
            tenant,
            clock: Cell::new(self.now().as_micros()),
            users: ResourceType::user(),
        };
        world.add_provisioning_token();
        world
    }

    fn add_provisioning_token(&self) {
        let token = Token {
            id: format!("{}-1", self.tenant),
            name: "test".into(),
            created: self.tick(),
            expires: None,
        };
        let hash = hash(self.tenant.as_str());
        block_on(self.store.create_token(&self.tenant, &token, &hash)).unwrap();
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.clock.get())
    }

    /// The next second.
    pub fn tick(&self) -> Timestamp {
        self.pass(1)
    }

    /// Lets time pass.
    pub fn pass(&self, secs: i64) -> Timestamp {
        self.clock.set(self.clock.get() + secs * SECOND);
        self.now()
    }

    pub fn provisioning(&self) -> Access {
        self.access(hash(self.tenant.as_str()).into())
    }

    pub fn access(&self, token: Credential) -> Access {
        Access {
            tenant: self.tenant.clone(),
            token,
        }
    }

    pub fn settings(&self) -> Settings {
        block_on(self.store.settings_of(&self.tenant)).unwrap()
    }

    pub fn log(&self) -> Vec<Change> {
        block_on(self.store.changes(&self.tenant, 0, 1000)).unwrap()
    }

    /// The last entry of the change log: who did what to what.
    pub fn last(&self) -> (String, String, String, String) {
        let last = self.log().pop().unwrap();
        (
            last.actor,
            last.operation,
            last.resource_type,
            last.resource,
        )
    }

    #[track_caller]
    pub fn last_is(&self, actor: &str, operation: &str, resource_type: &str, resource: &str) {
        let expected = (
            actor.into(),
            operation.into(),
            resource_type.into(),
            resource.into(),
        );
        assert_eq!(self.last(), expected);
    }

    // People.

    pub fn add_person(&self, id: &str) {
        let now = self.tick();
        let attributes = json!({"userName": id, "active": true});
        let person = Resource {
            id: id.to_owned(),
            version: 1,
            created: now,
            modified: now,
            attributes: attributes.as_object().unwrap().clone(),
        };
        let (access, settings) = (self.provisioning(), self.settings());
        let caller = caller(&access, &settings, now);
        let nothing = Besides::default();
        let created = self.store.create(&caller, &self.users, &person, &nothing);
        block_on(created).unwrap();
    }

    pub fn find(&self, id: &str) -> Resource {
        let (access, settings) = (self.provisioning(), self.settings());
        let caller = caller(&access, &settings, self.now());
        let relations = Relations::default();
        let found = block_on(self.store.get(&caller, &self.users, id, &relations));
        found.unwrap().unwrap().resource().unwrap()
    }

    /// Gives a person other attributes, as PUT and PATCH do.
    pub fn change_person(&self, id: &str, attributes: &serde_json::Value) {
        let old = self.find(id);
        let new = Resource {
            version: old.version + 1,
            modified: self.tick(),
            attributes: attributes.as_object().unwrap().clone(),
            ..old.clone()
        };
        let (access, settings) = (self.provisioning(), self.settings());
        let caller = caller(&access, &settings, new.modified);
        let (both, nothing) = ((&old, &new), Besides::default());
        let updated = self
            .store
            .update(&caller, &self.users, Operation::Patch, both, &nothing);
        block_on(updated).unwrap();
    }

    pub fn set_active(&self, id: &str, active: bool) {
        self.change_person(id, &json!({"userName": id, "active": active}));
    }

    pub fn delete_person(&self, id: &str) {
        let (access, settings) = (self.provisioning(), self.settings());
        let caller = caller(&access, &settings, self.tick());
        block_on(self.store.delete(&caller, &self.users, id, None)).unwrap();
    }

    pub fn person_epoch(&self, id: &str) -> i64 {
        let person = block_on(self.store.person(&self.tenant, id)).unwrap();
        person.unwrap().epoch
    }

    // Clients.

    pub fn add_client(&self, id: &str) {
        let client = draft(id);
        let secret = hash(&format!("{id}-secret"));
        let secret = SecretDraft {
            id: "first",
            hash: &secret,
            expires: None,
        };
        let now = self.tick();
        let created = self
            .store
            .create_client(&self.tenant, &client, Some(&secret), None, now);
        block_on(created).unwrap();
    }

    pub fn client_epoch(&self, id: &str) -> i64 {
        let client = block_on(self.store.client(&self.tenant, id)).unwrap();
        client.unwrap().epoch
    }

    pub fn disable(&self, id: &str, disabled: bool) {
        let now = self.tick();
        block_on(
            self.store
                .set_client_disabled(&self.tenant, id, disabled, now),
        )
        .unwrap();
    }

    // Tokens.

    /// A JWT that is issued now, for an hour.
    pub fn jwt(&self, jti: &str, client: &str, person: Option<&str>) -> Claims {
        Claims {
            client: client.to_owned(),
            client_epoch: self.client_epoch(client),
            person: person.map(|id| (id.to_owned(), self.person_epoch(id))),
            grant: None,
            links: None,
            jti: jti.to_owned(),
            expires: later(self.now(), 3600),
        }
    }

    /// An opaque token that is issued now, for an hour.
    pub fn add_opaque(
        &self,
        secret: &str,
        client: &str,
        person: Option<&str>,
        grant: Option<&str>,
    ) {
        self.add_linked(secret, client, person, grant, None);
    }

    /// The same, with what else it ends with.
    pub fn add_linked(
        &self,
        secret: &str,
        client: &str,
        person: Option<&str>,
        grant: Option<&str>,
        links: Option<&str>,
    ) {
        let now = self.tick();
        let token = OpaqueDraft {
            hash: &hash(secret),
            id: &format!("{secret}-id"),
            client: (client, self.client_epoch(client)),
            person: person.map(|id| (id, self.person_epoch(id))),
            grant,
            links,
            scope: "scim:read",
            audience: "[\"https://id.example\"]",
            jkt: None,
            act: None,
            expires: later(now, 3600),
        };
        block_on(self.store.create_opaque_token(&self.tenant, &token, now)).unwrap();
    }

    /// A grant of thirty days, whose refresh token lives for a day.
    pub fn add_grant(&self, id: &str, client: &str, person: Option<&str>, refresh: &str) {
        let now = self.tick();
        let grant = GrantDraft {
            id,
            client: (client, self.client_epoch(client)),
            person: person.map(|id| (id, self.person_epoch(id))),
            scope: "scim:read offline_access",
            resources: "[]",
            jkt: Some("thumb"),
            expires: later(now, 30 * 86400),
        };
        let refresh = hash(refresh);
        let first = Some((&refresh, later(now, 86400)));
        block_on(self.store.create_grant(&self.tenant, &grant, first, now)).unwrap();
    }

    pub fn refresh(&self, token: &str) -> Option<RefreshToken> {
        block_on(
            self.store
                .refresh_token(&self.tenant, &hash(token), self.now()),
        )
        .unwrap()
    }

    pub fn rotate(&self, client: &str, old: &str, new: &str) -> rollcall_store::auth::Rotation {
        let (old, new_hash) = (hash(old), hash(new));
        let successor = Successor {
            hash: &new_hash,
            sealed: new,
        };
        block_on(
            self.store
                .rotate(&self.tenant, (client, &old), &successor, 10, self.now()),
        )
        .unwrap()
    }

    /// Whether a credential opens the tenant, which every kind of statement must say alike.
    #[track_caller]
    pub fn opens(&self, token: &Credential) -> bool {
        let (access, settings) = (self.access(token.clone()), self.settings());
        let now = self.now();
        let caller = caller(&access, &settings, now);
        let store = &self.store;
        let part = Part {
            resource_type: &self.users,
            filter: None,
            sort: None,
            related: &[],
        };
        let query = |limit| Query {
            parts: std::slice::from_ref(&part),
            order: rollcall_core::SortOrder::default(),
            start: Start::Offset(0),
            limit,
            base: "",
        };
        let relations = Relations::default();
        let by = Administrator::Delegate(&access, &settings);
        let ghost = Resource {
            id: "nobody".to_owned(),
            version: 1,
            created: now,
            modified: now,
            attributes: JsonObject::new(),
        };
        // Nobody is there, or was deleted: whoever may do something to them is told so.
        let done = |answer| match answer {
            Err(StoreError::NotFound) => Ok(()),
            other => other,
        };
        let answers = [
            block_on(store.authenticate(&access, now)).map(drop),
            block_on(store.settings(&access, now)).map(drop),
            block_on(store.get(&caller, &self.users, "nobody", &relations)).map(drop),
            block_on(store.missing(&caller, &[])).map(drop),
            block_on(store.list(&caller, &query(0))).map(drop),
            block_on(store.list(&caller, &query(5))).map(drop),
            done(block_on(store.delete(&caller, &self.users, "nobody", None))),
            block_on(store.basis(&access, now, &[], None)).map(drop),
            block_on(store.deleted(by, ("", 5), now)).map(drop),
            block_on(store.deleted_one(by, "nobody", now)).map(drop),
            done(block_on(store.restore(by, &settings, &self.users, &ghost))),
            done(block_on(store.purge(by, "nobody", now))),
            done(block_on(store.revoke_all_of_person(by, "nobody", now))),
        ];
        let good = answers.iter().filter(|answer| answer.is_ok()).count();
        let refused = Err(StoreError::Unauthenticated);
        let bad = answers.iter().filter(|answer| **answer == refused).count();
        assert!(
            good == answers.len() || bad == answers.len(),
            "{answers:?} of {token:?}"
        );
        bad == 0
    }

    /// Whether a JWT is live, which introspection must say as well.
    #[track_caller]
    pub fn is_live(&self, claims: &Claims) -> bool {
        let now = self.now();
        let (_, shown) =
            block_on(self.store.introspect_jwt(&self.tenant, "", claims, now)).unwrap();
        let opens = self.opens(&Credential::Jwt(Box::new(claims.clone())));
        assert_eq!(shown.is_some(), opens, "{claims:?}");
        opens
    }

    /// Whether an opaque token is live, which its look-up and introspection must say as well.
    #[track_caller]
    pub fn is_live_opaque(&self, token: &str) -> bool {
        let (hash, now) = (hash(token), self.now());
        let found = block_on(self.store.opaque_token(&self.tenant, &hash, now)).unwrap();
        let (_, shown) =
            block_on(self.store.introspect_opaque(&self.tenant, "", &hash, now)).unwrap();
        assert_eq!(found, shown.map(|(token, _)| token));
        let opens = self.opens(&Credential::Opaque(hash));
        assert_eq!(found.is_some(), opens, "{token}");
        opens
    }

    /// Whether a refresh token is live, which introspection must say as well.
    #[track_caller]
    pub fn is_live_refresh(&self, token: &str) -> bool {
        let (hash, now) = (hash(token), self.now());
        let found = self.refresh(token).filter(|token| token.used.is_none());
        let (_, shown) =
            block_on(self.store.introspect_refresh(&self.tenant, "", &hash, now)).unwrap();
        assert_eq!(found, shown.map(|(token, _)| token));
        found.is_some()
    }
}

pub fn open(path: PathBuf) -> Store<File> {
    block_on(Store::open(&File(path), Durability::Normal)).unwrap()
}

pub fn caller<'c>(access: &'c Access, settings: &'c Settings, now: Timestamp) -> Caller<'c> {
    Caller {
        access,
        settings,
        now,
    }
}

pub fn draft(id: &str) -> ClientDraft<'_> {
    ClientDraft {
        id,
        name: "a client",
        token_format: TokenFormat::Jwt,
        metadata: "{}",
        registration: None,
    }
}

/// Does the same on many connections at once, and returns what came of each.
pub fn at_once<T: Send + 'static>(
    world: &World,
    count: usize,
    work: impl Fn(usize, &Store<File>) -> T + Clone + Send + 'static,
) -> Vec<T> {
    let gate = std::sync::Arc::new(std::sync::Barrier::new(count));
    let threads: Vec<_> = (0..count)
        .map(|number| {
            let (path, work, gate) = (world.path(), work.clone(), gate.clone());
            std::thread::spawn(move || {
                let store = open(path);
                gate.wait();
                work(number, &store)
            })
        })
        .collect();
    threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect()
}
