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
