//! Creating many resources: in bulk (RFC 7644 §3.7) where the service has that, else one by one.

use std::collections::HashMap;
use std::thread;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::features::{Bulk, Features};
use crate::up::client::{Client, unexpected};

const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// How many create at once where there is no bulk.
const THREADS: usize = 4;

/// Where to create, and with which right.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) client: &'p Client,
    /// The tenant's SCIM service, e.g. `/scim/v2`.
    pub(super) base: &'p str,
    pub(super) token: &'p str,
    pub(super) features: &'p Features,
}

impl Place<'_> {
    /// Creates resources at an endpoint such as `/Users`, and returns their ids in the same order.
    ///
    /// # Errors
    /// If one of them is refused.
    pub(super) fn create(&self, endpoint: &str, bodies: &[Value]) -> Result<Vec<String>> {
        match &self.features.bulk {
            Some(bulk) => self.in_bulk(bulk, endpoint, bodies),
            None => self.in_parallel(endpoint, bodies),
        }
    }

    fn in_bulk(&self, bulk: &Bulk, endpoint: &str, bodies: &[Value]) -> Result<Vec<String>> {
        let operation = |(number, body): (usize, &Value)| {
            let id = number.to_string();
            json!({ "method": "POST", "path": endpoint, "bulkId": id, "data": body })
        };
        let operations: Vec<_> = bodies.iter().enumerate().map(operation).collect();
        let mut ids = Vec::new();
        for message in messages(operations, bulk) {
            ids.extend(self.send(&message)?);
        }
        Ok(ids)
    }

    fn send(&self, operations: &[Value]) -> Result<Vec<String>> {
        let path = format!("{}/Bulk", self.base);
        let body = json!({ "schemas": [BULK_REQUEST], "Operations": operations });
        let answer = self.client.post(&path, self.token, &body)?;
        if answer.status != 200 {
            return Err(unexpected(&path, &answer));
        }
        let answer: Value = serde_json::from_str(&answer.body)?;
        created(&answer, operations)
    }

    fn in_parallel(&self, endpoint: &str, bodies: &[Value]) -> Result<Vec<String>> {
        let path = format!("{}{endpoint}", self.base);
        let one = |body: &Value| -> Result<String> {
            let answer = self.client.post(&path, self.token, body)?;
            if answer.status != 201 {
                return Err(unexpected(&path, &answer));
            }
            let answer: Value = serde_json::from_str(&answer.body)?;
            let id = answer["id"].as_str();
            id.map(str::to_owned)
                .with_context(|| format!("the answer of {path} has no `id`"))
        };
        let share = bodies.len().div_ceil(THREADS).max(1);
        thread::scope(|scope| {
            let threads: Vec<_> = bodies
                .chunks(share)
                .map(|share| scope.spawn(|| share.iter().map(one).collect::<Result<Vec<_>>>()))
                .collect();
            let mut ids = Vec::new();
            for thread in threads {
                match thread.join() {
                    Ok(created) => ids.extend(created?),
                    Err(_) => bail!("a thread that creates resources panicked"),
                }
            }
            Ok(ids)
        })
    }
}

/// Splits operations so that each message keeps to the service's limits.
fn messages(operations: Vec<Value>, bulk: &Bulk) -> Vec<Vec<Value>> {
    /// What a message has around its operations, and something to spare.
    const AROUND: usize = 256;
    let mut messages = vec![Vec::new()];
    let mut bytes = AROUND;
    for operation in operations {
        let size = operation.to_string().len() + 1;
        let is_full = messages.last().is_some_and(|message: &Vec<_>| {
            message.len() >= bulk.max_operations || bytes + size > bulk.max_bytes
        });
        if is_full {
            messages.push(Vec::new());
            bytes = AROUND;
        }
        bytes += size;
        if let Some(message) = messages.last_mut() {
            message.push(operation);
        }
    }
    messages
}

/// The ids of what was created, from the end of each `location`, in the order of the operations.
fn created(answer: &Value, operations: &[Value]) -> Result<Vec<String>> {
    let results = answer["Operations"].as_array();
    let results = results.context("the answer to a bulk has no `Operations`")?;
    let by_id: HashMap<_, _> = results
        .iter()
        .filter_map(|result| Some((result["bulkId"].as_str()?, result)))
        .collect();
    let id_of = |operation: &Value| {
        let bulk_id = operation["bulkId"].as_str().unwrap_or_default();
        let result = by_id
            .get(bulk_id)
            .with_context(|| format!("a bulk did not answer operation {bulk_id}"))?;
        match result["location"].as_str() {
            Some(location) if result["status"] == "201" => {
                Ok(location.rsplit('/').next().unwrap_or_default().to_owned())
            }
            _ => bail!("a bulk answered an operation with {result}"),
        }
    };
    operations.iter().map(id_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations(count: usize) -> Vec<Value> {
        (0..count)
            .map(|number| json!({ "bulkId": number.to_string(), "data": "x".repeat(100) }))
            .collect()
    }

    #[test]
    fn messages_keep_to_both_limits_and_to_the_order() {
        let by_count = Bulk {
            max_operations: 4,
            max_bytes: 1_000_000,
        };
        let by_size = Bulk {
            max_operations: 1000,
            max_bytes: 1000,
        };
        for bulk in [by_count, by_size] {
            let messages = messages(operations(10), &bulk);
            assert!(messages.len() >= 2);
            for message in &messages {
                assert!((1..=bulk.max_operations).contains(&message.len()));
                assert!(json!(message).to_string().len() <= bulk.max_bytes);
            }
            assert_eq!(messages.concat(), operations(10));
        }
    }

    #[test]
    fn ids_come_in_the_order_of_the_operations() {
        let answer = json!({ "Operations": [
            { "bulkId": "1", "status": "201", "location": "http://a.example/scim/v2/Users/b" },
            { "bulkId": "0", "status": "201", "location": "http://a.example/scim/v2/Users/a" },
        ]});
        assert_eq!(created(&answer, &operations(2)).unwrap(), ["a", "b"]);
        assert!(created(&answer, &operations(3)).is_err());
    }

    #[test]
    fn a_refused_operation_is_told() {
        let answer = json!({ "Operations": [{ "bulkId": "0", "status": "409" }] });
        let error = created(&answer, &operations(1)).unwrap_err().to_string();
        assert!(error.contains("409"), "{error}");
    }
}
