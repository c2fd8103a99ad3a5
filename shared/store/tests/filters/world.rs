//! A store with one tenant, beside what should be in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::LazyLock;

use pollster::block_on;
use proptest::prelude::*;
use proptest::sample::Index;
use rollcall_core::{
    Bound, JsonObject, MemberChange, Resource, ResourceType, Sort, SortOrder, Timestamp,
    display_of, matches, testing,
};
use rollcall_store::rusqlite::File;
use rollcall_store::{
    Access, Besides, Caller, Durability, Found, Operation, Page, Part, Query, Settings, Start,
    Store, TenantName, Token, TokenHash,
};
use serde_json::{Value as Json, json};

pub const BASE: &str = "https://id.example/scim/v2";

pub static USERS: LazyLock<ResourceType> = LazyLock::new(ResourceType::user);
pub static GROUPS: LazyLock<ResourceType> = LazyLock::new(ResourceType::group);
static SUBS: LazyLock<[String; 4]> =
    LazyLock::new(|| ["value", "$ref", "display", "type"].map(str::to_owned));

/// One resource, and the ids of its members.
#[derive(Clone)]
pub struct Entry {
    pub rt: &'static ResourceType,
    pub resource: Resource,
    pub members: BTreeSet<String>,
}

pub struct World {
    _dir: tempfile::TempDir,
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
            token: TokenHash::of("token"),
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
                .create_token(&access.tenant, &token, &access.token)
                .await
                .unwrap();
            let settings = store.settings(&access, epoch).await.unwrap();
            (store, settings)
        });
        Self {
            _dir: dir,
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
            members: BTreeSet::new(),
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
        let entry = self.entry(group);
        let before = entry.members.clone();
        entry
            .members
            .retain(|id| !clear && !remove.contains(id) || add.contains(id));
        entry.members.extend(add);
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
            if entry.members.remove(id) {
                entry.resource.version += 1;
                entry.resource.modified = now;
            }
        }
    }

    /// The full representation, as the evaluator takes it.
    pub fn json(&self, entry: &Entry) -> JsonObject {
        let relations = if entry.rt.name == "User" {
            ("groups", self.groups_of(&entry.resource.id))
        } else {
            ("members", self.members_of(entry))
        };
        rendered(entry.rt, &entry.resource, relations)
    }

    fn members_of(&self, group: &Entry) -> Vec<Json> {
        let members = self.entries.iter();
        members
            .filter(|member| group.members.contains(&member.resource.id))
            .map(|member| card(member, &member.rt.name))
            .collect()
    }

    /// The groups that a user is in, directly or through others.
    fn groups_of(&self, user: &str) -> Vec<Json> {
        let mut found = BTreeMap::from([(user, "")]);
        loop {
            let before = found.len();
            for group in &self.entries {
                if group.members.contains(user) {
                    found.insert(&group.resource.id, "direct");
                } else if group.members.iter().any(|id| found.contains_key(&**id)) {
                    found.entry(&group.resource.id).or_insert("indirect");
                }
            }
            if found.len() == before {
                break;
            }
        }
        let groups = self.entries.iter().filter(|e| e.rt.name == "Group");
        groups
            .filter_map(|group| Some(card(group, found.get(&*group.resource.id)?)))
            .collect()
    }

    /// Demands that a list has those resources, in that order.
    #[track_caller]
    pub fn check(&self, page: &Page, expected: &[&Entry], what: &str) {
        let found = page.resources.iter();
        let found: Vec<&str> = found.map(|(_, found)| &*found.resource.id).collect();
        let ids: Vec<&str> = expected.iter().map(|entry| &*entry.resource.id).collect();
        assert_eq!(found, ids, "{what}");
        for ((_, found), entry) in page.resources.iter().zip(expected) {
            assert_eq!(shown(entry.rt, found), self.json(entry), "{what}");
            assert_eq!(found.members, entry.members.len() as u64, "{what}");
        }
    }

    /// Those that a filter of their type matches, in order of creation.
    pub fn matching(&self, parts: &[Part<'_>]) -> Vec<&Entry> {
        let is_found = |entry: &&Entry| {
            let mut parts = parts.iter();
            let part = parts.find(|part| part.resource_type.name == entry.rt.name);
            part.is_some_and(|part| part.filter.is_none_or(|f| matches(f, &self.json(entry))))
        };
        let mut found: Vec<&Entry> = self.entries.iter().filter(is_found).collect();
        found.sort_by_key(|entry| entry.resource.created);
        found
    }

    /// Those that a filter of their type matches, in the order in which they are to be listed.
    pub fn listed(&self, parts: &[Part<'_>], sort: Option<&Sort<'_>>) -> Vec<&Entry> {
        let Some(sort) = sort else {
            return self.matching(parts);
        };
        let ascending = Sort {
            order: SortOrder::Ascending,
            ..sort.clone()
        };
        let found = self.matching(parts);
        let mut listed: Vec<(JsonObject, &Entry)> = self
            .entries
            .iter()
            .filter(|entry| found.iter().any(|f| f.resource.id == entry.resource.id))
            .map(|entry| (self.json(entry), entry))
            .collect();
        listed.sort_by(|(a, _), (b, _)| ascending.compare(a, b));
        // Those with the same key are in order of creation, and in the opposite order when descending.
        if sort.order == SortOrder::Descending {
            listed.reverse();
        }
        listed.into_iter().map(|(_, entry)| entry).collect()
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

/// What is shown of a related resource.
fn card(entry: &Entry, kind: &str) -> Json {
    let id = &entry.resource.id;
    json!({
        "value": id,
        "$ref": format!("{BASE}{}/{id}", entry.rt.endpoint),
        "display": display_of(&entry.resource.attributes),
        "type": kind,
    })
}

fn shown(rt: &ResourceType, found: &Found) -> JsonObject {
    let related = found.related.as_deref();
    let related = related.map_or(Vec::new(), |text| serde_json::from_str(text).unwrap());
    let (_, target) = rt.related().unwrap();
    rendered(rt, &found.resource, (&target.attr.name, related))
}

fn rendered(rt: &ResourceType, resource: &Resource, relations: (&str, Vec<Json>)) -> JsonObject {
    let location = format!("{BASE}{}/{}", rt.endpoint, resource.id);
    let mut whole = resource.to_json(rt, &location);
    let (name, related) = relations;
    if !related.is_empty() {
        whole.insert(name.to_owned(), related.into());
    }
    whole
}

/// Random users as the store would hold them: distinct ids and user names, in order of creation.
pub fn users() -> impl Strategy<Value = Vec<Resource>> {
    proptest::collection::vec(testing::resource(), 1..12).prop_map(|users| {
        let numbered = users.into_iter().enumerate().map(|(number, mut user)| {
            let name = user.attributes["userName"].as_str().unwrap();
            let name = format!("{name}{number}");
            user.attributes.insert("userName".into(), name.into());
            user.id = format!("u{number}");
            user
        });
        numbered.collect()
    })
}

/// Random users and groups; some are members of others, and of themselves.
pub fn worlds() -> impl Strategy<Value = World> {
    let name = proptest::sample::select(testing::TEXTS);
    let named = proptest::collection::vec(name, 1..7);
    let pairs = proptest::collection::vec((any::<Index>(), any::<Index>()), 0..14);
    (users(), named, pairs.clone(), pairs).prop_map(|(users, names, come, go)| {
        let mut world = World::of_users(&users);
        let now = Timestamp::from_millis(1_800_000_000_000);
        for (number, name) in names.iter().enumerate() {
            let name = json!({"displayName": format!("G{name}"), "externalId": name});
            world.create(&GROUPS, new(&format!("g{number}"), now, &name));
        }
        let ids = |world: &World, (group, member): (Index, Index)| {
            let member = member.get(&world.entries).resource.id.clone();
            (format!("g{}", group.index(names.len())), vec![member])
        };
        for pair in come {
            let (group, add) = ids(&world, pair);
            let change = MemberChange {
                add,
                ..MemberChange::default()
            };
            world.enrol(&group, now, change);
        }
        for pair in go {
            let (group, remove) = ids(&world, pair);
            let change = MemberChange {
                remove,
                ..MemberChange::default()
            };
            world.enrol(&group, now, change);
        }
        world
    })
}
