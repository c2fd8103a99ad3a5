//! What it takes to make a statement of a filter: a list, on a database that answers nothing.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark stops where something fails"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pollster::block_on;
use rollcall_core::{Filter, Projection, ResourceType, Sort, SortOrder, Timestamp};
use rollcall_store::sql::{Database, Row, Sql, SqlError, Value};
use rollcall_store::{
    Access, Caller, Durability, Part, Query, Start, Store, TenantName, TokenHash,
};

/// A database that has a tenant without any resources, and answers no other statement.
struct Nothing;

impl Database for Nothing {
    type Connection = Self;

    async fn connect(&self) -> Result<Self, SqlError> {
        Ok(Self)
    }
}

impl Sql for Nothing {
    async fn run(&self, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, SqlError> {
        black_box(parameters);
        if !statement.contains("cursor_key") {
            return Ok(Vec::new());
        }
        let no_definitions = || Value::from("[]");
        Ok(vec![Row(vec![
            1.into(),
            1.into(),
            "compat".into(),
            0.into(),
            0.into(),
            Value::Blob(vec![0; 32]),
            no_definitions(),
            no_definitions(),
            0.into(),
            "EdDSA".into(),
            600.into(),
            90.into(),
        ])])
    }
}

const FILTERS: [(&str, &str); 2] = [
    (
        "make SQL of a filter of one comparison",
        "userName eq \"barbara.jensen@example.com\"",
    ),
    (
        "make SQL of a filter of five comparisons, sorted",
        "emails[type eq \"work\" and value ew \"@example.com\"] and (active eq true or title pr) and \
         urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"Research\"",
    ),
];

fn filter_sql(criterion: &mut Criterion) {
    let users = ResourceType::user();
    let store = block_on(Store::open(&Nothing, Durability::Full)).unwrap();
    let access = Access {
        tenant: TenantName::default_tenant(),
        token: TokenHash::of("token").into(),
    };
    let now = Timestamp::from_millis(0);
    let settings = block_on(store.settings(&access, now)).unwrap();
    let caller = Caller {
        access: &access,
        settings: &settings,
        now,
    };
    let related = Projection::all().related(&users);
    let sort = Sort::parse("userName", None, &users).unwrap();
    for (number, (name, filter)) in FILTERS.into_iter().enumerate() {
        let filter = Filter::parse(filter).unwrap();
        let bound = filter.bind(&users).unwrap();
        let part = Part {
            resource_type: &users,
            filter: Some(&bound),
            sort: (number > 0).then_some(&sort),
            related: &related,
        };
        let query = Query {
            parts: &[part],
            order: SortOrder::Ascending,
            start: Start::Offset(0),
            limit: 100,
            base: "https://id.example.com/scim/v2",
        };
        criterion.bench_function(name, |bench| {
            bench.iter(|| block_on(store.list(&caller, black_box(&query))).is_ok());
        });
    }
}

criterion_group!(benches, filter_sql);
criterion_main!(benches);
