//! What can go wrong in the store.

use thiserror::Error;

use crate::sql::SqlError;

/// Why a call of the store failed. It then changed nothing.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum StoreError {
    /// The token is unknown, has expired or been revoked, or opens another tenant; or the tenant is suspended.
    #[error("unauthenticated")]
    Unauthenticated,
    /// What the call names is not there.
    #[error("not found")]
    NotFound,
    /// The resource is no longer at the version that the write was made from.
    #[error("precondition failed")]
    PreconditionFailed,
    /// The tenant's settings are others than those that the call went by: load them, and call again.
    #[error("reconfigured")]
    Reconfigured,
    /// One of those who are to become members of a group is not there.
    #[error("no such member")]
    NoSuchMember,
    /// There are as many as there may be.
    #[error("too many")]
    TooMany,
    /// A value that has to be unique is taken.
    #[error("conflict")]
    Conflict,
    /// The resource would be larger than [`MAX_DOCUMENT`](crate::MAX_DOCUMENT).
    #[error("too large")]
    TooLarge,
    /// Another write holds the database for too long.
    #[error("the database is busy")]
    Busy,
    /// The database failed, or something in it is not what this release writes.
    #[error("database: {0}")]
    Backend(String),
}

impl From<SqlError> for StoreError {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Busy => Self::Busy,
            SqlError::Unique(table) if ["unique_value", "tenant", "client"].contains(&&*table) => {
                Self::Conflict
            }
            SqlError::Refused(word) => match word.as_str() {
                "unauthenticated" => Self::Unauthenticated,
                "not found" => Self::NotFound,
                "reconfigured" => Self::Reconfigured,
                "no such member" => Self::NoSuchMember,
                "too many" => Self::TooMany,
                "stale" => Self::PreconditionFailed,
                _ => Self::Backend(word),
            },
            other => Self::Backend(other.to_string()),
        }
    }
}
