//! A store with one tenant, beside what should be in it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use pollster::block_on;
use rollcall_core::{
    Bound, JsonObject, Member, MemberChange, Resource, ResourceType, Timestamp, display_of,
};
use rollcall_store::rusqlite::File;
use rollcall_store::{
    Access, Besides, Caller, Durability, Operation, Page, Part, Query, Settings, Start, Store,
    TenantName, Token, TokenHash,
};
use serde_json::Value as Json;

pub const BASE: &str = "https://id.example/scim/v2";

pub static USERS: LazyLock<ResourceType> = LazyLock::new(ResourceType::user);
pub static GROUPS: LazyLock<ResourceType> = LazyLock::new(ResourceType::group);
static SUBS: LazyLock<[String; 4]> =
    LazyLock::new(|| ["value", "$ref", "display", "type"].map(str::to_owned));

/// One resource, with the ids of its members, and what they are called where that is not their name.
#[derive(Clone)]
pub struct Entry {
    pub rt: &'static ResourceType,
    pub resource: Resource,
    pub members: BTreeMap<String, Option<String>>,
}

pub struct World {
    dir: tempfile::TempDir,
    pub store: Store<File>,
    access: Access,
    settings: Settings,
    /// In order of creation.
    pub entries: Vec<Entry>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.entries.iter().map(|entry| {
            let Resource { id, attributes, .. } = &entry.resource;
            let attributes = Json::Object(attributes.clone());
            format!("{id} {attributes} {:?}", entry.members)
        });
        f.debug_list().entries(lines).finish()
    }
}

/// A resource that is not stored yet.
pub fn new(id: &str, created: Timestamp, attributes: &Json) -> Resource {
    Resource {
        id: id.to_owned(),
        version: 1,
        created,
        modified: created,
        attributes: attributes.as_object().unwrap().clone(),
    }
}

/// All resources of a type.
pub fn all(rt: &'static ResourceType) -> Part<'static> {
    Part {
        resource_type: rt,
        filter: None,
        sort: None,
        related: &*SUBS,
    }
}

impl World {
    pub fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let access = Access {
            tenant: TenantName::default_tenant(),
            token: TokenHash::of("token").into(),
        };
        let epoch = Timestamp::from_millis(0);
        let token = Token {
            id: "1".into(),
            name: "test".into(),
            created: epoch,
            expires: None,
        };
        let (store, settings) = block_on(async {
            let file = File(dir.path().join("filters.db"));
            let store = Store::open(&file, Durability::Normal).await.unwrap();
            store
                .create_token(&access.tenant, &token, &TokenHash::of("token"))
                .await
                .unwrap();
            let settings = store.settings(&access, epoch).await.unwrap();
            (store, settings)
        });
        Self {
            dir,
            store,
            access,
            settings,
            entries: Vec::new(),
        }
    }

    /// A world of users alone.
    pub fn of_users(users: &[Resource]) -> Self {
        let mut world = Self::empty();
        // Each starts with another one's attributes, so that an update of the index is tested, too.
        for (user, other) in users.iter().zip(users.iter().rev()) {
            let mut first = user.clone();
            first.attributes = other.attributes.clone();
            let name = Json::from(format!("first {}", user.id));
            first.attributes.insert("userName".into(), name);
            world.create(&USERS, first);
            world.replace(&user.id, user.modified, user.attributes.clone());
        }
        world
    }

    /// Another connection, past the store.
    pub fn native(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.path().join("filters.db")).unwrap()
    }

    fn caller(&self, now: Timestamp) -> Caller<'_> {
        Caller {
            access: &self.access,
            settings: &self.settings,
            now,
        }
    }

    pub fn entry(&mut self, id: &str) -> &mut Entry {
        let entry = self.entries.iter_mut().find(|e| e.resource.id == id);
        entry.unwrap()
    }

    pub fn create(&mut self, rt: &'static ResourceType, mut resource: Resource) {
        resource.version = 1;
        resource.modified = resource.created;
        let nothing = Besides::default();
        let caller = self.caller(resource.created);
        block_on(self.store.create(&caller, rt, &resource, &nothing)).unwrap();
        self.entries.push(Entry {
            rt,
            resource,
            members: BTreeMap::new(),
        });
    }

    pub fn replace(&mut self, id: &str, now: Timestamp, attributes: JsonObject) {
        let Entry { rt, resource, .. } = self.entry(id).clone();
        let new = Resource {
            version: resource.version + 1,
            modified: now,
            attributes,
            ..resource.clone()
        };
        let nothing = Besides::default();
        let (caller, both) = (self.caller(now), (&resource, &new));
        block_on(
            self.store
                .update(&caller, rt, Operation::Replace, both, &nothing),
        )
        .unwrap();
        self.entry(id).resource = new;
    }

    pub fn enrol(&mut self, group: &str, now: Timestamp, members: MemberChange) {
        let besides = Besides {
            members,
            password: None,
        };
        let (caller, what) = (self.caller(now), (group, None));
        block_on(
            self.store
                .update_besides(&caller, &GROUPS, Operation::Patch, what, &besides),
        )
        .unwrap();
        let MemberChange { clear, add, remove } = besides.members;
        let add = add.into_iter().map(|Member { id, display }| {
            let name = display_of(&self.entry(&id).resource.attributes).map(str::to_owned);
            (id, display.filter(|display| name.as_ref() != Some(display)))
        });
        let mut members: BTreeMap<String, Option<String>> = add.collect();
        let entry = self.entry(group);
        let before = entry.members.clone();
        if !clear {
            // Who is a member already stays as they are.
            members.extend(before.clone());
            members.retain(|id, _| !remove.contains(id));
        }
        entry.members = members;
        if entry.members != before {
            entry.resource.version += 1;
            entry.resource.modified = now;
        }
    }

    pub fn delete(&mut self, id: &str, now: Timestamp) {
        let (caller, rt) = (self.caller(now), self.entries.iter());
        let rt = rt.clone().find(|e| e.resource.id == id).unwrap().rt;
        block_on(self.store.delete(&caller, rt, id, None)).unwrap();
        self.entries.retain(|entry| entry.resource.id != id);
        for entry in &mut self.entries {
            if entry.members.remove(id).is_some() {
                entry.resource.version += 1;
                entry.resource.modified = now;
            }
        }
    }

    pub fn list(&self, parts: &[Part<'_>], start: Start, limit: u32) -> Page {
        let order = parts.iter().find_map(|part| part.sort);
        let query = Query {
            parts,
            order: order.map(|sort| sort.order).unwrap_or_default(),
            start,
            limit,
            base: BASE,
        };
        let caller = self.caller(Timestamp::from_millis(0));
        block_on(self.store.list(&caller, &query)).unwrap()
    }

    /// Lists with a filter, whole and as a number, and demands what the evaluator says.
    #[track_caller]
    pub fn check_filter(&self, rt: &'static ResourceType, filter: &Bound<'_>, what: &str) {
        let parts = [Part {
            filter: Some(filter),
            ..all(rt)
        }];
        let expected = self.matching(&parts);
        let page = self.list(&parts, Start::Offset(0), 500);
        self.check(&page, &expected, what);
        assert_eq!(page.total, expected.len() as u64, "{what}");
        let counted = self.list(&parts, Start::Offset(0), 0).total;
        assert_eq!(counted, expected.len() as u64, "{what}");
    }
}
