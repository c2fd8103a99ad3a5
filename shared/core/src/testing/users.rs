//! Random users.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::{TIMES, text, user_type};
use crate::schema::{ENTERPRISE_USER_SCHEMA, USER_SCHEMA};
use crate::{JsonObject, Mode, Resource, Timestamp, accept};

/// A user as it is stored: version, times and [`user`] attributes.
pub fn resource() -> impl Strategy<Value = Resource> {
    let time = || select(TIMES).prop_filter_map("a time", Timestamp::parse);
    (user(), 0_u32..10_000, 1_u64..20, time(), time()).prop_map(
        |(attributes, id, version, created, modified)| Resource {
            id: format!("0190a000-0000-7000-8000-{id:012x}"),
            version,
            created: Timestamp::from_millis(created.as_millis()),
            modified: Timestamp::from_millis(modified.as_millis()),
            attributes,
        },
    )
}

/// The attributes of a valid user, in the form in which [`crate::accept`] leaves them.
pub fn user() -> impl Strategy<Value = JsonObject> {
    let names = [
        "externalId",
        "displayName",
        "nickName",
        "title",
        "userType",
        "preferredLanguage",
    ];
    let singular = names.map(|name| attribute(name, text().prop_map(Value::String).boxed()));
    let others = [
        attribute("active", any::<bool>().prop_map(Value::Bool).boxed()),
        attribute("password", text().prop_map(Value::String).boxed()),
        attribute(
            "profileUrl",
            select(vec!["https://a.example/A", "https://a.example/a", ""])
                .prop_map(Value::from)
                .boxed(),
        ),
        attribute(
            "name",
            complex(&["formatted", "familyName", "givenName", "middleName"]),
        ),
        attribute("emails", elements(&["value", "display", "type"])),
        attribute("phoneNumbers", elements(&["value", "type"])),
        attribute("roles", elements(&["value", "display", "type"])),
        attribute(
            "addresses",
            elements(&["formatted", "locality", "country", "type"]),
        ),
        attribute("x509Certificates", elements(&["display"])),
        attribute(ENTERPRISE_USER_SCHEMA, enterprise()),
    ];
    let optional: Vec<_> = singular.into_iter().chain(others).collect();
    let user_name = text().prop_filter("not blank", |text| !text.trim().is_empty());
    (user_name, optional).prop_filter_map("acceptable", |(user_name, optional)| {
        let mut body = Map::from_iter(optional.into_iter().flatten());
        body.insert("userName".to_owned(), Value::String(user_name));
        body.insert("schemas".to_owned(), json!([USER_SCHEMA]));
        accept(body, user_type(), Mode::Compat).ok()
    })
}

type Member = Option<(String, Value)>;

/// An attribute that may be missing.
fn attribute(name: &'static str, value: BoxedStrategy<Value>) -> BoxedStrategy<Member> {
    proptest::option::of(value)
        .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
        .boxed()
}

fn complex(subs: &[&'static str]) -> BoxedStrategy<Value> {
    let subs: Vec<_> = subs
        .iter()
        .map(|sub| attribute(sub, text().prop_map(Value::String).boxed()))
        .collect();
    subs.prop_map(|subs| Value::Object(subs.into_iter().flatten().collect()))
        .boxed()
}

/// Up to four elements, of which at most one is primary; `primary: false` is said now and then.
fn elements(subs: &[&'static str]) -> BoxedStrategy<Value> {
    let element = (complex(subs), any::<bool>()).prop_map(|(mut element, says_false)| {
        if let (Value::Object(object), true) = (&mut element, says_false) {
            object.insert("primary".to_owned(), Value::Bool(false));
        }
        element
    });
    let elements = proptest::collection::vec(element, 0..4);
    (elements, proptest::option::of(any::<Index>()))
        .prop_map(|(mut elements, primary)| {
            if let Some(index) = primary
                && !elements.is_empty()
                && let Value::Object(object) = index.get_mut(&mut elements)
            {
                object.insert("primary".to_owned(), Value::Bool(true));
            }
            Value::Array(elements)
        })
        .boxed()
}

fn enterprise() -> BoxedStrategy<Value> {
    let members = vec![
        attribute("employeeNumber", text().prop_map(Value::String).boxed()),
        attribute("department", text().prop_map(Value::String).boxed()),
        attribute("manager", complex(&["value"])),
    ];
    members
        .prop_map(|members| Value::Object(members.into_iter().flatten().collect()))
        .boxed()
}
