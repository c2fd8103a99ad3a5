//! The results.

use serde_json::{Value, json};

use crate::{JsonObject, ScimError};

/// The schema of a bulk response.
pub const BULK_RESPONSE_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What became of a bulk request.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkResponse {
    /// The results of all operations that were processed, in the order of the request.
    pub results: Vec<BulkResult>,
}

/// What became of one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkResult {
    /// The method, as far as the client gave one.
    pub method: Option<String>,
    /// The client's name for the operation.
    pub bulk_id: Option<String>,
    /// The resource's address.
    ///
    /// > REQUIRED in a response, except in the event of a POST failure.
    ///
    /// An operation whose path names no resource has none, either.
    pub location: Option<String>,
    /// The resource's entity-tag, after a success that left one.
    pub version: Option<String>,
    /// The status that the single request would have got.
    pub status: u16,
    /// What went wrong.
    pub error: Option<ScimError>,
}

impl BulkResponse {
    /// The body of the answer, whose own status is 200 whatever became of the operations.
    #[must_use]
    pub fn to_json(&self) -> JsonObject {
        let results = self.results.iter().map(BulkResult::to_json);
        let mut body = JsonObject::new();
        body.insert("schemas".to_owned(), json!([BULK_RESPONSE_SCHEMA]));
        body.insert(
            "Operations".to_owned(),
            results.map(Value::Object).collect(),
        );
        body
    }
}

impl BulkResult {
    /// The result on the wire. §3.7.2 shows the status as an object with a `code`, which is how SCIM 1
    /// had it; it is a string, as in §3.7.3.
    #[must_use]
    pub fn to_json(&self) -> JsonObject {
        let mut body = JsonObject::new();
        let texts = [
            ("method", &self.method),
            ("bulkId", &self.bulk_id),
            ("location", &self.location),
            ("version", &self.version),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                body.insert(name.to_owned(), Value::String(text.clone()));
            }
        }
        body.insert("status".to_owned(), Value::String(self.status.to_string()));
        // > When indicating an error, the "response" attribute MUST contain the detail error response as
        // > per Section 3.12.
        if let Some(error) = &self.error {
            body.insert("response".to_owned(), Value::Object(error.to_json()));
        }
        body
    }
}
