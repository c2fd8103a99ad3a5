//! Random users and groups.

use std::collections::BTreeMap;

use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
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

/// Who is to become a member of a group, and under which name; all others go if it is `anew`.
#[derive(Clone, Debug)]
struct Enrolment {
    group: Index,
    anew: bool,
    members: Vec<(Index, Option<&'static str>)>,
}

fn enrolment() -> impl Strategy<Value = Enrolment> {
    let display = select(testing::TEXTS).prop_filter("not empty", |text| !text.is_empty());
    let member = (any::<Index>(), option::weighted(0.3, display));
    (any::<Index>(), weighted(0.2), vec(member, 0..4)).prop_map(|(group, anew, members)| {
        Enrolment {
            group,
            anew,
            members,
        }
    })
}

/// Random users and groups; some are members of others, and of themselves, and some go by another name there.
pub fn worlds() -> impl Strategy<Value = World> {
    let named = vec(select(testing::TEXTS), 1..7);
    let leavings = vec((any::<Index>(), any::<Index>()), 0..9);
    (users(), named, vec(enrolment(), 0..9), leavings).prop_map(
        |(users, names, enrolments, leavings)| {
            let mut world = World::of_users(&users);
            let now = Timestamp::from_millis(1_800_000_000_000);
            for (number, name) in names.iter().enumerate() {
                let name = json!({"displayName": format!("G{name}"), "externalId": name});
                world.create(&GROUPS, new(&format!("g{number}"), now, &name));
            }
            let ids = world.entries.iter().map(|entry| entry.resource.id.clone());
            let ids: Vec<String> = ids.collect();
            let group = |which: Index| format!("g{}", which.index(names.len()));
            for enrolment in enrolments {
                let members = enrolment.members.into_iter().map(|(member, display)| {
                    let id = member.get(&ids).clone();
                    let display = display.map(str::to_owned);
                    (id.clone(), Member { id, display })
                });
                let members: BTreeMap<String, Member> = members.collect();
                let change = MemberChange {
                    clear: enrolment.anew,
                    add: members.into_values().collect(),
                    remove: Vec::new(),
                };
                world.enrol(&group(enrolment.group), now, change);
            }
            for (which, member) in leavings {
                let change = MemberChange {
                    remove: vec![member.get(&ids).clone()],
                    ..MemberChange::default()
                };
                world.enrol(&group(which), now, change);
            }
            world
        },
    )
}
