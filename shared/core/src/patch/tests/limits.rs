//! How much a request may ask for, and that the most it may ask for is worked out.

use super::*;
use crate::MAX_ELEMENTS;

/// So many e-mail addresses, `0` to `n - 1`.
fn emails(count: usize) -> Value {
    let emails = (0..count).map(|n| json!({"value": n.to_string(), "type": "work"}));
    Value::Array(emails.collect())
}

fn with_emails(count: usize) -> Value {
    json!({"userName": "b", "emails": emails(count)})
}

#[track_caller]
fn user(attributes: Value, ops: Value) -> Result<Value, ScimError> {
    run(&ResourceType::user(), Mode::Compat, attributes, ops)
}

#[track_caller]
fn too_much(result: Result<Value, ScimError>, expected: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::InvalidValue));
    assert_eq!(error.detail, expected);
}

#[test]
fn an_attribute_takes_elements_up_to_the_limit() {
    let add = json!([{"op": "add", "path": "emails", "value": {"value": "new"}}]);
    let after = user(with_emails(MAX_ELEMENTS - 1), add.clone()).unwrap();
    assert_eq!(after["emails"].as_array().unwrap().len(), MAX_ELEMENTS);
    too_much(
        user(
            after.clone(),
            json!([{"op": "add", "path": "emails", "value": {"value": "newer"}}]),
        ),
        "`emails` would have 1001 elements; the limit is 1000",
    );
    // What is there already is not one more.
    assert_eq!(user(after.clone(), add), Ok(after));
}

#[test]
fn err_more_elements_than_the_limit() {
    for op in ["add", "replace"] {
        let value = emails(3_000);
        let detail = "`emails` would have 3000 elements; the limit is 1000";
        let ops = json!([{"op": op, "path": "emails", "value": value}]);
        too_much(user(with_emails(1), ops), detail);
        let ops = json!([{"op": op, "value": {"emails": value}}]);
        too_much(user(with_emails(1), ops), detail);
    }
    let path = "emails[type eq \"home\"].value";
    let created = json!([{"op": "add", "path": path, "value": "x"}]);
    too_much(
        user(with_emails(MAX_ELEMENTS), created),
        "`emails` would have 1001 elements; the limit is 1000",
    );
}

fn operations(operation: impl Fn(usize) -> Value) -> Value {
    Value::Array((0..MAX_OPERATIONS).map(operation).collect())
}

#[test]
fn a_thousand_operations_each_on_one_of_a_thousand_elements() {
    let ops = operations(|n| {
        let path = format!("emails[value eq \"{n}\"].display");
        json!({"op": "replace", "path": path, "value": format!("E{n}")})
    });
    let after = user(with_emails(MAX_ELEMENTS), ops).unwrap();
    for (n, email) in after["emails"].as_array().unwrap().iter().enumerate() {
        let expected = json!({"value": n.to_string(), "type": "work", "display": format!("E{n}")});
        assert_eq!(*email, expected);
    }
}

#[test]
fn a_thousand_operations_on_all_of_a_thousand_elements() {
    let ops = operations(
        |n| json!({"op": "replace", "path": "emails.display", "value": format!("E{n}")}),
    );
    let after = user(with_emails(MAX_ELEMENTS), ops).unwrap();
    for (n, email) in after["emails"].as_array().unwrap().iter().enumerate() {
        let expected = json!({"value": n.to_string(), "type": "work", "display": "E999"});
        assert_eq!(*email, expected);
    }
}

#[test]
fn a_thousand_operations_that_each_add_what_is_there_of_a_thousand_elements() {
    let ops = operations(
        |n| json!({"op": "add", "path": "emails", "value": {"value": n.to_string(), "type": "work"}}),
    );
    let before = with_emails(MAX_ELEMENTS);
    assert!(user(before.clone(), ops) == Ok(before));
}

/// As many elements as the largest body has room for; they all have the same `value`, or none.
#[test]
fn elements_that_are_hard_to_tell_apart_are_added() {
    let addresses = |from: usize| -> Vec<Value> {
        let addresses = (from..from + MAX_ELEMENTS / 2).map(|n| json!({"country": n.to_string()}));
        addresses.collect()
    };
    let same: Vec<Value> = (0..MAX_ELEMENTS)
        .map(|n| json!({"value": "a", "type": n.to_string()}))
        .collect();
    let before = json!({"userName": "b", "emails": same, "addresses": addresses(0)});
    let ops: Vec<Value> = (0..50)
        .map(|n| match n % 2 {
            0 => json!({"op": "add", "path": "emails", "value": same}),
            _ => json!({"op": "add", "path": "addresses", "value": addresses(MAX_ELEMENTS / 2)}),
        })
        .collect();
    let after = user(before.clone(), Value::Array(ops)).unwrap();
    assert_eq!(after["emails"], before["emails"]);
    let all = [addresses(0), addresses(MAX_ELEMENTS / 2)].concat();
    assert_eq!(after["addresses"], Value::Array(all));
}

#[test]
fn a_thousand_values_without_a_type_are_removed_at_once() {
    let same: Vec<Value> = (0..MAX_ELEMENTS)
        .map(|n| json!({"value": "a", "type": n.to_string()}))
        .collect();
    let listed: Vec<Value> = (0..MAX_ELEMENTS)
        .map(|n| json!({"value": "A", "display": n.to_string()}))
        .collect();
    let ops = json!([{"op": "remove", "path": "emails", "value": listed}]);
    let after = user(json!({"userName": "b", "emails": same}), ops);
    assert_eq!(after, Ok(json!({"userName": "b"})));
}

#[test]
fn err_a_text_that_is_too_long() {
    let long = "a".repeat(5_000);
    let detail = |path: &str| format!("`{path}` is 5000 bytes long; the limit is 4096");
    for op in ["add", "replace"] {
        for (path, leaf) in [
            ("title", "title"),
            ("name.givenName", "name.givenName"),
            ("emails.display", "emails.display"),
            ("emails[type eq \"work\"].display", "emails.display"),
        ] {
            let ops = json!([{"op": op, "path": path, "value": long}]);
            too_much(user(with_emails(2), ops), &detail(leaf));
        }
        let ops = json!([{"op": op, "path": "emails", "value": [{"value": long}]}]);
        too_much(user(with_emails(2), ops), &detail("emails.value"));
        let ops = json!([{"op": op, "value": {"name": {"givenName": long}}}]);
        too_much(user(with_emails(2), ops), &detail("name.givenName"));
    }
    // What the filter describes is created, and no longer than anything else.
    let path = format!("emails[type eq \"{long}\"].value");
    let ops = json!([{"op": "add", "path": path, "value": "x"}]);
    too_much(user(with_emails(2), ops), &detail("emails.type"));
}
