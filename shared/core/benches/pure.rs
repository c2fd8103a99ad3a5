//! What the pure parts of a request take: a body, a change, an answer, a filter.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark stops where something fails"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rollcall_core::{
    Filter, Mode, PatchRequest, Projection, Resource, ResourceType, Timestamp, accept, apply,
    parse_object,
};
use serde_json::Value;

/// As Entra ID provisions a user.
const USER: &str = r#"{
    "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    ],
    "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
    "userName": "barbara.jensen@example.com",
    "active": true,
    "displayName": "Barbara Jensen",
    "title": "Engineer",
    "preferredLanguage": "en-US",
    "name": {"formatted": "Barbara Jensen", "familyName": "Jensen", "givenName": "Barbara"},
    "emails": [{"value": "barbara.jensen@example.com", "type": "work", "primary": true}],
    "phoneNumbers": [{"value": "+1 206 555 0100", "type": "work"}, {"value": "+1 206 555 0101", "type": "mobile"}],
    "addresses": [{"type": "work", "streetAddress": "1 Main Street", "locality": "Redmond", "country": "US"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "employeeNumber": "E000123",
        "department": "Research",
        "manager": {"value": "0190a000-0000-7000-8000-000000000001"}
    }
}"#;

const PATCH: &str = r#"{
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [
        {"op": "Replace", "path": "displayName", "value": "Barbara Smith"},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "barbara.smith@example.com"},
        {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Sales"}
    ]
}"#;

const FILTERS: [(&str, &str); 2] = [
    (
        "parse and bind a filter of one comparison",
        "userName eq \"barbara.jensen@example.com\"",
    ),
    (
        "parse and bind a filter of five comparisons",
        "emails[type eq \"work\" and value ew \"@example.com\"] and (active eq true or title pr) and \
         urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"Research\"",
    ),
];

fn resource(users: &ResourceType) -> Resource {
    let body = parse_object(USER.as_bytes()).unwrap();
    Resource {
        id: "0190a000-0000-7000-8000-000000000000".to_owned(),
        version: 3,
        created: Timestamp::from_millis(1_767_323_045_678),
        modified: Timestamp::from_millis(1_767_323_045_999),
        attributes: accept(body, users, Mode::Compat).unwrap(),
    }
}

fn pure(criterion: &mut Criterion) {
    let users = ResourceType::user();
    let user = resource(&users);
    criterion.bench_function("parse the body of a user", |bench| {
        bench.iter(|| parse_object(black_box(USER.as_bytes())));
    });
    let body = parse_object(USER.as_bytes()).unwrap();
    criterion.bench_function("validate a user", |bench| {
        bench.iter(|| accept(black_box(&body).clone(), &users, Mode::Compat));
    });
    criterion.bench_function("parse a PATCH of three operations and apply it", |bench| {
        bench.iter(|| {
            let body = parse_object(black_box(PATCH.as_bytes())).unwrap();
            let request = PatchRequest::parse(body, Mode::Compat).unwrap();
            apply(&user, &request.operations, &users, Mode::Compat)
        });
    });
    let projection = Projection::parse(None, None, &users).unwrap();
    criterion.bench_function("project a user and render it", |bench| {
        bench.iter(|| {
            let whole = black_box(&user).to_json(&users, "https://id.example.com/scim/v2/Users/1");
            Value::Object(projection.apply(whole, &users)).to_string()
        });
    });
    for (name, filter) in FILTERS {
        criterion.bench_function(name, |bench| {
            bench.iter(|| {
                let parsed = Filter::parse(black_box(filter)).unwrap();
                black_box(parsed.bind(&users)).is_ok()
            });
        });
    }
}

criterion_group!(benches, pure);
criterion_main!(benches);
