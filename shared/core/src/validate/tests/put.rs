use super::*;
use crate::{Resource, Timestamp};

#[track_caller]
fn put(rt: &ResourceType, current: Value, new: Value) -> Result<Value, ScimError> {
    let current = Resource {
        id: "u1".to_owned(),
        version: 1,
        created: Timestamp::from_millis(0),
        modified: Timestamp::from_millis(0),
        attributes: current.as_object().unwrap().clone(),
    };
    replace(&current, new.as_object().unwrap().clone(), rt).map(Value::Object)
}

#[test]
fn a_put_clears_what_it_lacks_but_the_password_and_what_is_read_only() {
    let current = json!({"userName": "b", "title": "T", "password": "s", "groups": [{"value": "g"}], ENTERPRISE_USER_SCHEMA: {"division": "d"}});
    let after = put(
        &ResourceType::user(),
        current.clone(),
        json!({"userName": "c"}),
    )
    .unwrap();
    assert_eq!(
        after,
        json!({"userName": "c", "password": "s", "groups": [{"value": "g"}]})
    );
    let after = put(
        &ResourceType::user(),
        current,
        json!({"userName": "c", "password": "t"}),
    )
    .unwrap();
    assert_eq!(after["password"], "t");
}

#[test]
fn a_put_leaves_what_is_immutable() {
    let badge = |badge: &str| json!({"userName": "b", "badge": badge});
    assert_eq!(
        put(&custom(), badge("x"), json!({"userName": "b"})),
        Ok(badge("x"))
    );
    assert_eq!(put(&custom(), badge("x"), badge("X")), Ok(badge("x")));
    assert_eq!(put(&custom(), json!({}), badge("x")), Ok(badge("x")));
    let error = put(&custom(), badge("x"), badge("y")).unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (400, Some(ScimType::Mutability))
    );
    let seal = |value: &str, x: &str| json!({"seal": {"value": value, "x": x}});
    assert_eq!(
        put(&custom(), seal("a", "1"), seal("a", "2")),
        Ok(seal("a", "2"))
    );
    assert!(put(&custom(), seal("a", "1"), seal("b", "1")).is_err());
}

#[test]
fn a_put_keeps_what_the_server_says_of_the_same_value() {
    let manager = |value: Value| json!({ENTERPRISE_USER_SCHEMA: {"manager": value}});
    let current = manager(json!({"value": "m", "displayName": "Boss"}));
    let after = put(
        &ResourceType::user(),
        current.clone(),
        manager(json!({"value": "m"})),
    )
    .unwrap();
    assert_eq!(after, current);
    let after = put(
        &ResourceType::user(),
        current,
        manager(json!({"value": "n"})),
    )
    .unwrap();
    assert_eq!(after, manager(json!({"value": "n"})));
    let current = json!({"keys": [{"value": "a", "seen": "now"}, {"value": "b", "seen": "then"}]});
    let after = put(
        &custom(),
        current,
        json!({"keys": [{"value": "B"}, {"value": "c"}]}),
    )
    .unwrap();
    assert_eq!(
        after,
        json!({"keys": [{"value": "B", "seen": "then"}, {"value": "c"}]})
    );
}

#[test]
fn of_several_elements_with_the_same_value_each_continues_its_own() {
    let keys = |keys: Value| json!({"keys": keys});
    let put = |current: &Value, new: Value| put(&sealed(), keys(current.clone()), keys(new));
    let current = json!([
        {"value": "a"}, {"value": "a", "type": "x", "seal": "1", "seen": "now"}, {"value": "A", "type": "y", "seal": "2"}
    ]);
    // What is the same in all that is said, in any order.
    let turned = json!([{"value": "a", "type": "y", "seal": "2"}, {"value": "a", "type": "x", "seal": "1"}, {"value": "a"}]);
    let kept = json!([
        {"value": "A", "type": "y", "seal": "2"}, {"value": "a", "type": "x", "seal": "1", "seen": "now"}, {"value": "a"}
    ]);
    assert_eq!(put(&current, turned), Ok(keys(kept)));
    // Else the one with the same type; else the first that is left.
    let new = json!([{"value": "a", "type": "z"}, {"value": "a", "type": "x"}, {"value": "a", "type": "z"}, {"value": "a"}]);
    let after = json!([
        {"value": "A", "type": "z", "seal": "2"},
        {"value": "a", "type": "x", "seal": "1", "seen": "now"},
        {"value": "a", "type": "z"},
        {"value": "a"}
    ]);
    assert_eq!(put(&current, new), Ok(keys(after)));
}

#[test]
fn numbers_and_instants_are_the_same_however_they_are_written() {
    let typed = |value: Value, since: &str, weight: Value| json!({"keys": [{"value": value, "since": since}], "weight": weight});
    let current = typed(json!(1), "2026-01-02T03:04:05Z", json!(2));
    let rt = numbered();
    let new = typed(json!(1.0), "2026-01-02T04:04:05+01:00", json!(2.0));
    assert_eq!(put(&rt, current.clone(), new), Ok(current.clone()));
    let error = put(&rt, current, typed(json!(1), "", json!(2.5))).unwrap_err();
    assert_eq!(
        error.detail,
        "`weight` is immutable and has a value; leave it as it is"
    );
}

/// A type whose elements have something immutable.
fn sealed() -> ResourceType {
    extended(json!([
        {"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "mutability": "immutable"}, {"name": "type"}, {"name": "seal", "mutability": "immutable"},
            {"name": "seen", "mutability": "readOnly"}
        ]}
    ]))
}

/// A type with an immutable decimal, and decimals as the values of elements.
fn numbered() -> ResourceType {
    extended(json!([
        {"name": "weight", "type": "decimal", "mutability": "immutable"},
        {"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "type": "decimal", "mutability": "immutable"},
            {"name": "since", "type": "dateTime", "mutability": "immutable"}
        ]}
    ]))
}

fn extended(attributes: Value) -> ResourceType {
    let mut rt = ResourceType::user();
    let attributes: Vec<Attribute> = serde_json::from_value(attributes).unwrap();
    rt.schema.attributes.extend(attributes);
    rt
}
