//! A database with some thousand people, and the statements that it is asked.

use std::cell::RefCell;
use std::rc::Rc;

use pollster::block_on;
use rollcall_core::{Filter, Member, MemberChange, Resource, ResourceType, Sort, Timestamp};
use rollcall_store::rusqlite::{Connection, File};
use rollcall_store::sql::{Database, Row, Sql, SqlError, Value};
use rollcall_store::{
    Access, Besides, Caller, Durability, Part, Query, Settings, Start, Store, StoreError,
    TenantName, Token, TokenHash,
};
use rusqlite::config::DbConfig;
use serde_json::json;

use crate::plan::Plan;

/// The statements that were run.
pub type Log = Rc<RefCell<Vec<String>>>;

/// A database that remembers what it was asked.
pub struct Recorder(File, Log);

pub struct Recorded(Connection, Log);

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

/// How a list may be made.
#[derive(Clone, Copy, PartialEq)]
pub enum Found {
    /// An index names the resources.
    ByIndex,
    /// An index has them in the order of the list, and is walked until the page is full.
    InOrder,
}

pub struct Fixture {
    pub dir: tempfile::TempDir,
    pub log: Log,
    pub native: rusqlite::Connection,
    pub store: Store<Recorder>,
    access: Access,
    settings: Settings,
    pub users: ResourceType,
    pub groups: ResourceType,
}

pub fn now() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

pub fn resource(id: String, attributes: &serde_json::Value) -> Resource {
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
    pub fn new() -> Self {
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
            token: TokenHash::of("token").into(),
        };
        let token = Token {
            id: "1".into(),
            name: "test".into(),
            created: now(),
            expires: None,
        };
        block_on(store.create_token(&access.tenant, &token, &TokenHash::of("token"))).unwrap();
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
        fixture.statements();
        fixture
    }

    async fn fill(&self, database: &Recorder) -> Result<(), StoreError> {
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
            add: ids.map(Member::from).collect(),
            ..MemberChange::default()
        };
        batch
            .create(&self.caller(), &self.groups, &group, &beside(members))
            .await?;
        batch.commit().await
    }

    pub fn caller(&self) -> Caller<'_> {
        Caller {
            access: &self.access,
            settings: &self.settings,
            now: now(),
        }
    }

    /// The statements that were run since the last call. Temporary views and triggers are no part of them: they are made
    /// on the connection that explains, too.
    pub fn statements(&self) -> Vec<String> {
        let (made, statements): (Vec<_>, Vec<_>) = self
            .log
            .take()
            .into_iter()
            .partition(|statement| statement.contains("CREATE TEMP "));
        for statement in made {
            self.native.execute(&statement, ()).unwrap();
        }
        statements
    }

    /// The plan of the one statement that was run since the last call.
    #[track_caller]
    pub fn plan(&self, what: &str) -> Plan {
        let statements = self.statements();
        assert_eq!(statements.len(), 1, "{what} is one statement");
        let plan = Plan::of(&self.native, &statements[0]);
        let scans: Vec<&str> = plan.scans().collect();
        assert!(scans.is_empty(), "{what}: {scans:?} in\n{}", plan.text());
        plan
    }

    /// Lists with a filter and a sort attribute, and demands that no more is looked at than must be.
    #[track_caller]
    pub fn check(
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

pub fn beside(members: MemberChange) -> Besides {
    Besides {
        members,
        password: Some("hash".to_owned()),
    }
}
