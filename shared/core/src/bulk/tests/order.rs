//! The order and the units of whole requests.

use super::*;

#[test]
fn only_a_post_that_is_needed_earlier_moves() {
    let plan = plan(json!([
        delete("1"),
        {"method": "PATCH", "path": "/Groups/1", "data": {"Operations": [
            {"op": "add", "path": "members", "value": [{"value": "bulkId:u"}]}
        ]}},
        {"method": "PUT", "path": "/Groups/1", "data": {"displayName": "x"}},
        user("v"),
        user("u"),
    ]));
    assert_eq!(plan.order(), [0, 4, 1, 2, 3]);
}

#[test]
fn groups_in_a_circle_are_one_unit() {
    let plan = plan(json!([
        group("a", &["bulkId:b", "bulkId:u"]),
        user("v"),
        group("b", &["bulkId:c"]),
        group("c", &["bulkId:a"]),
        user("u"),
        group("outer", &["bulkId:a"]),
    ]));
    let unit = |operations: &[usize], circular| BulkUnit {
        operations: operations.to_vec(),
        circular,
    };
    let expected = [
        unit(&[4], false),
        unit(&[0, 2, 3], true),
        unit(&[1], false),
        unit(&[5], false),
    ];
    assert_eq!(plan.units, expected);
    assert_eq!(plan.operations[0].depends_on, [2, 4]);
}

#[test]
fn one_that_refers_to_itself_is_circular() {
    let plan = plan(json!([group("a", &["bulkId:a"]), user("u")]));
    assert_eq!(plan.operations[0].depends_on, [0]);
    assert!(plan.units[0].circular && !plan.units[1].circular);
    assert_eq!(plan.data(0)["members"][0]["value"], plan.operation(0).id);
}

#[test]
fn a_refused_operation_breaks_the_circle() {
    let plan = plan(json!([
        group("a", &["bulkId:b", "bulkId:nobody"]),
        group("b", &["bulkId:a"]),
    ]));
    assert_eq!(plan.order(), [0, 1]);
    assert!(plan.units.iter().all(|unit| !unit.circular));
}
