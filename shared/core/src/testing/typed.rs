//! Random resources, filters and operations of any resource type, made from its schema alone.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{TEXTS, TIMES};
use crate::schema::{Attribute, AttributeType, Returned, Target};
use crate::{
    AttrPath, CompareOp, Filter, JsonObject, Literal, Mode, OpKind, PatchOp, PatchPath,
    ResourceType, accept,
};

const NUMBERS: &[&str] = &[
    "-1",
    "0",
    "1",
    "1.0",
    "1.5",
    "-0.0",
    "9007199254740993",
    "9007199254740992.0",
    "9223372036854775807",
    "1e300",
];
const BINARIES: &[&str] = &["", "TQ==", "TWFu", "TWE"];
const REFERENCES: &[&str] = &[
    "https://a.example/A",
    "https://a.example/a",
    "../Users/1",
    "",
];

/// The attributes of a valid resource of that type, in the form in which [`crate::accept`] leaves them.
pub fn attributes_of(rt: &'static ResourceType) -> BoxedStrategy<JsonObject> {
    let core = members(&rt.schema.attributes);
    let extensions: Vec<_> = rt
        .extensions
        .iter()
        .map(|extension| {
            let members = proptest::option::of(members(&extension.schema.attributes));
            members.prop_map(|members| Some((extension.schema.id.clone(), Value::Object(members?))))
        })
        .collect();
    (core, extensions)
        .prop_filter_map("acceptable", |(mut body, extensions)| {
            body.extend(extensions.into_iter().flatten());
            body.insert("schemas".to_owned(), json!([rt.schema.id]));
            accept(body, rt, Mode::Strict).ok()
        })
        .boxed()
}

/// A value for some of the attributes, and for all that are required.
fn members(attributes: &'static [Attribute]) -> BoxedStrategy<JsonObject> {
    let members: Vec<_> = attributes
        .iter()
        .map(|attr| {
            let chance = if attr.required { 0.99 } else { 0.5 };
            let value = proptest::option::weighted(chance, value(attr));
            value.prop_map(|value| Some((attr.name.clone(), value?)))
        })
        .collect();
    members
        .prop_map(|members| members.into_iter().flatten().collect())
        .boxed()
}

/// A value of an attribute; of a multi-valued one, up to three elements with one primary at most.
fn value(attr: &'static Attribute) -> BoxedStrategy<Value> {
    let single = match attr.kind {
        AttributeType::Complex => members(&attr.sub_attributes)
            .prop_map(Value::Object)
            .boxed(),
        AttributeType::Boolean => any::<bool>().prop_map(Value::Bool).boxed(),
        AttributeType::Decimal => number().prop_map(Value::Number).boxed(),
        AttributeType::Integer => number()
            .prop_filter_map("whole", |number| number.as_i64().map(Value::from))
            .boxed(),
        AttributeType::DateTime => select(TIMES).prop_map(Value::from).boxed(),
        AttributeType::Binary => select(BINARIES).prop_map(Value::from).boxed(),
        AttributeType::Reference => select(REFERENCES).prop_map(Value::from).boxed(),
        AttributeType::String => select(TEXTS).prop_map(Value::from).boxed(),
    };
    if !attr.multi_valued {
        return single;
    }
    proptest::collection::vec(single, 0..4)
        .prop_map(|mut elements| {
            let primaries = elements
                .iter_mut()
                .filter_map(|element| element.get_mut("primary"));
            let primaries = primaries.filter(|primary| **primary == Value::Bool(true));
            primaries
                .skip(1)
                .for_each(|primary| *primary = json!(false));
            Value::Array(elements)
        })
        .boxed()
}

fn number() -> impl Strategy<Value = serde_json::Number> + Clone {
    select(NUMBERS).prop_filter_map("a number", |text| text.parse().ok())
}

/// What a filter can name: every attribute and sub-attribute that is ever returned.
pub fn targets_of(rt: &'static ResourceType) -> Vec<Target<'static>> {
    let mut targets = Vec::new();
    for (extension, attr) in rt.attributes() {
        let target = Target {
            extension,
            attr,
            sub: None,
        };
        targets.push(target);
        targets.extend(attr.sub_attributes.iter().map(|sub| target.with_sub(sub)));
    }
    targets.retain(|target| target.attr.returned != Returned::Never);
    targets
}

/// A valid filter over that type: every operator that applies, value paths, `and`, `or`, `not`.
pub fn filter_of(rt: &'static ResourceType) -> BoxedStrategy<Filter> {
    let targets = targets_of(rt);
    let selectable: Vec<Target<'static>> = targets
        .iter()
        .copied()
        .filter(|target| {
            target.sub.is_none() && (target.attr.is_complex() || target.attr.multi_valued)
        })
        .collect();
    let anywhere = select(targets).prop_flat_map(|target| term(path(target), target));
    let within = select(selectable).prop_flat_map(|target| {
        let parts: Vec<Target<'static>> = match target.attr.is_complex() {
            true => target
                .attr
                .sub_attributes
                .iter()
                .map(|sub| target.with_sub(sub))
                .collect(),
            false => vec![target],
        };
        let part = select(parts).prop_flat_map(|part| {
            let name = part.sub.map_or("value", |sub| sub.name.as_str());
            term(AttrPath::name(name), part)
        });
        combined(part.boxed(), 2)
            .prop_map(move |inner| Filter::Element(path(target), Box::new(inner)))
    });
    combined(prop_oneof![3 => anywhere, 2 => within].boxed(), 3)
}

fn path(target: Target<'_>) -> AttrPath {
    AttrPath {
        schema: target.extension.map(str::to_owned),
        name: target.attr.name.clone(),
        sub: target.sub.map(|sub| sub.name.clone()),
    }
}

fn combined(term: BoxedStrategy<Filter>, depth: u32) -> BoxedStrategy<Filter> {
    term.prop_recursive(depth, 8, 2, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..3).prop_map(Filter::and),
            proptest::collection::vec(inner.clone(), 2..3).prop_map(Filter::or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
    .boxed()
}

/// A presence test or a comparison with what the schema says the attribute is.
fn term(path: AttrPath, target: Target<'static>) -> BoxedStrategy<Filter> {
    let present = Just(Filter::Present(path.clone())).boxed();
    let leaf = match target.attr.value_attribute() {
        Some(value) if target.leaf().is_complex() => value,
        _ => target.leaf(),
    };
    let (literals, applies): (Vec<Literal>, fn(&CompareOp) -> bool) = match leaf.kind {
        AttributeType::Complex => return present,
        AttributeType::Boolean => (
            vec![Literal::Bool(true), Literal::Bool(false)],
            |op: &CompareOp| !op.is_ordering() && !op.is_substring(),
        ),
        AttributeType::Decimal | AttributeType::Integer => (
            NUMBERS
                .iter()
                .filter_map(|text| text.parse().ok().map(Literal::Number))
                .collect(),
            |op: &CompareOp| !op.is_substring(),
        ),
        AttributeType::DateTime => (texts(TIMES), |op: &CompareOp| !op.is_substring()),
        AttributeType::Binary => (texts(BINARIES), |op: &CompareOp| !op.is_ordering()),
        AttributeType::Reference => (texts(REFERENCES), |_: &CompareOp| true),
        AttributeType::String => (texts(TEXTS), |_: &CompareOp| true),
    };
    let ops: Vec<CompareOp> = CompareOp::ALL.into_iter().filter(applies).collect();
    let null = select(vec![CompareOp::Eq, CompareOp::Ne]);
    let null = {
        let path = path.clone();
        null.prop_map(move |op| Filter::Compare(path.clone(), op, Literal::Null))
    };
    let compared = (select(ops), select(literals))
        .prop_map(move |(op, literal)| Filter::Compare(path.clone(), op, literal));
    prop_oneof![1 => present, 1 => null, 6 => compared].boxed()
}

fn texts(pool: &[&str]) -> Vec<Literal> {
    pool.iter()
        .map(|text| Literal::Text((*text).to_owned()))
        .collect()
}

/// One to three operations with values that fit their paths.
pub fn operations_of(rt: &'static ResourceType) -> BoxedStrategy<Vec<PatchOp>> {
    let op = select(vec![OpKind::Add, OpKind::Remove, OpKind::Replace]);
    let operation =
        (op, select(targets_of(rt)), any::<bool>()).prop_flat_map(move |(op, target, selected)| {
            let attr = path(target);
            let value = proptest::option::weighted(0.9, value(target.leaf()));
            let selector = match target.attr.value_attribute() {
                Some(key) if selected && target.sub.is_some() => {
                    let key = target.with_sub(key);
                    let term = term(AttrPath::name("value"), key);
                    term.prop_map(Some).boxed()
                }
                _ => Just(None).boxed(),
            };
            (selector, value).prop_map(move |(selector, value)| {
                let path = match selector {
                    None => PatchPath::Attr(attr.clone()),
                    Some(filter) => PatchPath::Value {
                        attr: AttrPath {
                            sub: None,
                            ..attr.clone()
                        },
                        filter,
                        sub: attr.sub.clone(),
                    },
                };
                PatchOp {
                    op,
                    path: Some(path),
                    value,
                }
            })
        });
    proptest::collection::vec(operation, 1..4).boxed()
}
