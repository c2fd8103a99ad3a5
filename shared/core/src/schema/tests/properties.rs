//! Definitions of any shape are read or refused, and what is read can be sent back.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::*;

const MEMBERS: &[&str] = &[
    "name",
    "name",
    "type",
    "type",
    "multiValued",
    "required",
    "caseExact",
    "mutability",
    "returned",
    "uniqueness",
    "canonicalValues",
    "referenceTypes",
    "subAttributes",
    "description",
    "nope",
];

/// A value that fits some member.
fn member() -> BoxedStrategy<Value> {
    let texts = select(vec![
        "a",
        "B",
        "value",
        "primary",
        "$ref",
        "id",
        "",
        "é",
        "string",
        "complex",
        "complex",
        "reference",
        "integer",
        "boolean",
        "readWrite",
        "readOnly",
        "writeOnly",
        "immutable",
        "never",
        "always",
        "request",
        "server",
        "none",
    ]);
    prop_oneof![
        6 => texts.prop_map(Value::from),
        3 => any::<bool>().prop_map(Value::from),
        2 => select(vec![json!(null), json!(1), json!([]), json!({}), json!(["User"]), json!([1])]),
    ]
    .boxed()
}

/// An attribute of random members, most of which fit by name.
fn attribute(subs: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let name = select(vec!["a", "b", "c", "value", "primary", "type", "Meta"]);
    let kind = select(vec![
        "string",
        "integer",
        "boolean",
        "complex",
        "reference",
        "dateTime",
    ]);
    let others = proptest::collection::vec((select(MEMBERS), member()), 0..3);
    (
        name,
        kind,
        any::<bool>(),
        proptest::option::of(subs),
        others,
    )
        .prop_map(|(name, kind, multi_valued, subs, others)| {
            let mut attribute = Map::new();
            attribute.insert("name".to_owned(), json!(name));
            attribute.insert("type".to_owned(), json!(kind));
            attribute.insert("multiValued".to_owned(), json!(multi_valued));
            if kind == "reference" {
                attribute.insert("referenceTypes".to_owned(), json!(["uri"]));
            }
            if let Some(subs) = subs.filter(|_| kind == "complex") {
                attribute.insert("subAttributes".to_owned(), json!([subs]));
            }
            attribute.extend(
                others
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value)),
            );
            Value::Object(attribute)
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

    #[test]
    fn a_definition_is_refused_or_can_be_sent_back(
        attributes in proptest::collection::vec(attribute(attribute(member())), 1..3),
    ) {
        let body = json!({"id": "urn:example:2.0:Device", "attributes": attributes});
        let Ok(schema) = Schema::define(body.as_object().unwrap().clone()) else { return Ok(()) };
        let wire = serde_json::to_value(&schema).unwrap();
        let again = Schema::define(wire.as_object().unwrap().clone());
        prop_assert_eq!(again.as_ref(), Ok(&schema));
        for attr in &schema.attributes {
            prop_assert_eq!(attr.is_complex(), !attr.sub_attributes.is_empty());
            for attr in std::iter::once(attr).chain(&attr.sub_attributes) {
                prop_assert!(attr.mutability != Mutability::ReadOnly);
                prop_assert!(attr.mutability != Mutability::WriteOnly || attr.returned == Returned::Never);
            }
        }
    }
}
