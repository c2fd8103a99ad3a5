//! What the hot statements look at, triggers included: index entries, never a whole table.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use pollster::block_on;
use rollcall_core::{Filter, MemberChange, Resource, ResourceType, Sort, Timestamp};
use rollcall_store::rusqlite::{Connection, File};
use rollcall_store::sql::{Database, Row, Sql, SqlError, Value};
use rollcall_store::{
    Access, Besides, Caller, Durability, Key, Operation, Part, Place, Query, Relations, Settings,
    Start, Store, TenantName, Token, TokenHash,
};
use rusqlite::config::DbConfig;
use rusqlite::types::Null;
use serde_json::json;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The statements that were run.
type Log = Rc<RefCell<Vec<String>>>;

/// A database that remembers what it was asked.
struct Recorder(File, Log);

struct Recorded(Connection, Log);

impl Database for Recorder {
    type Connection = Recorded;

    async fn connect(&self) -> Result<Recorded, SqlError> {
        Ok(Recorded(self.0.connect().await?, self.1.clone()))
    }
}

impl Sql for Recorded {
    async fn run(&self, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, SqlError> {
        self.1.borrow_mut().push(statement.to_owned());
        self.0.run(statement, parameters).await
    }
}

/// A step of a plan: its parent's number and what it does.
struct Step {
    parent: i64,
    does: String,
}

/// The steps of a plan by number, those of triggers included.
struct Plan(BTreeMap<(i64, i64), Step>);

impl Plan {
    fn of(native: &rusqlite::Connection, statement: &str) -> Self {
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let mut explain = native.prepare(&explain).unwrap();
        let parameters = rusqlite::params_from_iter(vec![Null; explain.parameter_count()]);
        let mut rows = explain.query(parameters).unwrap();
        let (mut steps, mut program) = (BTreeMap::new(), 0);
        while let Some(row) = rows.next().unwrap() {
            let does: String = row.get(3).unwrap();
            // Each trigger is a program with numbers of its own.
            program += i64::from(does.starts_with("-- TRIGGER"));
            let parent = row.get(1).unwrap();
            steps.insert((program, row.get(0).unwrap()), Step { parent, does });
        }
        Self(steps)
    }

    fn text(&self) -> String {
        let steps = self.0.values().map(|step| step.does.as_str());
        steps.collect::<Vec<_>>().join("\n")
    }

    fn siblings(&self, program: i64, parent: i64) -> impl Iterator<Item = &str> {
        let steps = self.0.iter();
        let siblings = steps.filter(move |((p, _), step)| *p == program && step.parent == parent);
        siblings.map(|(_, step)| step.does.as_str())
    }

    /// Whether a name is that of a subquery within which, or beside which, a step is.
    fn is_subquery(&self, name: &str, program: i64, mut parent: i64) -> bool {
        let makes = |does: &str| {
            ["MATERIALIZE ", "CO-ROUTINE "]
                .iter()
                .any(|word| does.strip_prefix(word) == Some(name))
        };
        loop {
            if self.siblings(program, parent).any(makes) {
                return true;
            }
            match self.0.get(&(program, parent)) {
                Some(step) if makes(&step.does) => return true,
                Some(step) => parent = step.parent,
                None => return false,
            }
        }
    }

    /// Steps that look at all rows of a table.
    fn scans(&self) -> impl Iterator<Item = &str> {
        let scans = self.0.iter().filter(|((program, _), step)| {
            let Some(what) = step.does.strip_prefix("SCAN ") else {
                return false;
            };
            let name = what.split(' ').next().unwrap();
            let is_bounded = match name {
                // One row at the most; those of the page; those that wait, which are few.
                "open" | "page" | "ungathered" => true,
                "CONSTANT" => true,
                "item" | "json_each" => what.contains("VIRTUAL TABLE"),
                "trigram" => what.ends_with("INDEX 0:M1") || what.ends_with("INDEX 0:="),
                _ => name.starts_with("(subquery") || self.is_subquery(name, *program, step.parent),
            };
            !is_bounded
        });
        scans.map(|(_, step)| step.does.as_str())
    }

    /// Steps that look at all resources of a type, or at all values of an attribute.
    fn walks(&self) -> impl Iterator<Item = &str> {
        let all = ["(tenant=?)", "(tenant=? AND type=?)", "(path=?)"];
        let steps = self.0.values().map(|step| step.does.as_str());
        let reads = steps.filter(|does| !does.starts_with("SEARCH counter"));
        reads.filter(move |does| all.iter().any(|all| does.ends_with(all)))
    }

    /// Steps that sort what they read from tables, rather than the rows of a page.
    fn sorts(&self) -> impl Iterator<Item = &str> {
        let sorts = self.0.iter().filter(|((program, _), step)| {
            let mut siblings = self.siblings(*program, step.parent);
            step.does == "USE TEMP B-TREE FOR ORDER BY"
                && siblings
                    .any(|does| does.starts_with("SEARCH r ") || does.starts_with("SEARCH s "))
        });
        sorts.map(|(_, step)| step.does.as_str())
    }
}

/// How a list may be made.
#[derive(Clone, Copy, PartialEq)]
enum Found {
    /// An index names the resources.
    ByIndex,
    /// An index has them in the order of the list, and is walked until the page is full.
    InOrder,
}

struct Fixture {
    dir: tempfile::TempDir,
    log: Log,
    native: rusqlite::Connection,
    store: Store<Recorder>,
    access: Access,
    settings: Settings,
    users: ResourceType,
    groups: ResourceType,
}

fn now() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn resource(id: String, attributes: &serde_json::Value) -> Resource {
    Resource {
        id,
        version: 1,
        created: now(),
        modified: now(),
        attributes: attributes.as_object().unwrap().clone(),
    }
}

impl Fixture {
    /// Some thousand users, and a group of them all.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plans.db");
        let log = Log::default();
        let database = Recorder(File(path.clone()), log.clone());
        let store = block_on(Store::open(&database, Durability::Normal)).unwrap();
        let native = rusqlite::Connection::open(path).unwrap();
        native
            .set_db_config(DbConfig::SQLITE_DBCONFIG_TRIGGER_EQP, true)
            .unwrap();
        let access = Access {
            tenant: TenantName::default_tenant(),
            token: TokenHash::of("token"),
        };
        let token = Token {
            id: "1".into(),
            name: "test".into(),
            created: now(),
            expires: None,
        };
        block_on(store.create_token(&access.tenant, &token, &access.token)).unwrap();
        let settings = block_on(store.settings(&access, now())).unwrap();
        let fixture = Self {
            dir,
            log,
            native,
            store,
            access,
            settings,
            users: ResourceType::user(),
            groups: ResourceType::group(),
        };
        block_on(fixture.fill(&database)).unwrap();
        fixture.log.take();
        fixture
    }

    async fn fill(&self, database: &Recorder) -> Result<(), rollcall_store::StoreError> {
        let batch = Store::begin(database, Durability::Normal).await?;
        let ids = (0..2000).map(|number| format!("u{number}"));
        for id in ids.clone() {
            let attributes = json!({"userName": id, "displayName": id, "emails": [{"value": id}]});
            let user = resource(id, &attributes);
            batch
                .create(&self.caller(), &self.users, &user, &Besides::default())
                .await?;
        }
        let group = resource("g".to_owned(), &json!({"displayName": "all"}));
        let members = MemberChange {
            add: ids.collect(),
            ..MemberChange::default()
        };
        batch
            .create(&self.caller(), &self.groups, &group, &beside(members))
            .await?;
        batch.commit().await
    }

    fn caller(&self) -> Caller<'_> {
        Caller {
            access: &self.access,
            settings: &self.settings,
            now: now(),
        }
    }

    /// The plan of the one statement that was run since the last call.
    #[track_caller]
    fn plan(&self, what: &str) -> Plan {
        let statements = self.log.take();
        assert_eq!(statements.len(), 1, "{what} is one statement");
        let plan = Plan::of(&self.native, &statements[0]);
        let scans: Vec<&str> = plan.scans().collect();
        assert!(scans.is_empty(), "{what}: {scans:?} in\n{}", plan.text());
        plan
    }

    /// Lists with a filter and a sort attribute, and demands that no more is looked at than must be.
    #[track_caller]
    fn check(
        &self,
        rt: &ResourceType,
        filter: Option<&str>,
        sort_by: Option<(&str, &str)>,
        start: Start,
        found: Found,
    ) {
        let parsed = filter.map(|text| Filter::parse(text).unwrap());
        let bound = parsed.as_ref().map(|filter| filter.bind(rt).unwrap());
        let sort = sort_by.map(|(by, order)| Sort::parse(by, Some(order), rt).unwrap());
        for limit in [0, 10] {
            let what = format!("{filter:?} {sort_by:?} {start:?} {limit}");
            let query = Query {
                parts: &[Part {
                    resource_type: rt,
                    filter: bound.as_ref(),
                    sort: sort.as_ref(),
                    related: &[],
                }],
                order: sort.as_ref().map(|sort| sort.order).unwrap_or_default(),
                start: start.clone(),
                limit,
                base: "https://id.example/scim/v2",
            };
            block_on(self.store.list(&self.caller(), &query)).unwrap();
            let plan = self.plan(&what);
            let bad: Vec<&str> = match found {
                Found::ByIndex => plan.walks().collect(),
                Found::InOrder => plan.sorts().collect(),
            };
            assert!(bad.is_empty(), "{what}: {bad:?} in\n{}", plan.text());
        }
    }
}

fn beside(members: MemberChange) -> Besides {
    Besides {
        members,
        password: Some("hash".to_owned()),
    }
}

#[test]
fn filters_that_name_a_value_are_index_lookups() {
    let f = Fixture::new();
    let number = format!("{ENTERPRISE}:employeeNumber eq \"a\"");
    for filter in [
        "userName eq \"a\"",
        "externalId eq \"a\"",
        "id eq \"a\"",
        "emails.value eq \"a\"",
        "emails eq \"a\"",
        "name.familyName eq \"a\"",
        &number,
        "emails[type eq \"work\" and value eq \"a\"]",
        "userName sw \"a\"",
        "displayName co \"abc\"",
        "userName ew \"@example.com\"",
        "meta.lastModified gt \"2026-01-01T00:00:00Z\"",
        "userName eq \"a\" and active eq true",
        "userName eq \"a\" or externalId eq \"b\"",
        "groups.value eq \"g\"",
        "groups[value eq \"g\" and type eq \"direct\"]",
    ] {
        f.check(
            &f.users,
            Some(filter),
            None,
            Start::Offset(0),
            Found::ByIndex,
        );
        // A range of the attribute that the list is sorted by is walked, which is another case.
        let by = Some(("externalId", "ascending"));
        f.check(&f.users, Some(filter), by, Start::Offset(0), Found::ByIndex);
    }
    for filter in [
        "displayName eq \"a\"",
        "members eq \"a\"",
        "members[value eq \"a\"]",
        "id eq \"g\" and members eq \"a\"",
        "members.value eq \"a\" or members.value eq \"b\"",
    ] {
        f.check(
            &f.groups,
            Some(filter),
            None,
            Start::Offset(0),
            Found::ByIndex,
        );
    }
}

#[test]
fn a_page_in_the_order_of_an_index_is_read_from_it() {
    let f = Fixture::new();
    let at = |key: Key| Place { key, row: 1000 };
    let created = || at(Key::Integer(now().as_micros()));
    for start in [
        Start::Offset(0),
        Start::Offset(100),
        Start::After(created()),
        Start::Before(created()),
    ] {
        f.check(&f.users, None, None, start, Found::InOrder);
    }
    let name = || at(Key::Text("u5".to_owned()));
    for by in ["userName", "id"] {
        for order in ["ascending", "descending"] {
            for start in [
                Start::Offset(0),
                Start::After(name()),
                Start::Before(name()),
            ] {
                f.check(&f.users, None, Some((by, order)), start, Found::InOrder);
            }
        }
    }
    let by_name = Some(("userName", "ascending"));
    for filter in [
        "userName sw \"u1\"",
        "active ne true",
        "displayName sw \"u\" and userName gt \"u\"",
    ] {
        for start in [Start::Offset(0), Start::After(name())] {
            f.check(&f.users, Some(filter), by_name, start, Found::InOrder);
        }
    }
    // Those without a name come last, and are not sorted in while there are others.
    let by = Some(("displayName", "descending"));
    f.check(&f.users, None, by, Start::After(name()), Found::InOrder);
}

#[test]
fn a_read_by_id_is_an_index_lookup() {
    let f = Fixture::new();
    let subs = ["value", "$ref", "display", "type"].map(str::to_owned);
    for (rt, id) in [(&f.users, "u1"), (&f.groups, "g")] {
        for subs in [&[][..], &subs] {
            let relations = Relations {
                base: "https://id.example/scim/v2",
                subs,
                most: None,
            };
            let found = block_on(f.store.get(&f.caller(), rt, id, &relations));
            assert!(found.unwrap().is_some());
            assert_eq!(f.plan("get").walks().count(), 0);
        }
    }
}

#[test]
fn a_write_is_index_lookups_in_every_trigger() {
    let f = Fixture::new();
    let (store, caller) = (&f.store, f.caller());
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let members = MemberChange {
        clear: true,
        add: ids(&["u1", "new"]),
        remove: ids(&["u2"]),
    };
    let mut told = String::new();
    let mut plan = |what: &str| {
        let plan = f.plan(what);
        assert_eq!(plan.walks().count(), 0, "{what}: {}", plan.text());
        told.push_str(&plan.text());
    };
    let user = resource("new".to_owned(), &json!({"userName": "new"}));
    let nothing = Besides::default();
    block_on(store.create(&caller, &f.users, &user, &nothing)).unwrap();
    plan("create");
    let mut next = user.clone();
    next.version = 2;
    let both = (&user, &next);
    block_on(store.update(&caller, &f.users, Operation::Patch, both, &nothing)).unwrap();
    plan("update");
    let (what, besides) = (("g", None), beside(members));
    block_on(store.update_besides(&caller, &f.groups, Operation::Patch, what, &besides)).unwrap();
    plan("enrol");
    block_on(store.delete(&caller, &f.users, "new", None)).unwrap();
    plan("delete");
    block_on(store.missing(&caller, &[])).unwrap();
    plan("missing");
    // No trigger is left out, but the one that deletes all of a tenant.
    let mut names = f
        .native
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name <> 'tenant_deleting'",
        )
        .unwrap();
    for name in names.query_map((), |row| row.get::<_, String>(0)).unwrap() {
        let name = name.unwrap();
        assert!(told.contains(&format!("-- TRIGGER {name}")), "{name}");
    }
    let tenant = TenantName::parse("other").unwrap();
    block_on(store.delete_tenant(&tenant)).unwrap_err();
    f.plan("delete of a tenant");
}

#[test]
fn a_kept_statement_is_compiled_once() {
    let f = Fixture::new();
    let filter = Filter::parse("userName eq \"a\" or name.familyName sw \"b\"").unwrap();
    let bound = filter.bind(&f.users).unwrap();
    let sort = Sort::parse("displayName", None, &f.users).unwrap();
    let caller = f.caller();
    for sort in [None, Some(&sort)] {
        for start in [
            Start::Offset(0),
            Start::After(Place {
                key: Key::Integer(1),
                row: 1,
            }),
        ] {
            let part = Part {
                resource_type: &f.users,
                filter: sort.is_none().then_some(&bound),
                sort,
                related: &[],
            };
            let query = Query {
                parts: &[part],
                order: sort.map(|sort| sort.order).unwrap_or_default(),
                start,
                limit: 10,
                base: "",
            };
            block_on(f.store.list(&caller, &query)).unwrap();
        }
    }
    let relations = Relations::default();
    block_on(f.store.get(&caller, &f.users, "x", &relations)).unwrap();
    let user = resource("x".to_owned(), &json!({"userName": "a"}));
    block_on(
        f.store
            .create(&caller, &f.users, &user, &Besides::default()),
    )
    .unwrap();
    let native = rusqlite::Connection::open(f.dir.path().join("plans.db")).unwrap();
    let log = f.log.take();
    assert_eq!(log.len(), 6);
    for statement in log {
        let mut prepared = native.prepare(&statement).unwrap();
        for round in 0..3_i64 {
            let parameters = vec![round; prepared.parameter_count()];
            let rows = prepared
                .query(rusqlite::params_from_iter(parameters))
                .unwrap();
            let _ = rows.mapped(|_| Ok(())).count();
        }
        let again = prepared.get_status(rusqlite::StatementStatus::RePrepare);
        assert_eq!(again, 0, "{statement}");
    }
}
