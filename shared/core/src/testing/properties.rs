//! Properties of everything that depends on a schema, on a type that an operator has defined: nothing
//! but its schema tells the code about it.

use std::cmp::Ordering;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::*;
use crate::{
    Bound, CompareOp, Filter, IndexValue, JsonObject, Mode, OpKind, Operand, PatchPath, Projection,
    Resource, Returned, Sort, Target, Timestamp, accept, apply, index_entries, matches, replace,
    unique_values, violation,
};

fn resource(attributes: JsonObject) -> Resource {
    Resource {
        id: "d1".to_owned(),
        version: 1,
        created: Timestamp::from_millis(0),
        modified: Timestamp::from_millis(0),
        attributes,
    }
}

fn device() -> BoxedStrategy<JsonObject> {
    attributes_of(device_type())
}

/// The form in which an index would hold what a filter compares with.
fn form(operand: &Operand) -> Option<IndexValue> {
    match operand {
        Operand::Text(text) => Some(IndexValue::Text(text.clone())),
        Operand::Integer(number) => Some(IndexValue::Integer(*number)),
        Operand::Decimal(number) => {
            let decimal = device_type().schema.attribute("weight")?;
            IndexValue::of(decimal, &json!(number))
        }
        Operand::Boolean(truth) => Some(IndexValue::Integer(i64::from(*truth))),
        Operand::Time(time) => Some(IndexValue::Integer(time.as_micros())),
        Operand::Null => None,
    }
}

#[test]
fn the_type_is_what_it_says_it_is() {
    assert_eq!(device_type().name, "Device");
    assert_eq!(device_types().by_endpoint("/Devices"), Some(device_type()));
    assert_eq!(device_type().extensions[0].schema.id, FLEET_SCHEMA);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn a_filter_reads_as_it_prints_and_has_an_opposite(filter in filter_of(device_type()), device in device()) {
        let read = Filter::parse(&filter.to_string());
        prop_assert_eq!(read.as_ref(), Ok(&filter));
        let bound = filter.bind(device_type()).unwrap();
        let rendered = resource(device).to_json(device_type(), "https://a.example/Devices/d1");
        let negated = Bound::Not(Box::new(bound.clone()));
        prop_assert_ne!(matches(&bound, &rendered), matches(&negated, &rendered));
    }

    #[test]
    fn the_index_has_what_the_evaluator_finds(filter in filter_of(device_type()), device in device()) {
        let bound = filter.bind(device_type()).unwrap();
        let entries = index_entries(&device, device_type());
        match &bound {
            Bound::Compare(target, CompareOp::Eq, operand) if *operand != Operand::Null => {
                let form = form(operand);
                let found = entries.iter().any(|e| e.path == target.key() && Some(&e.value) == form.as_ref());
                prop_assert_eq!(matches(&bound, &device), found);
            }
            Bound::Present(target) => {
                let below = format!("{}.", target.key());
                let found = entries.iter().any(|e| e.path == target.key() || e.path.starts_with(&below));
                prop_assert_eq!(matches(&bound, &device), found);
            }
            _ => {}
        }
        prop_assert!(!entries.iter().any(|entry| entry.path == "pin"));
        for unique in unique_values(&device, device_type()) {
            prop_assert!(entries.iter().any(|entry| entry.path == unique.path));
        }
    }

    #[test]
    fn the_index_sorts_as_the_resources_do(a in device(), b in device(), target in select(targets_of(device_type()))) {
        let Ok(sort) = Sort::parse(&target.key(), None, device_type()) else { return Ok(()) };
        let leading = |device: &JsonObject| {
            let mut entries = index_entries(device, device_type());
            entries.retain(|entry| entry.path == sort.target.key() && entry.element == 0);
            assert!(entries.len() <= 1, "{entries:?}");
            entries.pop().map(|entry| entry.value)
        };
        let expected = match (leading(&a), leading(&b)) {
            (Some(a), Some(b)) => a.compare(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        prop_assert_eq!(sort.compare(&a, &b), expected);
    }

    #[test]
    fn what_a_patch_leaves_is_a_valid_resource(
        device in device(),
        operations in operations_of(device_type()),
        mode in select(vec![Mode::Compat, Mode::Strict]),
    ) {
        if let Ok(after) = apply(&resource(device), &operations, device_type(), mode) {
            let after = after.attributes;
            let mut body = after.clone();
            body.insert("schemas".to_owned(), json!([DEVICE_SCHEMA]));
            let accepted = accept(body, device_type(), Mode::Strict);
            prop_assert_eq!(accepted.as_ref(), Ok(&after));
            prop_assert_eq!(violation(&after, device_type()), None);
        }
    }

    #[test]
    fn adding_twice_is_adding_once(device in device(), operations in operations_of(device_type())) {
        let first = operations.into_iter().find(|operation| operation.op == OpKind::Add);
        let Some(operation) = first else { return Ok(()) };
        let operations = [operation];
        if let Ok(once) = apply(&resource(device), &operations, device_type(), Mode::Compat) {
            let once = once.attributes;
            // What a filter selects may change with the first addition.
            let twice = apply(&resource(once.clone()), &operations, device_type(), Mode::Compat);
            if matches!(operations[0].path, Some(PatchPath::Attr(_))) {
                prop_assert_eq!(twice.map(|twice| twice.attributes), Ok(once));
            }
        }
    }

    #[test]
    fn to_put_back_what_is_there_changes_nothing(device in device()) {
        let current = resource(device);
        let body = current.to_json(device_type(), "https://a.example/Devices/d1");
        let accepted = accept(body, device_type(), Mode::Strict).unwrap();
        prop_assert_eq!(replace(&current, accepted, device_type()), Ok(current.attributes.clone()));
    }

    #[test]
    fn the_answer_to_a_post_shows_all_but_what_is_never_returned(device in device()) {
        let body = resource(device.clone()).to_json(device_type(), "https://a.example/Devices/d1");
        let shown = Projection::all().with_body(&device, device_type()).apply(body.clone(), device_type());
        let mut expected = body.clone();
        expected.remove("pin");
        prop_assert_eq!(&shown, &expected);
        let read = Projection::all().apply(body, device_type());
        for target in targets_of(device_type()) {
            prop_assert!(target.leaf().returned != Returned::Request || !has(&read, target));
        }
    }
}

/// Whether a resource has a value of an attribute or sub-attribute.
fn has(resource: &JsonObject, target: Target<'_>) -> bool {
    let elements = crate::filter::elements(&target, resource);
    match target.sub {
        None => !elements.is_empty(),
        Some(sub) => elements
            .iter()
            .any(|element| element.get(&sub.name).is_some()),
    }
}
