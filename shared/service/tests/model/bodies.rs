//! Operations as clients write them.

use rollcall_core::PATCH_OP_SCHEMA;
use serde_json::{Value as Json, json};

use crate::model::Model;
use crate::steps::{Body, Change, Kind, Step};

/// The operations of a bulk request.
pub fn operations(model: &Model, steps: &[Step], if_match: &[Option<u64>]) -> Vec<Json> {
    let mut latest = None;
    let mut operations = Vec::new();
    for (number, (step, if_match)) in steps.iter().zip(if_match).enumerate() {
        let mut operation = match step {
            Step::Create(kind, _) => {
                json!({"method": "POST", "path": kind.endpoint(), "bulkId": format!("b{number}")})
            }
            Step::Replace(..) => json!({"method": "PUT"}),
            Step::Patch(..) => json!({"method": "PATCH"}),
            Step::Delete(_) => json!({"method": "DELETE"}),
        };
        if let Some(target) = step.target() {
            let id = model.id(Some(target.kind), target.which);
            operation["path"] = format!("{}/{id}", target.kind.endpoint()).into();
        }
        if let Some(version) = if_match {
            operation["version"] = format!("W/\"{version}\"").into();
        }
        operation["data"] = data(model, step, latest);
        if step.target().is_none() {
            latest = Some(number);
        }
        operations.push(operation);
    }
    operations
}

/// The body of an operation. `latest` is the number of the last one that creates something.
pub fn data(model: &Model, step: &Step, latest: Option<usize>) -> Json {
    let whole = |kind: Kind, body: &Body| match kind {
        Kind::User => json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": body.name, "title": body.title,
        }),
        Kind::Group => {
            let members = model.members(body).into_iter();
            let mut members: Vec<Json> = members
                .map(|(id, display)| json!({"value": id, "display": display}))
                .collect();
            let latest = latest.filter(|_| body.has_latest);
            members.extend(latest.map(|number| json!({"value": format!("bulkId:b{number}")})));
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": body.name, "members": members,
            })
        }
    };
    match step {
        Step::Create(kind, body) => whole(*kind, body),
        Step::Replace(target, body) => whole(target.kind, body),
        Step::Patch(target, changes) => {
            let operations = changes
                .iter()
                .map(|change| operation(model, target.kind, change));
            json!({"schemas": [PATCH_OP_SCHEMA], "Operations": operations.collect::<Vec<_>>()})
        }
        Step::Delete(_) => json!({}),
    }
}

fn listed(model: &Model, which: &[usize]) -> Vec<Json> {
    let ids = model.ids(which).into_iter();
    ids.map(|id| json!({"value": id})).collect()
}

fn operation(model: &Model, kind: Kind, change: &Change) -> Json {
    let name = match kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    };
    match change {
        Change::Rename(new) => json!({"op": "replace", "path": name, "value": new}),
        Change::Title(Some(title)) => json!({"op": "add", "path": "title", "value": title}),
        Change::Title(None) => json!({"op": "remove", "path": "title"}),
        Change::Add(which) => {
            json!({"op": "add", "path": "members", "value": listed(model, which)})
        }
        Change::Remove(which) => {
            json!({"op": "remove", "path": "members", "value": listed(model, which)})
        }
        Change::RemoveOne(which) => {
            json!({"op": "remove", "path": format!("members[value eq \"{}\"]", model.id(None, *which))})
        }
        Change::RemoveNamed(name) => {
            json!({"op": "remove", "path": format!("members[display eq \"{name}\"]")})
        }
        Change::Push(which) => {
            json!({"op": "replace", "path": "members", "value": listed(model, which)})
        }
        Change::Clear => json!({"op": "remove", "path": "members"}),
        Change::Unknown => json!({"op": "replace", "path": "nope", "value": 1}),
    }
}
