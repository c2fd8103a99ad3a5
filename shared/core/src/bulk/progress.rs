//! How far a plan has got: what is next, what failed with what, and when to stop.

use std::num::NonZeroUsize;
use std::{iter, vec};

use super::BulkMethod;
use super::order::BulkUnit;
use super::plan::{BulkPlan, PlannedOperation};
use super::response::{BulkResponse, BulkResult};
use crate::ScimError;
use crate::path::excerpt;

/// The results of a plan so far.
///
/// ```text
/// while let Some(unit) = progress.next_unit() {
///     let outcome = /* run the unit's operations, all or none */;
///     progress.finish(&unit, outcome);
/// }
/// progress.into_response()
/// ```
#[derive(Clone, Debug)]
pub struct BulkProgress {
    operations: Vec<Head>,
    units: vec::IntoIter<BulkUnit>,
    /// How many more errors the client accepts.
    errors_left: usize,
}

/// What is said of an operation in its result.
#[derive(Clone, Debug)]
struct Head {
    method: Option<String>,
    bulk_id: Option<String>,
    location: Option<String>,
    depends_on: Vec<usize>,
    planned: Result<BulkMethod, ScimError>,
    result: Option<BulkResult>,
}

/// Why a unit failed.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitError {
    /// The operation that failed, by its index in the request; none if it was the unit as a whole.
    pub operation: Option<usize>,
    /// What went wrong.
    pub error: ScimError,
}

impl BulkProgress {
    /// Nothing is done yet. `base` is the address of the service, without a slash at the end, of which
    /// the locations are made.
    #[must_use]
    pub fn new(plan: &BulkPlan, base: &str) -> Self {
        let head = |operation: &PlannedOperation| Head {
            method: operation.method.clone(),
            bulk_id: operation.bulk_id.clone(),
            location: operation
                .address
                .as_ref()
                .map(|address| format!("{base}{address}")),
            depends_on: operation.depends_on.clone(),
            planned: match &operation.operation {
                Ok(operation) => Ok(operation.action.method()),
                Err(error) => Err(error.clone()),
            },
            result: None,
        };
        Self {
            operations: plan.operations.iter().map(head).collect(),
            units: plan.units.clone().into_iter(),
            errors_left: plan.fail_on_errors.map_or(usize::MAX, NonZeroUsize::get),
        }
    }

    /// The next unit that can be run; [`Self::finish`] takes its outcome before the one after it is
    /// asked for. What cannot be run fails here: an operation that the plan refused, and one that
    /// needs a resource that could not be created. There is none when all is done, or when there were
    /// as many errors as the client accepts.
    pub fn next_unit(&mut self) -> Option<BulkUnit> {
        while self.errors_left > 0 {
            let unit = self.units.next()?;
            match self.obstacle(&unit) {
                None => return Some(unit),
                Some(error) => self.finish(&unit, Err(error)),
            }
        }
        None
    }

    /// Takes down what became of a unit: the entity-tags of its resources, in the order of its
    /// operations (a DELETE has none), or why it failed, in which case nothing of it may be left.
    pub fn finish(&mut self, unit: &BulkUnit, outcome: Result<Vec<Option<String>>, UnitError>) {
        match outcome {
            Ok(versions) => {
                let versions = versions.into_iter().chain(iter::repeat(None));
                for (&index, version) in unit.operations.iter().zip(versions) {
                    if let Some(head) = self.operations.get_mut(index) {
                        head.succeeded(version);
                    }
                }
            }
            Err(UnitError { operation, error }) => {
                let undone = operation.map(undone);
                for &index in &unit.operations {
                    let error = match &undone {
                        Some(undone) if operation != Some(index) => undone.clone(),
                        _ => error.clone(),
                    };
                    if let Some(head) = self.operations.get_mut(index) {
                        head.failed(error);
                    }
                    self.errors_left = self.errors_left.saturating_sub(1);
                }
            }
        }
    }

    /// The response.
    ///
    /// > The service provider response MUST include the result of all processed operations. (§3.7.3)
    #[must_use]
    pub fn into_response(self) -> BulkResponse {
        let results = self.operations.into_iter().filter_map(|head| head.result);
        BulkResponse {
            results: results.collect(),
        }
    }

    /// Why a unit cannot be run, if it cannot.
    fn obstacle(&self, unit: &BulkUnit) -> Option<UnitError> {
        unit.operations.iter().find_map(|&index| {
            let head = self.operations.get(index)?;
            let error = match &head.planned {
                Err(error) => error.clone(),
                Ok(_) => self.missing(head)?,
            };
            Some(UnitError {
                operation: Some(index),
                error,
            })
        })
    }

    /// Which resource an operation lacks, if one that it needs could not be created.
    fn missing(&self, head: &Head) -> Option<ScimError> {
        head.depends_on.iter().find_map(|&index| {
            let needed = self.operations.get(index)?;
            needed.result.as_ref()?.error.as_ref()?;
            // > MAY stop after a failed attempt and instead return HTTP status code 409 (Conflict)
            Some(ScimError::conflict(format!(
                "the resource with the bulkId `{}` could not be created; correct operation {} first",
                excerpt(needed.bulk_id.as_deref().unwrap_or_default()),
                index + 1
            )))
        })
    }
}

/// What the others of a circle are told.
fn undone(culprit: usize) -> ScimError {
    ScimError::conflict(format!(
        "this operation and operation {number} refer to each other, and operation {number} failed; correct that",
        number = culprit + 1
    ))
}

impl Head {
    fn succeeded(&mut self, version: Option<String>) {
        let Ok(method) = self.planned else {
            return;
        };
        self.result = Some(BulkResult {
            version,
            ..self.result_of(method.success(), self.location.clone())
        });
    }

    fn failed(&mut self, error: ScimError) {
        let location = match self.planned {
            // > except for failed POST operations (which have no location)
            Ok(BulkMethod::Post) => None,
            _ => self.location.clone(),
        };
        self.result = Some(BulkResult {
            error: Some(error.clone()),
            ..self.result_of(error.status, location)
        });
    }

    fn result_of(&self, status: u16, location: Option<String>) -> BulkResult {
        BulkResult {
            method: self.method.clone(),
            bulk_id: self.bulk_id.clone(),
            location,
            version: None,
            status,
            error: None,
        }
    }
}
