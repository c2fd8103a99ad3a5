mod order;
mod references;
mod request;
mod results;
mod rfc;

use serde_json::{Value, json};

use super::*;
use crate::{JsonObject, ScimError, ScimType};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const BASE: &str = "https://example.com/v2";

fn object(value: Value) -> JsonObject {
    value.as_object().unwrap().clone()
}

fn request(operations: Value) -> Value {
    json!({"schemas": [BULK_REQUEST_SCHEMA], "Operations": operations})
}

/// The plan; ids are `id-0`, `id-1` and so on, in the order of the POSTs.
#[track_caller]
fn plan_of(body: Value) -> BulkPlan {
    let mut ids = (0..).map(|number| format!("id-{number}"));
    BulkRequest::parse(object(body))
        .unwrap()
        .plan(|| ids.next().unwrap())
}

#[track_caller]
fn plan(operations: Value) -> BulkPlan {
    plan_of(request(operations))
}

/// A group with references as its members.
fn group(bulk_id: &str, members: &[&str]) -> Value {
    let members = members.iter().map(|member| json!({"value": member}));
    json!({
        "method": "POST",
        "path": "/Groups",
        "bulkId": bulk_id,
        "data": {"schemas": [GROUP], "displayName": bulk_id, "members": members.collect::<Vec<_>>()}
    })
}

fn user(bulk_id: &str) -> Value {
    json!({
        "method": "POST",
        "path": "/Users",
        "bulkId": bulk_id,
        "data": {"schemas": [USER], "userName": bulk_id}
    })
}

fn delete(id: &str) -> Value {
    json!({"method": "DELETE", "path": format!("/Users/{id}")})
}

impl BulkPlan {
    #[track_caller]
    fn operation(&self, index: usize) -> &BulkOperation {
        self.operations[index].operation.as_ref().unwrap()
    }

    #[track_caller]
    fn data(&self, index: usize) -> Value {
        match &self.operation(index).action {
            BulkAction::Post(data) | BulkAction::Put(data) | BulkAction::Patch(data) => {
                Value::Object(data.clone())
            }
            BulkAction::Delete => panic!("a DELETE has no data"),
        }
    }

    #[track_caller]
    fn error(&self, index: usize) -> &ScimError {
        self.operations[index].operation.as_ref().unwrap_err()
    }

    /// The operations in the order in which they run.
    fn order(&self) -> Vec<usize> {
        let units = self.units.iter();
        units.flat_map(|unit| unit.operations.clone()).collect()
    }
}

/// Runs a plan with a store in which some operations fail: what ran, and the response.
fn run(plan: &BulkPlan, failing: &[usize]) -> (Vec<usize>, Value) {
    let mut progress = BulkProgress::new(plan, BASE);
    let mut ran = Vec::new();
    while let Some(unit) = progress.next_unit() {
        ran.extend(&unit.operations);
        let culprit = unit.operations.iter().find(|index| failing.contains(index));
        let outcome = match culprit {
            Some(&index) => Err(UnitError {
                operation: Some(index),
                error: ScimError::uniqueness("`userName` is taken"),
            }),
            None => {
                let versions = unit.operations.iter().map(|&index| {
                    let deletes = plan.operation(index).action == BulkAction::Delete;
                    (!deletes).then(|| "W/\"1\"".to_owned())
                });
                Ok(versions.collect())
            }
        };
        progress.finish(&unit, outcome);
    }
    (ran, Value::Object(progress.into_response().to_json()))
}

/// The statuses in a response, by the operations' `bulkId` or path.
fn statuses(response: &Value) -> Vec<String> {
    let results = response["Operations"].as_array().unwrap();
    let statuses = results.iter().map(|result| {
        let name = result.get("bulkId").or(result.get("location"));
        format!(
            "{} {}",
            name.and_then(Value::as_str).unwrap_or("?"),
            result["status"].as_str().unwrap()
        )
    });
    statuses.collect()
}
