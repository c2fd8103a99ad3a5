//! What to run, and in which order.

use std::num::NonZeroUsize;

use super::operation::{Draft, Written};
use super::order::{BulkUnit, units};
use super::references::{Created, References};
use super::{BulkMethod, BulkRequest};
use crate::{JsonObject, ScimError};

/// A bulk request, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkPlan {
    /// After how many errors to stop.
    pub fail_on_errors: Option<NonZeroUsize>,
    /// The operations in the order of the request.
    pub operations: Vec<PlannedOperation>,
    /// Every operation, in the order in which to run them.
    pub units: Vec<BulkUnit>,
}

/// One operation of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedOperation {
    /// The method, for the result: an unknown one as it was written, cut to a readable length.
    pub method: Option<String>,
    /// The client's name for it, for the result.
    pub bulk_id: Option<String>,
    /// The resource's address below the service's, such as `/Users/2819c223`, as far as it is known.
    pub address: Option<String>,
    /// The indices of the POSTs whose resources it refers to, ascending; its own if it refers to
    /// itself.
    pub depends_on: Vec<usize>,
    /// What to do, or why that cannot be done.
    pub operation: Result<BulkOperation, ScimError>,
}

/// An operation without references to a `bulkId`.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkOperation {
    /// The resource type's endpoint, such as `/Users`; whether there is one is not checked.
    pub endpoint: String,
    /// The id of the resource: for a POST, the one that it is to get.
    pub id: String,
    /// The entity-tag that the resource must have, as `If-Match` has it. A POST has none.
    pub version: Option<String>,
    /// What to do with it.
    pub action: BulkAction,
}

/// What an operation does, with the body that the single request would have.
#[derive(Clone, Debug, PartialEq)]
pub enum BulkAction {
    /// Creates the resource.
    Post(JsonObject),
    /// Replaces it.
    Put(JsonObject),
    /// Changes it: the body is a PATCH request.
    Patch(JsonObject),
    /// Deletes it.
    Delete,
}

impl BulkAction {
    /// The method.
    #[must_use]
    pub const fn method(&self) -> BulkMethod {
        match self {
            Self::Post(_) => BulkMethod::Post,
            Self::Put(_) => BulkMethod::Put,
            Self::Patch(_) => BulkMethod::Patch,
            Self::Delete => BulkMethod::Delete,
        }
    }
}

impl BulkRequest {
    /// Gives every POST the id of its resource, replaces every reference by the id that it stands for,
    /// and puts the operations in order.
    ///
    /// An operation with a reference that no POST of the request has fails with `invalidValue`.
    #[must_use]
    pub fn plan(self, mut new_id: impl FnMut() -> String) -> BulkPlan {
        let mut created = Created::new();
        for (index, operation) in self.operations.iter().enumerate() {
            if let Some(bulk_id) = operation.bulk_id.as_ref().filter(|_| operation.creates) {
                created.insert(bulk_id.clone(), (index, new_id()));
            }
        }
        let operations: Vec<_> = self
            .operations
            .into_iter()
            .map(|operation| planned(operation, &created))
            .collect();
        let depends_on: Vec<_> = operations
            .iter()
            .map(|operation| operation.depends_on.clone())
            .collect();
        BulkPlan {
            fail_on_errors: self.fail_on_errors,
            units: units(&depends_on),
            operations,
        }
    }
}

fn planned(written: Written, created: &Created) -> PlannedOperation {
    let Written {
        method,
        bulk_id,
        path,
        draft,
        ..
    } = written;
    let own_id = || Some(created.get(bulk_id.as_deref()?)?.1.clone());
    let resolved = draft.and_then(|draft| resolve(draft, own_id(), created));
    let (operation, depends_on) = match resolved {
        Ok((operation, depends_on)) => (Ok(operation), depends_on),
        Err(error) => (Err(error), Vec::new()),
    };
    let address = match &operation {
        Ok(operation) => Some(format!("{}/{}", operation.endpoint, operation.id)),
        // > all operations except for failed POST operations (which have no location)
        Err(_) if method.as_deref() == Some(BulkMethod::Post.as_str()) => None,
        Err(_) => path.and_then(|path| {
            let mut id = path.id?;
            References::new(created).resolve(&mut id).ok()?;
            Some(format!("{}/{id}", path.endpoint))
        }),
    };
    PlannedOperation {
        method,
        bulk_id,
        address,
        depends_on,
        operation,
    }
}

/// The operation with ids for references, and what it depends on.
fn resolve(
    draft: Draft,
    own_id: Option<String>,
    created: &Created,
) -> Result<(BulkOperation, Vec<usize>), ScimError> {
    let Draft {
        endpoint,
        id,
        version,
        mut action,
    } = draft;
    let mut references = References::new(created);
    let id = match id {
        Some(mut id) => {
            references.resolve(&mut id)?;
            id
        }
        // A draft without an id is a POST, which has its own.
        None => own_id.unwrap_or_default(),
    };
    match &mut action {
        BulkAction::Post(data) | BulkAction::Put(data) => references.resolve_values(data)?,
        BulkAction::Patch(data) => {
            references.resolve_values(data)?;
            references.resolve_paths(data)?;
        }
        BulkAction::Delete => {}
    }
    let operation = BulkOperation {
        endpoint,
        id,
        version,
        action,
    };
    Ok((operation, references.found.into_iter().collect()))
}
