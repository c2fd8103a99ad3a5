//! The order of lists.

use proptest::prelude::*;
use rollcall_core::Sort;
use rollcall_store::{Part, Start};

use super::random::{users, worlds};
use super::world::{GROUPS, USERS, World, all};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn sql_sorts_as_the_core_does(users in users()) {
        let world = World::of_users(&users);
        for by in [
            "userName", "externalId", "title", "name.familyName", "emails", "phoneNumbers.type", "active", "meta.created",
            "meta.lastModified", "meta.version", "meta.location", "id", "schemas",
        ] {
            for order in ["ascending", "descending"] {
                let sort = Sort::parse(by, Some(order), &USERS).unwrap();
                let parts = [Part { sort: Some(&sort), ..all(&USERS) }];
                let page = world.list(&parts, Start::Offset(0), 100);
                world.check(&page, &world.listed(&parts, Some(&sort)), &format!("{by} {order}"));
            }
        }
    }

    #[test]
    fn sql_sorts_by_relations_as_the_core_does(world in worlds()) {
        for (rt, attr) in [(&USERS, "groups"), (&GROUPS, "members")] {
            for sub in ["value", "$ref", "display", "type"] {
                for order in ["ascending", "descending"] {
                    let by = format!("{attr}.{sub}");
                    let sort = Sort::parse(&by, Some(order), rt).unwrap();
                    let parts = [Part { sort: Some(&sort), ..all(rt) }];
                    let page = world.list(&parts, Start::Offset(0), 100);
                    world.check(&page, &world.listed(&parts, Some(&sort)), &format!("{by} {order}"));
                }
            }
        }
    }
}
