//! A database of the first release, brought up to date.
#![expect(
    clippy::unwrap_used,
    reason = "a step that prepares the test and fails is a failed test"
)]

use std::path::Path;

use pollster::block_on;
use rollcall_core::{Filter, Member, MemberChange, Resource, ResourceType, Sort, Timestamp};
use rollcall_store::rusqlite::File;
use rollcall_store::sql::Value;
use rollcall_store::{
    Access, Besides, Caller, Durability, Operation, Part, Query, Relations, Settings, Start, Store,
    StoreError, TenantName, TokenHash,
};
use serde_json::{Value as Json, json};

/// More than are indexed at a time, and than are left ungathered.
const PEOPLE: usize = 700;

/// What the first release called its migration.
const FIRST: &str = include_str!("../migrations/0001_foundation.sql");

fn person(number: usize) -> Json {
    json!({
        "userName": format!("Person{number:03}"),
        "displayName": format!("Nr. {number:03} Ümlaut"),
        "emails": [{"value": format!("{number:03}@work.example"), "type": "work"}],
    })
}

/// A database as the first release left it: [`PEOPLE`] in the default tenant, one in another.
fn old(path: &Path) {
    let native = rusqlite::Connection::open(path).unwrap();
    native.execute_batch(FIRST).unwrap();
    native
        .execute_batch(
            "CREATE TABLE schema_migration (number INTEGER PRIMARY KEY) STRICT;
            INSERT INTO schema_migration (number) VALUES (1);
            INSERT INTO tenant (name, created) VALUES ('other', 0);
            BEGIN",
        )
        .unwrap();
    for tenant in ["default", "other"] {
        let hash = match Value::from(&TokenHash::of(tenant)) {
            Value::Blob(hash) => hash,
            _ => Vec::new(),
        };
        native
            .execute(
                "INSERT INTO token (id, tenant, name, hash, created) \
                 SELECT ?1, id, 'test', ?2, 0 FROM tenant WHERE name = ?1",
                (tenant, &hash),
            )
            .unwrap();
        let count = if tenant == "default" { PEOPLE } else { 1 };
        for number in 0..count {
            let doc = person(number);
            let name = doc["userName"].as_str().unwrap().to_lowercase();
            let indexed = json!([["userName", 0, name], ["emails.type", 0, "work"]]);
            native
                .execute(
                    "INSERT INTO write (tenant, hash, at, operation, type, id, doc, indexed, uniques, attributes) \
                     VALUES (?1, ?2, ?3, 'create', 'User', ?4, ?5, ?6, ?7, '[\"userName\"]')",
                    (
                        tenant,
                        &hash,
                        number,
                        format!("{tenant}{number}"),
                        doc.to_string(),
                        indexed.to_string(),
                        json!([["userName", name]]).to_string(),
                    ),
                )
                .unwrap();
        }
    }
    native.execute_batch("COMMIT").unwrap();
}

/// The store after the migration, as one tenant sees it.
struct Migrated {
    store: Store<File>,
    access: Access,
    settings: Settings,
    users: ResourceType,
}

impl Migrated {
    fn open(path: &Path, tenant: &str) -> Self {
        let store = block_on(Store::open(&File(path.to_owned()), Durability::Normal)).unwrap();
        let access = Access {
            tenant: TenantName::parse(tenant).unwrap(),
            token: TokenHash::of(tenant).into(),
        };
        let epoch = Timestamp::from_millis(0);
        let settings = block_on(store.settings(&access, epoch)).unwrap();
        Self {
            store,
            access,
            settings,
            users: ResourceType::user(),
        }
    }

    fn caller(&self) -> Caller<'_> {
        Caller {
            access: &self.access,
            settings: &self.settings,
            now: Timestamp::from_millis(1000),
        }
    }

    fn get(&self, id: &str) -> Option<Resource> {
        let relations = Relations::default();
        let found = block_on(self.store.get(&self.caller(), &self.users, id, &relations));
        found.unwrap().map(|found| found.resource().unwrap())
    }

    /// How many a filter finds, and the ids of the first ones in an order.
    fn find(&self, filter: Option<&str>, sort: Option<(&str, &str)>) -> (u64, Vec<String>) {
        let filter = filter.map(|filter| Filter::parse(filter).unwrap());
        let bound = filter.as_ref().map(|f| f.bind(&self.users).unwrap());
        let sort = sort.map(|(by, order)| Sort::parse(by, Some(order), &self.users).unwrap());
        let part = Part {
            resource_type: &self.users,
            filter: bound.as_ref(),
            sort: sort.as_ref(),
            related: &[],
        };
        let query = Query {
            parts: &[part],
            order: sort.map(|sort| sort.order).unwrap_or_default(),
            start: Start::Offset(0),
            limit: 2,
            base: "",
        };
        let page = block_on(self.store.list(&self.caller(), &query)).unwrap();
        let found = page.resources.into_iter();
        (page.total, found.map(|(_, found)| found.id).collect())
    }

    fn update(&self, old: &Resource, attributes: &Json) -> Result<(), StoreError> {
        let new = Resource {
            version: old.version + 1,
            attributes: attributes.as_object().unwrap().clone(),
            ..old.clone()
        };
        let (both, nothing) = ((old, &new), Besides::default());
        let caller = self.caller();
        block_on(
            self.store
                .update(&caller, &self.users, Operation::Replace, both, &nothing),
        )
    }
}

#[track_caller]
fn finds(migrated: &Migrated, filter: &str, expected: &[&str]) {
    let (total, ids) = migrated.find(Some(filter), None);
    assert_eq!(
        (total, ids),
        (expected.len() as u64, strings(expected)),
        "{filter}"
    );
}

fn strings(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn people_of_the_first_release_are_found_sorted_changed_and_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    old(&path);
    let migrated = Migrated::open(&path, "default");
    for (filter, expected) in [
        ("userName eq \"PERSON007\"", "default7"),
        ("id eq \"default8\"", "default8"),
        ("emails.value eq \"699@work.example\"", "default699"),
        ("emails[type eq \"work\" and value sw \"042\"]", "default42"),
        ("displayName co \"R. 123 ü\"", "default123"),
        ("userName ew \"son321\"", "default321"),
    ] {
        finds(&migrated, filter, &[expected]);
    }
    finds(
        &migrated,
        "userName sw \"person12\" and userName ge \"person128\"",
        &["default128", "default129"],
    );
    assert_eq!(
        migrated.find(None, None),
        (700, strings(&["default0", "default1"]))
    );
    let last = strings(&["default699", "default698"]);
    for by in ["userName", "displayName", "emails", "meta.created"] {
        assert_eq!(
            migrated.find(None, Some((by, "descending"))),
            (700, last.clone()),
            "{by}"
        );
    }
    assert_eq!(migrated.find(Some("emails.type eq \"work\""), None).0, 700);

    let seventh = migrated.get("default7").unwrap();
    assert_eq!(
        (seventh.version, &seventh.created),
        (1, &Timestamp::from_micros(7))
    );
    let taken = json!({"userName": "person008"});
    assert_eq!(migrated.update(&seventh, &taken), Err(StoreError::Conflict));
    migrated
        .update(&seventh, &json!({"userName": "renamed"}))
        .unwrap();
    finds(&migrated, "userName eq \"renamed\"", &["default7"]);
    finds(&migrated, "emails.value eq \"007@work.example\"", &[]);
    finds(&migrated, "displayName co \"007\"", &[]);
    let eighth = migrated.get("default8").unwrap();
    migrated
        .update(&eighth, &json!({"userName": "PERSON007"}))
        .unwrap();

    let caller = migrated.caller();
    block_on(
        migrated
            .store
            .delete(&caller, &migrated.users, "default9", None),
    )
    .unwrap();
    finds(&migrated, "userName eq \"person009\"", &[]);
    finds(&migrated, "displayName co \"009 ü\"", &[]);
    assert_eq!(migrated.find(None, None).0, 699);
    let log = block_on(migrated.store.changes(&migrated.access.tenant, 700, 10)).unwrap();
    let operations: Vec<&str> = log.iter().map(|change| &*change.operation).collect();
    assert_eq!(operations, ["replace", "replace", "delete"]);
}

#[test]
fn the_access_of_people_of_the_first_release_ends_with_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    old(&path);
    let migrated = Migrated::open(&path, "default");
    let tenant = &migrated.access.tenant;
    let epoch = || {
        let person = block_on(migrated.store.person(tenant, "default7")).unwrap();
        person.map(|person| (person.epoch, person.active)).unwrap()
    };
    assert_eq!(epoch(), (0, true));
    let seventh = migrated.get("default7").unwrap();
    let inactive = json!({"userName": "Person007", "active": false});
    migrated.update(&seventh, &inactive).unwrap();
    assert_eq!(epoch(), (1_000_000, false));
}

#[test]
fn people_of_the_first_release_can_join_a_group() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    old(&path);
    let migrated = Migrated::open(&path, "default");
    let group = Resource {
        id: "group".to_owned(),
        version: 1,
        created: Timestamp::from_millis(1000),
        modified: Timestamp::from_millis(1000),
        attributes: json!({"displayName": "group"}).as_object().unwrap().clone(),
    };
    let besides = Besides {
        members: MemberChange {
            add: vec![Member::from("default1".to_owned())],
            ..MemberChange::default()
        },
        password: None,
    };
    let (caller, groups) = (migrated.caller(), ResourceType::group());
    block_on(migrated.store.create(&caller, &groups, &group, &besides)).unwrap();
    let subs = strings(&["value", "display"]);
    let relations = Relations {
        base: "",
        subs: &subs,
        most: None,
    };
    let found = block_on(migrated.store.get(&caller, &groups, "group", &relations));
    let related = found.unwrap().unwrap().related.unwrap();
    let members: Json = serde_json::from_str(&related).unwrap();
    assert_eq!(
        members,
        json!([{"value": "default1", "display": "Nr. 001 Ümlaut"}])
    );
    finds(&migrated, "groups.value eq \"group\"", &["default1"]);
    finds(&migrated, "groups.display eq \"GROUP\"", &["default1"]);
}

#[test]
fn tenants_of_the_first_release_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    old(&path);
    let other = Migrated::open(&path, "other");
    assert_eq!(other.find(None, None), (1, strings(&["other0"])));
    finds(&other, "userName sw \"person\"", &["other0"]);
    finds(&other, "displayName co \"ümlaut\"", &["other0"]);
    let tenant = block_on(other.store.tenant(&other.access.tenant))
        .unwrap()
        .unwrap();
    assert!(!tenant.restore_on_create && tenant.retention_days == 0);
}

#[test]
fn ten_instances_may_bring_it_up_to_date_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    old(&path);
    let open = |_| {
        let path = path.clone();
        std::thread::spawn(move || {
            let migrated = Migrated::open(&path, "default");
            finds(&migrated, "userName eq \"person007\"", &["default7"]);
            migrated.find(Some("userName sw \"person\""), None).0
        })
    };
    let instances: Vec<_> = (0..10).map(open).collect();
    for instance in instances {
        assert_eq!(instance.join().unwrap(), 700);
    }
}
