//! The SQL of a filter finds what the evaluator of `rollcall-core` says it should, on random resources.

#![expect(
    clippy::unwrap_used,
    reason = "a step that prepares the test and fails is a failed test"
)]

use pollster::block_on;
use proptest::collection::vec;
use proptest::prelude::*;
use rollcall_core::{Filter, Resource, ResourceType, Sort, Timestamp, matches, testing};
use rollcall_store::rusqlite::File;
use rollcall_store::{Access, Durability, Operation, Query, Store, TenantName, Token, TokenHash};

const LOCATION: &str = "https://id.example/scim/v2/Users/";

/// A store with those resources, in a tenant of its own.
fn stored(
    dir: &tempfile::TempDir,
    users: &ResourceType,
    resources: &[Resource],
) -> (Store<File>, Access) {
    let access = Access {
        tenant: TenantName::default_tenant(),
        token: TokenHash::of("token"),
    };
    let token = Token {
        id: "1".into(),
        name: "test".into(),
        created: Timestamp::from_millis(0),
        expires: None,
    };
    let store = block_on(async {
        let store = Store::open(&File(dir.path().join("filters.db")), Durability::Normal)
            .await
            .unwrap();
        store
            .create_token(&access.tenant, &token, &access.token)
            .await
            .unwrap();
        // Each resource starts with another one's attributes, so that an update of the index is tested, too.
        for (resource, other) in resources.iter().zip(resources.iter().rev()) {
            let mut first = Resource {
                version: 1,
                attributes: other.attributes.clone(),
                ..resource.clone()
            };
            first
                .attributes
                .insert("userName".into(), format!("first {}", resource.id).into());
            store.create(&access, users, &first).await.unwrap();
            store
                .update(&access, users, Operation::Replace, &first, resource)
                .await
                .unwrap();
        }
        store
    });
    (store, access)
}

/// Random resources as the store would hold them: distinct ids and user names, in order of creation.
fn resources() -> impl Strategy<Value = Vec<Resource>> {
    vec(testing::resource(), 1..12).prop_map(|resources| {
        let numbered = resources
            .into_iter()
            .enumerate()
            .map(|(number, mut resource)| {
                let name = resource
                    .attributes
                    .get("userName")
                    .and_then(|name| name.as_str())
                    .unwrap_or_default();
                let name = format!("{name}{number}");
                resource.attributes.insert("userName".into(), name.into());
                resource.modified = resource.created;
                Resource {
                    id: format!("{}-{number}", resource.id),
                    version: 2,
                    ..resource
                }
            });
        numbered.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn sql_and_evaluator_agree(resources in resources(), filters in vec(testing::filter(), 1..40)) {
        let users = ResourceType::user();
        let dir = tempfile::tempdir().unwrap();
        let (store, access) = stored(&dir, &users, &resources);
        for filter in filters {
            let bound = filter.bind(&users).unwrap();
            let expected: Vec<&str> = resources
                .iter()
                .filter(|resource| matches(&bound, &resource.to_json(&users, &format!("{LOCATION}{}", resource.id))))
                .map(|resource| resource.id.as_str())
                .collect();
            let query = Query { filter: Some(&bound), sort: None, offset: 0, limit: 100, location: LOCATION };
            let page = block_on(store.list(&access, &users, &query, Timestamp::from_millis(0))).unwrap();
            let found: Vec<&str> = page.resources.iter().map(|resource| resource.id.as_str()).collect();
            prop_assert_eq!(&found, &expected, "{}", filter);
            prop_assert_eq!(page.total, expected.len() as u64, "{}", filter);
        }
    }

    #[test]
    fn sql_sorts_as_the_core_does(resources in resources()) {
        let users = ResourceType::user();
        let dir = tempfile::tempdir().unwrap();
        let (store, access) = stored(&dir, &users, &resources);
        for by in ["userName", "name.familyName", "emails", "phoneNumbers.type", "active", "meta.created", "id"] {
            for order in ["ascending", "descending"] {
                let sort = Sort::parse(by, Some(order), &users).unwrap();
                let json = |resource: &Resource| resource.to_json(&users, &format!("{LOCATION}{}", resource.id));
                let mut expected = resources.clone();
                expected.sort_by(|a, b| sort.compare(&json(a), &json(b)));
                let query = Query { filter: None, sort: Some(&sort), offset: 0, limit: 100, location: LOCATION };
                let page = block_on(store.list(&access, &users, &query, Timestamp::from_millis(0))).unwrap();
                let ids = |resources: &[Resource]| resources.iter().map(|r| r.id.clone()).collect::<Vec<_>>();
                prop_assert_eq!(ids(&page.resources), ids(&expected), "{} {}", by, order);
            }
        }
    }
}

#[test]
fn a_filter_of_the_greatest_size_runs() {
    let users = ResourceType::user();
    let dir = tempfile::tempdir().unwrap();
    let named = |number: usize| {
        let attributes = serde_json::json!({
            "userName": format!("u{number}"), "addresses": [{"country": "NL"}, {"country": "BE"}],
        });
        Resource {
            id: number.to_string(),
            version: 2,
            created: Timestamp::from_millis(0),
            modified: Timestamp::from_millis(0),
            attributes: attributes.as_object().unwrap().clone(),
        }
    };
    let resources: Vec<Resource> = (0..20).map(named).collect();
    let (store, access) = stored(&dir, &users, &resources);
    let terms = |text: &str| vec![text; rollcall_core::MAX_FILTER_TERMS].join(" or ");
    let depth = rollcall_core::MAX_FILTER_DEPTH - 1;
    let nested = format!("{}id pr{}", "not (".repeat(depth), ")".repeat(depth));
    let inner = vec!["country ne \"NL\""; rollcall_core::MAX_FILTER_TERMS].join(" and ");
    for text in [
        terms("title eq \"a\""),
        terms("title ne \"a\""),
        terms("id pr"),
        terms("addresses pr"),
        terms("not (addresses[country pr])"),
        format!("addresses[{inner}]"),
        nested,
    ] {
        // The longest of them are over the limit on length, which is another refusal than one of the database.
        let Ok(filter) = Filter::parse(&text) else {
            continue;
        };
        let bound = filter.bind(&users).unwrap();
        let query = Query {
            filter: Some(&bound),
            sort: None,
            offset: 0,
            limit: 10,
            location: LOCATION,
        };
        block_on(store.list(&access, &users, &query, Timestamp::from_millis(0))).unwrap();
    }
}
