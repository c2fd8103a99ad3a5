//! What a SCIM client does with resources, whatever their type (RFC 7644 §3).

mod conflict;
mod create;
mod cursor;
mod delete;
mod get;
mod members;
mod patch;
mod precondition;
mod replace;
mod search;
pub(crate) mod secret;
mod update;

pub use create::{Created, create};
pub use cursor::CURSOR_TIMEOUT_SECS;
pub use delete::delete;
pub use get::{View, get};
pub use patch::{MOST_MEMBERS_SHOWN, patch};
pub use precondition::IfMatch;
pub use replace::replace;
pub use search::{DEFAULT_COUNT, MAX_COUNT, Paging, Results, SearchRequest, Searched, search};

use rollcall_core::{ResourceType, ScimError, excerpt};

/// 404 with the id that was asked for.
fn no_such(resource_type: &ResourceType, id: &str) -> ScimError {
    ScimError::not_found(format!(
        "there is no {} with the id `{}`",
        resource_type.name,
        excerpt(id)
    ))
}
