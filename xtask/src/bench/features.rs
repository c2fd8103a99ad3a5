//! What the service says it can do: operations that it cannot do are not measured.

use anyhow::{Result, bail};
use serde_json::Value;

use crate::up::client::{Client, unexpected};

/// The most operations that are put into a bulk.
const MOST_OPERATIONS: usize = 1000;

/// The features that some operations need.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Features {
    pub(super) groups: bool,
    pub(super) cursor: bool,
    pub(super) bulk: Option<Bulk>,
}

/// The limits of a bulk (RFC 7643 §5).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bulk {
    pub(super) max_operations: usize,
    pub(super) max_bytes: usize,
}

impl Features {
    /// Asks the service.
    ///
    /// # Errors
    /// If it does not answer as RFC 7644 §4 has it.
    pub(super) fn ask(client: &Client, base: &str, token: &str) -> Result<Self> {
        let get = |what: &str| -> Result<Value> {
            let path = format!("{base}/{what}");
            let answer = client.get(&path, token)?;
            if answer.status != 200 {
                bail!(unexpected(&path, &answer));
            }
            Ok(serde_json::from_str(&answer.body)?)
        };
        Ok(Self::of(
            &get("ServiceProviderConfig")?,
            &get("ResourceTypes")?,
        ))
    }

    fn of(config: &Value, types: &Value) -> Self {
        let mut types = types["Resources"].as_array().into_iter().flatten();
        let limit = |name: &str| {
            let limit = config["bulk"][name].as_u64();
            limit.and_then(|limit| usize::try_from(limit).ok())
        };
        let bulk = limit("maxOperations").zip(limit("maxPayloadSize"));
        Self {
            groups: types.any(|kind| kind["name"] == "Group"),
            // RFC 9865 §4.
            cursor: config["pagination"]["cursor"] == true,
            bulk: bulk.filter(|_| config["bulk"]["supported"] == true).map(
                |(operations, max_bytes)| Bulk {
                    max_operations: operations.min(MOST_OPERATIONS),
                    max_bytes,
                },
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_advertised_is_not_there() {
        let config =
            json!({ "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 } });
        let types = json!({ "Resources": [{ "name": "User" }] });
        assert_eq!(Features::of(&config, &types), Features::default());
    }

    #[test]
    fn what_is_advertised_is_used_within_its_limits() {
        let config = json!({
            "bulk": { "supported": true, "maxOperations": 5000, "maxPayloadSize": 1_048_576 },
            "pagination": { "cursor": true, "index": true },
        });
        let types = json!({ "Resources": [{ "name": "User" }, { "name": "Group" }] });
        let features = Features::of(&config, &types);
        assert!(features.groups && features.cursor);
        let bulk = features.bulk.unwrap();
        assert_eq!((bulk.max_operations, bulk.max_bytes), (1000, 1_048_576));
    }
}
