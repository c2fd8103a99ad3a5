//! Many operations in one request: reading them, in which order they run, and their results.
//!
//! [RFC 7644 §3.7](https://www.rfc-editor.org/rfc/rfc7644#section-3.7). A request is read
//! ([`BulkRequest::parse`]) and planned ([`BulkRequest::plan`]): every new resource gets its id in
//! advance, every reference to a `bulkId` becomes that id, and the operations are put in an order in
//! which what is referred to is there. [`BulkProgress`] then says what to run next, and keeps the
//! results.
//!
//! # The order
//!
//! Operations run in the order of the request, except that a POST runs right before the first
//! operation that refers to it, if it would come later. Nothing else moves, so two operations on one
//! resource never change places.
//!
//! Operations that refer to each other are one [`BulkUnit`], which succeeds or fails as a whole. Every
//! other operation is a unit of its own.
//!
//! # Errors
//!
//! Whatever is wrong with one operation is the result of that operation, and the others run. An
//! operation that refers to a resource that could not be created fails with 409, and so do the others
//! of a circle in which one fails.
//!
//! Every operation that fails counts for `failOnErrors`. Once there are that many, no other unit is
//! begun: a unit, which cannot be done by half, is the only thing that may go beyond the number. The
//! response has the results of what was processed, in the order of the request; what was not processed
//! is left out.

mod operation;
mod order;
mod path;
mod plan;
mod progress;
mod references;
mod request;
mod response;

pub use order::BulkUnit;
pub use plan::{BulkAction, BulkOperation, BulkPlan, PlannedOperation};
pub use progress::{BulkProgress, UnitError};
pub use request::{BULK_REQUEST_SCHEMA, BulkRequest, MAX_BULK_OPERATIONS};
pub use response::{BULK_RESPONSE_SCHEMA, BulkResponse, BulkResult};

/// The method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BulkMethod {
    /// Creates a resource.
    Post,
    /// Replaces one.
    Put,
    /// Changes one.
    Patch,
    /// Deletes one.
    Delete,
}

impl BulkMethod {
    const ALL: [Self; 4] = [Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The method's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The status of success.
    ///
    /// > The HTTP response code that would have been returned if a single HTTP request would have been
    /// > used. (§3.7.3)
    #[must_use]
    pub const fn success(self) -> u16 {
        match self {
            Self::Post => 201,
            Self::Put | Self::Patch => 200,
            Self::Delete => 204,
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
