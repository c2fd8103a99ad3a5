//! What the hot statements look at: index entries, never a whole table.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::cell::RefCell;
use std::rc::Rc;

use pollster::block_on;
use rollcall_core::{Filter, Resource, ResourceType, Sort, Timestamp};
use rollcall_store::rusqlite::{Connection, File};
use rollcall_store::sql::{Database, Row, Sql, SqlError, Value};
use rollcall_store::{Access, Durability, Query, Store, TenantName, TokenHash};

/// The statements that were run, with their parameters.
type Log = Rc<RefCell<Vec<(String, Vec<Value>)>>>;

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
        self.1
            .borrow_mut()
            .push((statement.to_owned(), parameters.clone()));
        self.0.run(statement, parameters).await
    }
}

struct Fixture {
    dir: tempfile::TempDir,
    log: Log,
    plain: Connection,
    store: Store<Recorder>,
    access: Access,
    users: ResourceType,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plans.db");
        let log = Log::default();
        let store = block_on(Store::open(
            &Recorder(File(path.clone()), log.clone()),
            Durability::Full,
        ))
        .unwrap();
        let plain = block_on(File(path).connect()).unwrap();
        let access = Access {
            tenant: TenantName::default_tenant(),
            token: TokenHash::of("token"),
        };
        Self {
            dir,
            log,
            plain,
            store,
            access,
            users: ResourceType::user(),
        }
    }

    /// The plans of what was run since the last call, a line a step.
    fn plans(&self) -> Vec<String> {
        let mut steps = Vec::new();
        for (statement, parameters) in self.log.take() {
            let rows = block_on(
                self.plain
                    .run(&format!("EXPLAIN QUERY PLAN {statement}"), parameters),
            )
            .unwrap();
            steps.extend(
                rows.iter()
                    .map(|row| row.text(3).unwrap().unwrap().to_owned()),
            );
        }
        steps
    }

    /// Lists with a filter and a sort attribute, and demands that nothing is scanned.
    #[track_caller]
    fn check(&self, filter: Option<&str>, sort_by: Option<&str>) {
        let parsed = filter.map(|text| Filter::parse(text).unwrap());
        let bound = parsed
            .as_ref()
            .map(|filter| filter.bind(&self.users).unwrap());
        let sort = sort_by.map(|by| Sort::parse(by, None, &self.users).unwrap());
        for limit in [0, 10] {
            let query = Query {
                filter: bound.as_ref(),
                sort: sort.as_ref(),
                offset: 0,
                limit,
                location: "",
            };
            self.log.take();
            drop(block_on(self.store.list(
                &self.access,
                &self.users,
                &query,
                Timestamp::from_millis(0),
            )));
            self.no_scan(&format!("{filter:?} {sort_by:?}"));
        }
    }

    #[track_caller]
    fn no_scan(&self, what: &str) {
        let plans = self.plans();
        assert!(!plans.is_empty(), "{what}: nothing was run");
        // Subqueries and `open`, which has one row at the most, may be walked; tables may not.
        for table in [
            "r",
            "a",
            "s",
            "resource",
            "attribute",
            "path",
            "token",
            "tenant",
            "access",
        ] {
            let scan =
                |step: &String| step.split(" USING").next() == Some(&format!("SCAN {table}"));
            assert!(
                !plans.iter().any(scan),
                "{what} scans {table}:\n{}",
                plans.join("\n")
            );
        }
    }
}

#[test]
fn filters_that_name_a_value_are_index_lookups() {
    let fixture = Fixture::new();
    for filter in [
        "userName eq \"a\"",
        "externalId eq \"a\"",
        "id eq \"a\"",
        "emails.value eq \"a\"",
        "emails eq \"a\"",
        "name.familyName eq \"a\"",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq \"a\"",
        "emails[type eq \"work\" and value eq \"a\"]",
        "userName sw \"a\"",
        "meta.lastModified gt \"2026-01-01T00:00:00Z\"",
        "userName eq \"a\" and active eq true",
        "userName eq \"a\" or externalId eq \"b\"",
    ] {
        fixture.check(Some(filter), None);
        fixture.check(Some(filter), Some("userName"));
    }
}

#[test]
fn an_unfiltered_page_walks_the_type_alone() {
    let fixture = Fixture::new();
    fixture.check(None, None);
}

fn user(id: &str) -> Resource {
    let now = Timestamp::from_millis(0);
    let attributes = serde_json::json!({"userName": "a"});
    Resource {
        id: id.to_owned(),
        version: 1,
        created: now,
        modified: now,
        attributes: attributes.as_object().unwrap().clone(),
    }
}

#[test]
fn a_read_and_a_write_by_id_are_index_lookups() {
    let fixture = Fixture::new();
    let now = Timestamp::from_millis(0);
    fixture.log.take();
    drop(block_on(fixture.store.get(
        &fixture.access,
        &fixture.users,
        "x",
        now,
    )));
    fixture.no_scan("get");
    let user = user("x");
    drop(block_on(fixture.store.create(
        &fixture.access,
        &fixture.users,
        &user,
    )));
    // SQLite does not explain what a trigger does; the contract tests that it does the right thing.
    assert_eq!(fixture.log.borrow().len(), 1, "a create is one statement");
}

#[test]
fn a_kept_statement_is_compiled_once() {
    let fixture = Fixture::new();
    let filter = Filter::parse("userName eq \"a\" or name.familyName sw \"b\"").unwrap();
    let bound = filter.bind(&fixture.users).unwrap();
    let query = Query {
        filter: Some(&bound),
        sort: None,
        offset: 0,
        limit: 10,
        location: "",
    };
    let now = Timestamp::from_millis(0);
    fixture.log.take();
    drop(block_on(fixture.store.list(
        &fixture.access,
        &fixture.users,
        &query,
        now,
    )));
    drop(block_on(fixture.store.get(
        &fixture.access,
        &fixture.users,
        "x",
        now,
    )));
    drop(block_on(fixture.store.create(
        &fixture.access,
        &fixture.users,
        &user("x"),
    )));
    let native = ::rusqlite::Connection::open(fixture.dir.path().join("plans.db")).unwrap();
    let log = fixture.log.take();
    assert_eq!(log.len(), 3);
    for (statement, _) in log {
        let mut prepared = native.prepare(&statement).unwrap();
        for round in 0..3_i64 {
            let parameters = vec![round; prepared.parameter_count()];
            let rows = prepared
                .query(::rusqlite::params_from_iter(parameters))
                .unwrap();
            let _ = rows.mapped(|_| Ok(())).count();
        }
        let again = prepared.get_status(::rusqlite::StatementStatus::RePrepare);
        assert_eq!(again, 0, "{statement}");
    }
}
