//! What only a type that an operator has defined can have, above all sub-attributes with several values.

use super::*;
use crate::testing::{FLEET_SCHEMA, device_type};

/// What the operations make of a device, in both modes.
fn device(attributes: Value, ops: Value) -> Result<Value, ScimError> {
    let mut all = json!({"serial": "s"});
    all.as_object_mut()
        .unwrap()
        .extend(attributes.as_object().unwrap().clone());
    let strict = run(device_type(), Mode::Strict, all.clone(), ops.clone());
    assert_eq!(run(device_type(), Mode::Compat, all, ops), strict);
    strict
}

#[track_caller]
fn place(before: Value, ops: Value, expected: Value) {
    let after = device(json!({"place": before}), ops).unwrap();
    assert_eq!(after["place"], expected);
}

/// The keys of the fleet after one operation.
#[track_caller]
fn keys(before: Value, op: &str, path: &str, value: Value, expected: Value) {
    let path = format!("{FLEET_SCHEMA}:{path}");
    let ops = json!([{"op": op, "path": path, "value": value}]);
    let after = device(json!({FLEET_SCHEMA: {"keys": before}}), ops).unwrap();
    assert_eq!(
        after.pointer(&format!("/{FLEET_SCHEMA}/keys")),
        Some(&expected)
    );
}

#[test]
fn an_add_adds_to_the_values_of_a_sub_attribute() {
    let codes = |codes: Value| json!({"codes": codes});
    let add = |path: &str, value: Value| json!([{"op": "add", "path": path, "value": value}]);
    place(
        codes(json!(["a"])),
        add("place.codes", json!(["b", "A"])),
        codes(json!(["a", "b"])),
    );
    place(
        codes(json!(["a"])),
        add("place.codes", json!("b")),
        codes(json!(["a", "b"])),
    );
    place(
        codes(json!(["a"])),
        add("place", codes(json!(["b"]))),
        codes(json!(["a", "b"])),
    );
    place(
        json!({"floor": 1}),
        add("place.codes", json!("b")),
        json!({"floor": 1, "codes": ["b"]}),
    );
}

#[test]
fn a_replace_replaces_them() {
    let replace =
        |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    let before = json!({"floor": 1, "codes": ["a"]});
    place(
        before.clone(),
        replace("place.codes", json!(["b"])),
        json!({"floor": 1, "codes": ["b"]}),
    );
    place(
        before.clone(),
        replace("place.codes", json!("b")),
        json!({"floor": 1, "codes": ["b"]}),
    );
    place(
        before.clone(),
        replace("place.codes", json!(null)),
        json!({"floor": 1}),
    );
    place(
        before,
        replace("place", json!({"codes": ["c"]})),
        json!({"floor": 1, "codes": ["c"]}),
    );
}

#[test]
fn a_remove_removes_all_of_them_or_those_that_are_listed() {
    let remove = |value: Value| json!([{"op": "remove", "path": "place.codes", "value": value}]);
    let before = json!({"floor": 1, "codes": ["a", "b"]});
    place(before.clone(), remove(json!(null)), json!({"floor": 1}));
    place(
        before.clone(),
        remove(json!(["A", "x"])),
        json!({"floor": 1, "codes": ["b"]}),
    );
    place(before.clone(), remove(json!("x")), before.clone());
    place(before, remove(json!(["a", "b"])), json!({"floor": 1}));
}

#[test]
fn the_elements_of_an_extension_are_selected() {
    let before = json!([{"value": "a", "codes": ["x"]}, {"value": "b", "codes": ["X", "y"]}]);
    let after = json!([{"value": "a", "codes": ["x"]}, {"value": "b", "codes": ["X", "y", "x"]}]);
    keys(
        before.clone(),
        "add",
        "keys[value eq \"B\"].codes",
        json!("x"),
        after.clone(),
    );
    keys(
        before.clone(),
        "add",
        "keys[codes eq \"y\"].codes",
        json!(["x"]),
        after,
    );
    let after = json!([{"value": "a", "codes": ["x"]}, {"value": "b", "codes": ["X"]}]);
    keys(
        before.clone(),
        "remove",
        "keys[codes eq \"X\"].codes",
        json!(["y"]),
        after,
    );
    let after = json!([{"value": "a", "codes": ["x"]}]);
    keys(
        before.clone(),
        "remove",
        "keys[codes eq \"y\"]",
        json!(null),
        after,
    );
    let after = json!([{"value": "a", "codes": ["x"], "type": "t"}, {"value": "b", "codes": ["X", "y"], "type": "t"}]);
    keys(before, "add", "keys.type", json!("t"), after);
}

#[test]
fn an_add_through_a_filter_creates_what_it_describes() {
    let created = json!([{"value": "a"}, {"codes": ["z"], "sizes": [1.5], "type": "t"}]);
    let path = "keys[codes eq \"z\" and sizes eq 1.5].type";
    keys(json!([{"value": "a"}]), "add", path, json!("t"), created);
}

#[test]
fn what_is_added_to_an_element_that_is_there_joins_it() {
    let before = json!([{"value": "k", "codes": ["x"], "seal": "1"}]);
    let added = json!([{"value": "K", "codes": ["y"], "seal": "2", "type": "t"}]);
    // It has a `type` that the other one lacks, so it is another one.
    let both = json!([before[0], added[0]]);
    keys(before.clone(), "add", "keys", added, both);
    let added = json!({"value": "K", "codes": ["y", "x"], "seal": "2"});
    let joined = json!([{"value": "k", "codes": ["x", "y"], "seal": "1"}]);
    keys(before, "add", "keys", added, joined);
}

#[test]
fn err_what_is_immutable_stays() {
    let seal = json!({"place": {"seal": "1"}, "badge": "b"});
    for (path, value) in [("place.seal", "2"), ("badge", "c")] {
        for op in ["add", "replace", "remove"] {
            let error = device(
                seal.clone(),
                json!([{"op": op, "path": path, "value": value}]),
            )
            .unwrap_err();
            assert_eq!(error.scim_type, Some(ScimType::Mutability), "{op} {path}");
        }
    }
    let add = json!([{"op": "add", "path": "place.seal", "value": "1"}, {"op": "add", "path": "badge", "value": "B"}]);
    assert_eq!(
        device(json!({}), add).unwrap()["place"],
        json!({"seal": "1"})
    );
}

#[test]
fn what_is_write_only_is_set_and_removed() {
    let set = json!([{"op": "add", "path": "pin", "value": "1234"}]);
    assert_eq!(device(json!({}), set).unwrap()["pin"], "1234");
    let remove = json!([{"op": "remove", "path": "pin"}]);
    assert_eq!(
        device(json!({"pin": "1234"}), remove),
        Ok(json!({"serial": "s"}))
    );
    let error = device(
        json!({}),
        json!([{"op": "remove", "path": "place[pin eq \"1\"]"}]),
    )
    .unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::InvalidFilter));
}

#[test]
fn err_more_values_than_the_limit() {
    let many: Vec<Value> = (0..crate::MAX_ELEMENTS)
        .map(|n| json!(n.to_string()))
        .collect();
    let ops = json!([{"op": "add", "path": "place.codes", "value": "one more"}]);
    let error = device(json!({"place": {"codes": many}}), ops).unwrap_err();
    assert_eq!(
        error.detail,
        "`place.codes` would have 1001 elements; the limit is 1000"
    );
}

#[test]
fn numbers_are_the_same_however_they_are_written() {
    let add = json!([{"op": "add", "path": "sizes", "value": [1.0, 2]}]);
    assert_eq!(
        device(json!({"sizes": [1]}), add).unwrap()["sizes"],
        json!([1, 2])
    );
    let remove = json!([{"op": "remove", "path": "sizes", "value": [1.0]}]);
    assert_eq!(
        device(json!({"sizes": [1, 2]}), remove).unwrap()["sizes"],
        json!([2])
    );
}

#[test]
fn schemas_of_any_uri_are_found() {
    let mut rt = device_type().clone();
    for id in [
        "https://a.example/schemas/2.0",
        "urn:x:2.0",
        "tag:a.example,2026".split(',').next().unwrap(),
    ] {
        rt.extensions[0].schema.id = id.to_owned();
        let ops = json!([
            {"op": "add", "path": format!("{id}:number"), "value": 7},
            {"op": "add", "path": id, "value": {"owner": {"value": "o"}}},
            {"op": "replace", "path": format!("{id}:owner.value"), "value": "p"},
            {"op": "add", "path": format!("{id}:keys[value eq \"k\"].type"), "value": "t"}
        ]);
        let after = run(&rt, Mode::Strict, json!({"serial": "s"}), ops).unwrap();
        let fleet =
            json!({"number": 7, "owner": {"value": "p"}, "keys": [{"value": "k", "type": "t"}]});
        assert_eq!(after[id], fleet);
        let ops = json!([{"op": "remove", "path": id}]);
        assert_eq!(
            run(&rt, Mode::Strict, after, ops),
            Ok(json!({"serial": "s"}))
        );
    }
}
