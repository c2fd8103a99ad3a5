//! Random users and groups.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use rollcall_core::{Member, MemberChange, Resource, Timestamp, testing};
use serde_json::json;

use super::world::{GROUPS, World, new};

/// Random users as the store would hold them: distinct ids and user names, in order of creation.
pub fn users() -> impl Strategy<Value = Vec<Resource>> {
    vec(testing::resource(), 1..12).prop_map(|users| {
        let numbered = users.into_iter().enumerate().map(|(number, mut user)| {
            let name = user.attributes["userName"].as_str().unwrap();
            let name = format!("{name}{number}");
            user.attributes.insert("userName".into(), name.into());
            user.id = format!("u{number}");
            user
        });
        numbered.collect()
    })
}

/// Random users and groups; some are members of others, and of themselves.
pub fn worlds() -> impl Strategy<Value = World> {
    let name = proptest::sample::select(testing::TEXTS);
    let named = vec(name, 1..7);
    let pairs = vec((any::<Index>(), any::<Index>()), 0..14);
    (users(), named, pairs.clone(), pairs).prop_map(|(users, names, come, go)| {
        let mut world = World::of_users(&users);
        let now = Timestamp::from_millis(1_800_000_000_000);
        for (number, name) in names.iter().enumerate() {
            let name = json!({"displayName": format!("G{name}"), "externalId": name});
            world.create(&GROUPS, new(&format!("g{number}"), now, &name));
        }
        let ids = |world: &World, (group, member): (Index, Index)| {
            let member = member.get(&world.entries).resource.id.clone();
            (format!("g{}", group.index(names.len())), vec![member])
        };
        for pair in come {
            let (group, add) = ids(&world, pair);
            let change = MemberChange {
                add: add.into_iter().map(Member::from).collect(),
                ..MemberChange::default()
            };
            world.enrol(&group, now, change);
        }
        for pair in go {
            let (group, remove) = ids(&world, pair);
            let change = MemberChange {
                remove,
                ..MemberChange::default()
            };
            world.enrol(&group, now, change);
        }
        world
    })
}
