//! One operation of a request, as it is written.

use serde_json::Value;

use super::path::BulkPath;
use super::{BulkAction, BulkMethod};
use crate::json::{kind_name, remove_ignore_case};
use crate::path::excerpt;
use crate::{JsonObject, ScimError};

/// One operation as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    /// The method, for the result: an unknown one as it was written.
    pub(super) method: Option<String>,
    /// The client's name for it.
    pub(super) bulk_id: Option<String>,
    /// Whether it is the POST that the `bulkId` stands for.
    pub(super) creates: bool,
    /// Where it goes.
    pub(super) path: Option<BulkPath>,
    /// What it does, or what is wrong with it.
    pub(super) draft: Result<Draft, ScimError>,
}

/// An operation with nothing wrong in itself: a POST has an endpoint, any other method a resource.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub(super) endpoint: String,
    pub(super) id: Option<String>,
    pub(super) version: Option<String>,
    pub(super) action: BulkAction,
}

impl Written {
    /// Reads one operation; its result can say what could be read, whatever else is wrong.
    pub(super) fn read(operation: Value) -> Self {
        let Value::Object(mut operation) = operation else {
            let found = kind_name(&operation);
            let error = ScimError::invalid_syntax(format!("expected an object, not {found}"));
            return Self {
                method: None,
                bulk_id: None,
                creates: false,
                path: None,
                draft: Err(error),
            };
        };
        let name = text(&mut operation, "method");
        let bulk_id = text(&mut operation, "bulkId");
        let version = text(&mut operation, "version");
        let path = text(&mut operation, "path").and_then(|path| match path {
            Some(path) => BulkPath::parse(&path),
            None => Err(missing("path")),
        });
        let data = remove_ignore_case(&mut operation, "data");
        let method = name.clone().and_then(method);
        Self {
            method: match (&method, name) {
                (Ok(method), _) => Some(method.as_str().to_owned()),
                (Err(_), name) => name.ok().flatten().map(|name| excerpt(&name)),
            },
            bulk_id: bulk_id.clone().ok().flatten(),
            creates: method == Ok(BulkMethod::Post)
                && matches!(&bulk_id, Ok(Some(id)) if !id.is_empty()),
            path: path.clone().ok(),
            draft: method.and_then(|method| draft(method, bulk_id?, version?, path?, data)),
        }
    }
}

fn draft(
    method: BulkMethod,
    bulk_id: Option<String>,
    version: Option<String>,
    path: BulkPath,
    data: Option<Value>,
) -> Result<Draft, ScimError> {
    let name = method.as_str();
    let BulkPath { endpoint, id } = path;
    match (method, &id) {
        (BulkMethod::Post, Some(_)) => {
            return Err(ScimError::invalid_value(format!(
                "`{name}` takes an endpoint as its `path`; send `{}`",
                excerpt(&endpoint)
            )));
        }
        (BulkMethod::Put | BulkMethod::Patch | BulkMethod::Delete, None) => {
            return Err(ScimError::invalid_value(format!(
                "`{name}` takes a resource as its `path`; send `{}/{{id}}`",
                excerpt(&endpoint)
            )));
        }
        _ => {}
    }
    // > bulkId … REQUIRED when "method" is "POST".
    if method == BulkMethod::Post && bulk_id.is_none_or(|bulk_id| bulk_id.is_empty()) {
        return Err(missing("bulkId"));
    }
    // > Version MAY be used if … "method" is "PUT", "PATCH", or "DELETE".
    let version = version.filter(|_| method != BulkMethod::Post);
    // > data … REQUIRED in a request when "method" is "POST", "PUT", or "PATCH".
    let action = match method {
        BulkMethod::Post => BulkAction::Post(object(data)?),
        BulkMethod::Put => BulkAction::Put(object(data)?),
        BulkMethod::Patch => BulkAction::Patch(object(data)?),
        BulkMethod::Delete => BulkAction::Delete,
    };
    Ok(Draft {
        endpoint,
        id,
        version,
        action,
    })
}

fn method(name: Option<String>) -> Result<BulkMethod, ScimError> {
    const EXPECTED: &str = "use POST, PUT, PATCH or DELETE";
    let Some(name) = name else {
        return Err(ScimError::invalid_value(format!(
            "`method` is missing; {EXPECTED}"
        )));
    };
    let named = BulkMethod::ALL
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(&name));
    named.ok_or_else(|| {
        ScimError::invalid_syntax(format!("`method` is `{}`; {EXPECTED}", excerpt(&name)))
    })
}

/// A member that is a string; null is none.
fn text(operation: &mut JsonObject, name: &str) -> Result<Option<String>, ScimError> {
    match remove_ignore_case(operation, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(ScimError::invalid_syntax(format!(
            "`{name}` expects a string, not {}",
            kind_name(&other)
        ))),
    }
}

fn object(data: Option<Value>) -> Result<JsonObject, ScimError> {
    match data {
        None | Some(Value::Null) => Err(missing("data")),
        Some(Value::Object(data)) => Ok(data),
        Some(other) => Err(ScimError::invalid_syntax(format!(
            "`data` expects an object, not {}",
            kind_name(&other)
        ))),
    }
}

fn missing(name: &str) -> ScimError {
    ScimError::invalid_value(format!("`{name}` is missing; add it to the operation"))
}
