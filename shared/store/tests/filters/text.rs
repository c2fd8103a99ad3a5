//! Text that is found by its parts: values and needles that are long enough for the index by parts, before and after it
//! has gathered them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rollcall_core::{AttrPath, JsonObject};
use rollcall_core::{CompareOp, Filter, Literal, Resource, Timestamp};
use serde_json::json;

use super::world::{USERS, World, new};

/// More writes than are left ungathered.
const WRITES: usize = 300;

/// A text of few different characters, so that its parts are shared by many.
fn text() -> impl Strategy<Value = String> {
    let characters = select(vec![
        "a", "A", "b", "é", "É", "ß", "İ", "Σ", "日", "本", "😀", "\"", "'", "%", "*", " ", "\n",
        "AND", "\u{301}",
    ]);
    vec(characters, 0..9).prop_map(|parts| parts.concat())
}

#[derive(Clone, Debug)]
enum Write {
    Create(JsonObject),
    Replace(Index, JsonObject),
    Delete(Index),
}

fn attributes() -> impl Strategy<Value = JsonObject> {
    (text(), text(), vec(text(), 0..3), text()).prop_map(|(name, display, emails, title)| {
        let emails: Vec<_> = emails.iter().map(|value| json!({"value": value})).collect();
        let attributes =
            json!({"userName": name, "displayName": display, "emails": emails, "title": title});
        attributes.as_object().unwrap().clone()
    })
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let write = prop_oneof![
        6 => attributes().prop_map(Write::Create),
        3 => (any::<Index>(), attributes()).prop_map(|(at, new)| Write::Replace(at, new)),
        1 => any::<Index>().prop_map(Write::Delete),
    ];
    vec(write, WRITES..WRITES + 60)
}

fn run(world: &mut World, number: usize, write: Write) {
    let now = Timestamp::from_millis(i64::try_from(number).unwrap());
    let named = |mut attributes: JsonObject, id: &str| {
        let name = format!("{id} {}", attributes["userName"].as_str().unwrap());
        attributes.insert("userName".into(), name.into());
        attributes
    };
    let pick = |world: &World, at: Index| {
        (!world.entries.is_empty()).then(|| at.get(&world.entries).resource.id.clone())
    };
    match write {
        Write::Create(attributes) => {
            let id = format!("u{number}");
            let attributes = named(attributes, &id);
            world.create(
                &USERS,
                Resource {
                    attributes,
                    ..new(&id, now, &json!({}))
                },
            );
        }
        Write::Replace(at, attributes) => {
            if let Some(id) = pick(world, at) {
                world.replace(&id, now, named(attributes, &id));
            }
        }
        Write::Delete(at) => {
            if let Some(id) = pick(world, at) {
                world.delete(&id, now);
            }
        }
    }
}

/// A needle: a part of a text that is there, or any text.
fn needle(world: &World, at: Index, from: Index, length: usize, other: &str) -> String {
    let Some(name) = world.entries.get(at.index(world.entries.len() + 1)) else {
        return other.to_owned();
    };
    let attributes = &name.resource.attributes;
    let texts = ["userName", "displayName", "title"].map(|name| attributes[name].as_str().unwrap());
    let text: Vec<char> = texts[at.index(texts.len())].chars().collect();
    let from = from.index(text.len() + 1);
    text[from..].iter().take(length).collect()
}

/// More than the index by parts keeps of one resource.
const TEXTS: usize = 40;

#[test]
fn a_text_that_changes_often_is_found_as_it_is_and_leaves_nothing() {
    let mut world = World::empty();
    let epoch = Timestamp::from_millis(0);
    let text = |number: usize| json!({"userName": "u", "displayName": format!("text {number:04}")});
    world.create(&USERS, new("u", epoch, &text(0)));
    let native = world.native();
    let rows = || -> usize {
        let count = "SELECT count(*) FROM trigram WHERE rowid >= 0";
        native.query_row(count, (), |row| row.get(0)).unwrap()
    };
    for number in 1..TEXTS {
        native
            .execute("INSERT INTO gather (due) VALUES (1)", ())
            .unwrap();
        assert!(rows() <= 16, "{}", rows());
        world.replace("u", epoch, text(number).as_object().unwrap().clone());
        for needle in [number - 1, number, number + 1] {
            let filter = Filter::parse(&format!("displayName co \"t {needle:04}\"")).unwrap();
            let bound = filter.bind(&USERS).unwrap();
            world.check_filter(&USERS, &bound, &filter.to_string());
        }
    }
    native
        .execute("INSERT INTO gather (due) VALUES (1)", ())
        .unwrap();
    let filter = Filter::parse("displayName co \"t 0039\"").unwrap();
    world.check_filter(&USERS, &filter.bind(&USERS).unwrap(), "gathered");
    world.delete("u", epoch);
    assert_eq!(rows(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(6) })]

    #[test]
    fn parts_of_texts_are_found(
        writes in writes(),
        needles in vec((any::<Index>(), any::<Index>(), 1_usize..12, text()), 25),
    ) {
        let mut world = World::empty();
        for (number, write) in writes.into_iter().enumerate() {
            run(&mut world, number, write);
        }
        for (at, from, length, other) in needles {
            let needle = needle(&world, at, from, length, &other);
            for name in ["userName", "displayName", "title", "emails.value"] {
                for op in [CompareOp::Co, CompareOp::Ew, CompareOp::Sw, CompareOp::Eq] {
                    let path = AttrPath::parse(name).unwrap();
                    let filter = Filter::Compare(path, op, Literal::Text(needle.clone()));
                    let bound = filter.bind(&USERS).unwrap();
                    world.check_filter(&USERS, &bound, &filter.to_string());
                }
            }
        }
    }
}
