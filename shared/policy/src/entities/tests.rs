//! Questions are what Cedar's API makes of them.

use serde_json::json;

use super::*;
use crate::oracle;

/// The attributes that people have, and the context of `read`.
const ATTRIBUTES: &str = "
    text?: String, truth?: Bool, number?: Long, texts?: Set<String>, sets?: Set<Set<Long>>, person?: User,
    people?: Set<User>, name?: Name, names?: Set<Name>, address?: ipaddr, amounts?: Set<decimal>, when?: datetime,
    level?: App::Level";

const NAMES: [&str; 13] = [
    "text", "truth", "number", "texts", "sets", "person", "people", "name", "names", "address",
    "amounts", "when", "level",
];

fn schema() -> KnownSchema {
    let schema = format!(
        "type Name = {{ first: String, last?: String }};
        namespace App {{ entity Level enum [\"low\", \"high\"]; }}
        entity Group in [Group];
        entity Role in [Group];
        entity User in [Role] {{ {ATTRIBUTES} }};
        action read appliesTo {{ principal: [User], resource: [User], context: {{ {ATTRIBUTES} }} }};"
    );
    KnownSchema::read(&schema).unwrap().0
}

fn values() -> Vec<Json> {
    vec![
        json!("a"),
        json!(""),
        json!("10.0.0.1"),
        json!("2026-11-21"),
        json!(true),
        json!(-7),
        json!(i64::MAX),
        json!(1.5),
        json!(u64::MAX),
        json!([]),
        json!(["a", "b", "a"]),
        json!(["1.5"]),
        json!(["a", 1]),
        json!([null]),
        json!([[1, 2], []]),
        json!([[[1]], [["a"], true]]),
        json!({}),
        json!({"type": "User", "id": "b"}),
        json!({"type": "App::Level", "id": "low"}),
        json!({"type": "App::Level", "id": "none"}),
        json!({"__entity": {"type": "User", "id": "b"}}),
        json!({"__entity": {"type": "User", "id": "b"}, "more": 1}),
        json!([{"type": "User", "id": "b"}]),
        json!({"first": "Anna"}),
        json!({"first": "Anna", "last": "A."}),
        json!({"last": "A."}),
        json!([{"first": "Anna"}, {"first": "Anna", "last": "A."}]),
        json!({"a": {"b": [{"c": 1}]}}),
        json!({"__extn": {"fn": "ip", "arg": "10.0.0.1"}}),
        json!({"__extn": {"fn": "datetime", "arg": "2026-11-21T00:00:00Z"}}),
        json!({"__expr": "1"}),
        json!([{"__extn": {"fn": "decimal", "arg": "1.0"}}]),
        json!({"in": {"__extn": {"fn": "decimal", "arg": "1.0"}}}),
    ]
}

fn question(attributes: &Json, context: &Json) -> Question {
    let object = |json: &Json| json.as_object().unwrap().clone();
    let entity = Entity {
        name: EntityName::new("User", "a"),
        attributes: object(attributes),
        parents: Vec::new(),
    };
    Question {
        principal: entity.clone(),
        action: "read".to_owned(),
        resource: entity,
        context: object(context),
    }
}

fn read(schema: Option<&KnownSchema>, question: &Question) -> Result<Asked, String> {
    let kinds = &Kinds::default();
    Reader { kinds, schema }.read(question)
}

/// Whether both are the same, or neither is anything. How many are is counted.
#[track_caller]
fn compare(schema: Option<&KnownSchema>, question: &Question, taken: &mut usize) {
    let found = read(schema, question);
    let expected = oracle::request(question, schema.map(|known| &known.schema));
    match (&found, &expected) {
        (Ok(found), Ok((request, entities))) => {
            assert_eq!(&cedar_policy::Request::from(found.request.clone()), request);
            let is_same = found.entities.deep_eq(entities.as_ref());
            assert!(is_same, "{:?}, and not {entities:?}", found.entities);
            *taken += 1;
        }
        (Err(_), Err(_)) => {}
        _ => panic!("{question:?}: {found:?}, and not {expected:?}"),
    }
}

#[test]
fn values_are_what_the_engines_parser_takes_them_for() {
    let known = schema();
    let none = json!({});
    for schema in [Some(&known), None] {
        let mut taken = 0;
        for name in NAMES {
            for value in values() {
                let one = json!({ name: value });
                compare(schema, &question(&none, &one), &mut taken);
                // What a record of an attribute does not have is left out of it: see below.
                let is_record = schema.is_some() && matches!(name, "name" | "names");
                if !is_record {
                    compare(schema, &question(&one, &none), &mut taken);
                }
            }
        }
        assert!(taken > 50, "{taken}");
    }
}

#[test]
fn err_numbers_that_are_no_longs_are_named_with_their_place() {
    let known = schema();
    let none = json!({});
    for schema in [Some(&known), None] {
        for (value, number) in [
            (json!(1.5), "`1.5`"),
            (json!(u64::MAX), "`18446744073709551615`"),
            (json!([1, [2.0]]), "`2.0`"),
        ] {
            let one = json!({ "number": value });
            for (asked, place) in [
                (question(&none, &one), "`number` in the context"),
                (question(&one, &none), "`number` of `User::\"a\"`"),
            ] {
                let why = read(schema, &asked).unwrap_err();
                for part in [place, number, "numbers are whole"] {
                    assert!(why.contains(part), "{part}: {why}");
                }
            }
        }
    }
}

#[test]
fn entities_are_in_what_the_engine_says_they_are_in() {
    let known = schema();
    let names = |names: &[(&str, &str)]| -> Vec<EntityName> {
        let names = names.iter().map(|(kind, id)| EntityName::new(*kind, *id));
        names.collect()
    };
    let mut taken = 0;
    for schema in [Some(&known), None] {
        for parents in [
            names(&[]),
            names(&[("Role", "r")]),
            names(&[("Role", "r"), ("Group", "g")]),
            names(&[("Group", "g"), ("Group", "h")]),
        ] {
            let mut asked = question(&json!({}), &json!({}));
            asked.principal.parents = parents;
            asked.resource.name.id = "b".to_owned();
            asked.resource.parents = names(&[("Group", "g")]);
            compare(schema, &asked, &mut taken);
        }
    }
    assert_eq!(taken, 8);
}

#[test]
fn what_the_schema_does_not_know_of_an_entity_and_what_is_null_is_left_out() {
    let known = schema();
    let entities = |attributes: Json, parents: &[(&str, &str)]| {
        let mut asked = question(&attributes, &json!({}));
        let parents = parents.iter().map(|(kind, id)| EntityName::new(*kind, *id));
        asked.principal.parents = parents.collect();
        read(Some(&known), &asked).unwrap().entities
    };
    let lean = |name: Json| entities(json!({ "name": name, "names": [name] }), &[]);
    let full = json!({"first": "Anna", "last": null, "middle": "B.", "more": [{"a": null}]});
    let rich = entities(
        json!({ "name": full, "names": [full], "text": null, "title": "Dr." }),
        &[("User", "b"), ("Planet", "earth")],
    );
    assert!(rich.deep_eq(&lean(json!({"first": "Anna"}))), "{rich:?}");
    assert!(!rich.deep_eq(&lean(json!({"first": "Berta"}))));
}

#[test]
fn what_is_null_in_a_context_is_none_at_any_depth() {
    let context = |json: Json| {
        let asked = read(None, &question(&json!({}), &json));
        cedar_policy::Request::from(asked.unwrap().request)
    };
    let with = json!({"a": null, "b": {"c": null, "d": [{"e": null, "f": 1}]}, "g": [{"h": null}]});
    assert_eq!(
        context(with),
        context(json!({"b": {"d": [{"f": 1}]}, "g": [{}]}))
    );
}

#[test]
fn err_a_context_that_the_action_cannot_have() {
    let known = KnownSchema::read(
        "entity User; action read appliesTo { principal: [User], resource: [User], context: { ip: ipaddr, a?: { b?: Long } } };",
    );
    let known = known.unwrap().0;
    let refused = |context: Json| read(Some(&known), &question(&json!({}), &context)).unwrap_err();
    for missing in [json!({}), json!({"ip": null})] {
        assert_eq!(
            refused(missing),
            "the context of `Action::\"read\"` must have `ip`"
        );
    }
    assert_eq!(
        refused(json!({"ip": "::1", "IP": "::1"})),
        "the schema has no `IP` in the context of `Action::\"read\"`"
    );
    let nested = refused(json!({"ip": "::1", "a": {"c": 1}}));
    assert!(nested.contains('c'), "{nested}");
    let wrong = refused(json!({"ip": "nowhere"}));
    assert!(wrong.contains("nowhere"), "{wrong}");
    for name in ["__entity", "__extn", "__expr"] {
        let context = json!({ name: {"type": "User", "id": "b", "fn": "ip", "arg": "::1"} });
        for schema in [Some(&known), None] {
            let refused = read(schema, &question(&json!({}), &context));
            let expected = format!("`{name}` can't be a member of `context`");
            assert_eq!(refused.unwrap_err(), expected);
        }
    }
}

#[test]
fn err_values_that_are_left_open() {
    let known = schema();
    let open = json!({"__extn": {"fn": "unknown", "arg": "x"}});
    for value in [open.clone(), json!([open]), json!({"first": open})] {
        for name in NAMES {
            let (one, none) = (json!({ name: value }), json!({}));
            for (attributes, context) in [(&one, &none), (&none, &one)] {
                for schema in [Some(&known), None] {
                    let asked = read(schema, &question(attributes, context));
                    assert!(asked.is_err(), "{one}: {asked:?}");
                }
            }
        }
    }
}
