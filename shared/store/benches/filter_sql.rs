//! What it takes to make a statement of a filter: a list, on a database that answers nothing.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark stops where something fails"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use pollster::block_on;
use rollcall_core::{Filter, ResourceType, Sort, Timestamp};
use rollcall_store::sql::{Database, Row, Sql, SqlError, Value};
use rollcall_store::{Access, Durability, Query, Store, TenantName, TokenHash};

/// A database that takes every statement and answers no rows.
struct Nothing;

impl Database for Nothing {
    type Connection = Self;

    async fn connect(&self) -> Result<Self, SqlError> {
        Ok(Self)
    }
}

impl Sql for Nothing {
    async fn run(&self, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, SqlError> {
        black_box((statement, parameters));
        Ok(Vec::new())
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
        token: TokenHash::of("token"),
    };
    let now = Timestamp::from_millis(0);
    let sort = Sort::parse("userName", None, &users).unwrap();
    for (number, (name, filter)) in FILTERS.into_iter().enumerate() {
        let filter = Filter::parse(filter).unwrap();
        let bound = filter.bind(&users).unwrap();
        let query = Query {
            filter: Some(&bound),
            sort: (number > 0).then_some(&sort),
            offset: 0,
            limit: 100,
            location: "https://id.example.com/scim/v2/Users/",
        };
        criterion.bench_function(name, |bench| {
            bench.iter(|| block_on(store.list(&access, &users, black_box(&query), now)).is_ok());
        });
    }
}

criterion_group!(benches, filter_sql);
criterion_main!(benches);
