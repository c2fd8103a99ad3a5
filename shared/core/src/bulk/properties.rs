//! Properties of a plan: every operation is in it once, after what it needs, with no reference left, and
//! no request makes it panic.
//!
//! 10,000 lists of operations that refer to each other, and 30,000 requests of any shape.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::*;
use crate::{JsonObject, ScimError};

/// How many `bulkId`s there are: few enough that references hit.
const NAMES: usize = 12;

fn reference() -> impl Strategy<Value = String> {
    (0..NAMES).prop_map(|name| format!("bulkId:{name}"))
}

/// An operation of some kind, whose POSTs have a `bulkId` that another may have, too.
fn operation() -> impl Strategy<Value = Value> {
    let references = || proptest::collection::vec(reference(), 0..3);
    let id = || prop_oneof![reference(), select(&["1", "2"][..]).prop_map(str::to_owned)];
    prop_oneof![
        6 => (0..NAMES, references()).prop_map(|(name, members)| json!({
            "method": "POST", "path": "/Groups", "bulkId": name.to_string(), "data": {"members": members}
        })),
        2 => (id(), references()).prop_map(|(id, members)| json!({
            "method": "PUT", "path": format!("/Groups/{id}"), "data": {"members": [members]}
        })),
        2 => (id(), reference(), reference()).prop_map(|(id, gone, new)| json!({
            "method": "PATCH", "path": format!("/Groups/{id}"), "data": {"Operations": [
                {"op": "remove", "path": format!("members[value eq \"{gone}\"]")},
                {"op": "add", "path": "members", "value": [{"value": new}]}
            ]}
        })),
        1 => id().prop_map(|id| json!({"method": "DELETE", "path": format!("/Groups/{id}")})),
        1 => select(vec![json!(null), json!({}), json!({"method": "POST", "path": "/Users", "bulkId": "0"})]),
    ]
}

fn request(operations: Vec<Value>, fail_on_errors: Option<usize>) -> JsonObject {
    let body = json!({
        "schemas": [BULK_REQUEST_SCHEMA],
        "failOnErrors": fail_on_errors,
        "Operations": operations
    });
    body.as_object().unwrap().clone()
}

fn plan(body: JsonObject) -> Result<BulkPlan, ScimError> {
    let mut ids = (0..).map(|number| format!("id-{number}"));
    Ok(BulkRequest::parse(body)?.plan(|| ids.next().unwrap()))
}

/// JSON of any shape, with the names and values that matter here and there.
fn any_json() -> impl Strategy<Value = Value> {
    const TEXTS: &[&str] = &[
        "schemas",
        "Operations",
        "failOnErrors",
        "method",
        "bulkId",
        "version",
        "path",
        "data",
        "value",
        BULK_REQUEST_SCHEMA,
        "POST",
        "put",
        "Patch",
        "DELETE",
        "GET",
        "/Users",
        "/Users/1",
        "/Groups/bulkId:a",
        "https://a.example/Users",
        "//",
        "/",
        "",
        "a",
        "bulkId:a",
        "bulkId:",
        "bulkId:é",
        "members[value eq \"bulkId:a\"]",
        "members[",
        "\u{1f600}",
    ];
    let leaf = prop_oneof![
        select(vec![
            json!(null),
            json!(true),
            json!(0),
            json!(1),
            json!(-1.5),
            json!(u64::MAX)
        ]),
        select(TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((select(TEXTS), inner), 0..7).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn every_operation_runs_once_after_what_it_needs(operations in proptest::collection::vec(operation(), 1..20)) {
        let count = operations.len();
        let plan = plan(request(operations, None)).unwrap();
        let order: Vec<usize> = plan.units.iter().flat_map(|unit| unit.operations.clone()).collect();
        prop_assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), (0..count).collect());
        prop_assert_eq!(order.len(), count);

        let mut done = BTreeSet::new();
        for unit in &plan.units {
            prop_assert!(unit.operations.is_sorted());
            let inside: BTreeSet<_> = unit.operations.iter().copied().collect();
            let mut refers_inside = false;
            for &index in &unit.operations {
                for needed in &plan.operations[index].depends_on {
                    prop_assert!(done.contains(needed) || inside.contains(needed));
                    refers_inside |= inside.contains(needed);
                }
            }
            prop_assert_eq!(unit.circular, refers_inside);
            prop_assert!(unit.circular || inside.len() == 1);
            done.extend(inside);
        }
    }

    #[test]
    fn the_operations_of_a_unit_all_reach_each_other(operations in proptest::collection::vec(operation(), 1..20)) {
        let plan = plan(request(operations, None)).unwrap();
        let reached = |from: usize| {
            let mut reached = BTreeSet::new();
            let mut left = vec![from];
            while let Some(index) = left.pop() {
                left.extend(plan.operations[index].depends_on.iter().filter(|&&next| reached.insert(next)));
            }
            reached
        };
        for unit in plan.units.iter().filter(|unit| unit.operations.len() > 1) {
            for &index in &unit.operations {
                let reached = reached(index);
                prop_assert!(unit.operations.iter().all(|other| reached.contains(other)));
            }
        }
    }

    #[test]
    fn only_posts_move_and_only_forward_references_move_them(operations in proptest::collection::vec(operation(), 1..20)) {
        let plan = plan(request(operations, None)).unwrap();
        let order: Vec<usize> = plan.units.iter().flat_map(|unit| unit.operations.clone()).collect();
        let is_post = |index: usize| plan.operations[index].method.as_deref() == Some("POST");
        let others: Vec<_> = order.iter().filter(|&&index| !is_post(index)).collect();
        prop_assert!(others.is_sorted());
        let forward = plan.operations.iter().enumerate().any(|(index, operation)| {
            operation.depends_on.iter().any(|needed| *needed > index)
        });
        prop_assert!(forward || order.is_sorted());
    }

    #[test]
    fn no_reference_is_left(operations in proptest::collection::vec(operation(), 1..20)) {
        let plan = plan(request(operations, None)).unwrap();
        for planned in &plan.operations {
            if let Ok(operation) = &planned.operation {
                let BulkOperation { id, action, .. } = operation;
                let left = match action {
                    BulkAction::Post(data) | BulkAction::Put(data) | BulkAction::Patch(data) => json!(data).to_string(),
                    BulkAction::Delete => String::new(),
                };
                prop_assert!(!left.contains("bulkId:") && !id.contains("bulkId:") && !id.is_empty(), "{left}");
            }
        }
    }

    #[test]
    fn the_results_are_what_was_processed_in_order(
        operations in proptest::collection::vec(operation(), 1..20),
        fail_on_errors in proptest::option::of(1_usize..6),
        failing in proptest::collection::btree_set(0_usize..20, 0..4),
    ) {
        let count = operations.len();
        let plan = plan(request(operations, fail_on_errors)).unwrap();
        let mut progress = BulkProgress::new(&plan, "");
        while let Some(unit) = progress.next_unit() {
            for &index in &unit.operations {
                prop_assert!(plan.operations[index].operation.is_ok());
            }
            let culprit = unit.operations.iter().find(|index| failing.contains(index));
            let outcome = match culprit {
                Some(&index) => Err(UnitError { operation: Some(index), error: ScimError::not_found("x") }),
                None => Ok(vec![Some("W/\"1\"".to_owned()); unit.operations.len()]),
            };
            progress.finish(&unit, outcome);
        }
        let results = progress.into_response().results;
        let errors = results.iter().filter(|result| result.error.is_some()).count();
        let limit = fail_on_errors.unwrap_or(usize::MAX);
        prop_assert!(results.len() == count || errors >= limit);
        let largest = plan.units.iter().map(|unit| unit.operations.len()).max().unwrap();
        prop_assert!(errors < limit.saturating_add(largest));
        for result in &results {
            let failed = result.error.is_some();
            prop_assert_eq!(failed, result.status >= 400);
            prop_assert_eq!(result.version.is_some(), !failed);
            if result.method.as_deref() == Some("POST") {
                prop_assert_eq!(result.location.is_some(), !failed);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(30_000) })]

    #[test]
    fn any_request_is_planned_or_refused(value in any_json(), operations in proptest::collection::vec(any_json(), 1..6)) {
        let _ = plan(request(operations, None));
        if let Value::Object(body) = value {
            let _ = plan(body.clone());
            let _ = plan(request(vec![Value::Object(body)], None));
        }
    }
}
