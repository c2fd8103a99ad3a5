//! What a SCIM client does with resources, whatever their type (RFC 7644 §3).

mod create;
mod delete;
mod get;
mod patch;
mod precondition;
mod replace;
mod search;
mod secret;
mod update;

pub use create::create;
pub use delete::delete;
pub use get::get;
pub use patch::patch;
pub use precondition::IfMatch;
pub use replace::replace;
pub use search::{DEFAULT_COUNT, Found, MAX_COUNT, SearchRequest, search};

use rollcall_core::{JsonObject, ResourceType, ScimError, excerpt, unique_values};

/// 404 with the id that was asked for.
fn no_such(resource_type: &ResourceType, id: &str) -> ScimError {
    ScimError::not_found(format!(
        "there is no {} with the id `{}`",
        resource_type.name,
        excerpt(id)
    ))
}

/// 409 with the values of which one is taken.
fn taken(attributes: &JsonObject, resource_type: &ResourceType) -> ScimError {
    let values = unique_values(attributes, resource_type);
    let named: Vec<String> = values
        .iter()
        .map(|(path, value)| format!("`{path}` `{}`", excerpt(value)))
        .collect();
    ScimError::uniqueness(format!(
        "{} is taken by another {}: choose another value",
        named.join(" or "),
        resource_type.name
    ))
}
