//! Filters over groups and their members, and over the groups of users.

use proptest::collection::vec;
use proptest::prelude::*;
use rollcall_core::testing;

use super::random::worlds;
use super::world::{GROUPS, USERS};

/// What members and groups are compared with: ids, types, references, and parts of them.
const TEXTS: &[&str] = &[
    "u0",
    "U1",
    "u2",
    "g0",
    "G1",
    "g2",
    "g3",
    "User",
    "group",
    "direct",
    "Indirect",
    "https://id.example/scim/v2/Users/u0",
    "https://id.example/scim/v2/Groups/g0",
    "HTTPS://id.example/scim/v2/Groups/g0",
    "/Groups/g1",
    "/users/",
    "Ga",
    "ga%",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn sql_and_evaluator_agree_on_members(world in worlds(), filters in vec(testing::group_filter(TEXTS), 1..40)) {
        for filter in filters {
            let bound = filter.bind(&GROUPS).unwrap();
            world.check_filter(&GROUPS, &bound, &filter.to_string());
        }
    }

    #[test]
    fn sql_and_evaluator_agree_on_groups_of_users(world in worlds(), filters in vec(testing::groups_filter(TEXTS), 1..40)) {
        for filter in filters {
            let bound = filter.bind(&USERS).unwrap();
            world.check_filter(&USERS, &bound, &filter.to_string());
        }
    }
}
