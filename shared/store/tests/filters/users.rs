//! Filters over users.

use proptest::collection::vec;
use proptest::prelude::*;
use rollcall_core::{Filter, MAX_FILTER_DEPTH, MAX_FILTER_TERMS, Timestamp, testing};
use rollcall_store::{Part, Start};
use serde_json::json;

use super::random::users;
use super::world::{USERS, World, all, new};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn sql_and_evaluator_agree(users in users(), filters in vec(testing::filter(), 1..40)) {
        let world = World::of_users(&users);
        for filter in filters {
            let bound = filter.bind(&USERS).unwrap();
            world.check_filter(&USERS, &bound, &filter.to_string());
        }
    }
}

#[test]
fn a_filter_of_the_greatest_size_runs() {
    let mut world = World::empty();
    let countries = json!([{"country": "NL"}, {"country": "BE"}]);
    for number in 0..20 {
        let attributes = json!({"userName": format!("u{number}"), "addresses": countries});
        let now = Timestamp::from_millis(0);
        world.create(&USERS, new(&format!("u{number}"), now, &attributes));
    }
    let terms = |text: &str| vec![text; MAX_FILTER_TERMS].join(" or ");
    let depth = MAX_FILTER_DEPTH - 1;
    let nested = format!("{}id pr{}", "not (".repeat(depth), ")".repeat(depth));
    let inner = vec!["country ne \"NL\""; MAX_FILTER_TERMS].join(" and ");
    for text in [
        terms("title eq \"a\""),
        terms("title ne \"a\""),
        terms("title co \"abc\""),
        terms("groups eq \"a\""),
        terms("groups.type ne \"a\""),
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
        let bound = filter.bind(&USERS).unwrap();
        let part = Part {
            filter: Some(&bound),
            ..all(&USERS)
        };
        world.list(&[part], Start::Offset(0), 10);
    }
}
