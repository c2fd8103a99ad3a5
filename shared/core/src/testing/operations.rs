//! Random PATCH operations on a user: some apply, some do not.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::text;
use crate::{OpKind, PatchOp, PatchPath};

const PATHS: &[&str] = &[
    "userName",
    "title",
    "active",
    "password",
    "id",
    "meta.created",
    "groups",
    "schemas",
    "name",
    "name.givenName",
    "emails",
    "emails.value",
    "emails[type eq \"work\"]",
    "emails[type eq \"work\"].value",
    "emails[primary eq \"True\"].display",
    "emails[type eq \"work\" and value sw \"a\"].primary",
    "emails[not (type pr)].type",
    "roles[primary eq true]",
    "roles[value eq \"a\"].primary",
    "addresses[type eq \"home\"].country",
    "phoneNumbers",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "nope",
];

/// One to four operations.
pub fn operations() -> impl Strategy<Value = Vec<PatchOp>> {
    let op = select(vec![OpKind::Add, OpKind::Remove, OpKind::Replace]);
    let path = proptest::option::weighted(0.9, select(PATHS));
    let operation =
        (op, path, proptest::option::weighted(0.9, value())).prop_map(|(op, path, value)| {
            let path = path.and_then(|path| PatchPath::parse(path).ok());
            PatchOp { op, path, value }
        });
    proptest::collection::vec(operation, 1..4)
}

/// A value that fits some path.
fn value() -> impl Strategy<Value = Value> {
    let element =
        (text(), text(), proptest::option::of(any::<bool>())).prop_map(|(value, kind, primary)| {
            match primary {
                Some(primary) => json!({"value": value, "type": kind, "primary": primary}),
                None => json!({"value": value, "type": kind}),
            }
        });
    prop_oneof![
        4 => text().prop_map(Value::String),
        2 => select(vec![json!(null), json!([]), json!({}), json!(true), json!("False"), json!(7), json!([null])]),
        3 => element.clone(),
        2 => proptest::collection::vec(element, 0..4).prop_map(Value::Array),
        1 => (text(), text()).prop_map(|(a, b)| json!({"givenName": a, "familyName": b, "formatted": null})),
        1 => (text(), text()).prop_map(|(a, b)| json!({
            "title": a,
            "name.givenName": b,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": a,
            "emails": [{"type": "work", "value": b}],
            "groups": [],
            "nope": 1,
        })),
        1 => (text(), text()).prop_map(|(a, b)| json!({"employeeNumber": a, "manager": {"value": b}})),
    ]
}
