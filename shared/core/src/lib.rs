//! SCIM, pure: filters and paths, schemas, validation, PATCH, projection, sorting, bulk, PRECIS, errors.
//!
//! Nothing here does I/O, reads a clock or draws a random number: a function's answer depends on its
//! arguments alone. [RFC 7643](https://www.rfc-editor.org/rfc/rfc7643) is the schema,
//! [RFC 7644](https://www.rfc-editor.org/rfc/rfc7644) the protocol.

mod bulk;
mod calendar;
mod document;
mod equal;
mod error;
pub mod filter;
mod index;
mod json;
mod members;
mod patch;
mod path;
pub mod policy;
mod precis;
mod projection;
mod resource;
pub mod schema;
mod sort;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod time;
mod validate;

pub use bulk::{
    BULK_REQUEST_SCHEMA, BULK_RESPONSE_SCHEMA, BulkAction, BulkMethod, BulkOperation, BulkPlan,
    BulkProgress, BulkRequest, BulkResponse, BulkResult, BulkUnit, MAX_BULK_OPERATIONS,
    PlannedOperation, UnitError,
};
pub use error::{ERROR_SCHEMA, ScimError, ScimType};
pub use filter::{
    Bound, CompareOp, Filter, Literal, MAX_FILTER_DEPTH, MAX_FILTER_LENGTH, MAX_FILTER_TERMS,
    Operand, PatchPath, matches,
};
pub use index::{IndexEntry, IndexValue, UniqueValue, index_entries, unique_values};
pub use json::{MAX_DEPTH, parse_object};
pub use members::{Member, MemberChange, members_of};
pub use patch::{
    MAX_OPERATIONS, Members, OpKind, PATCH_OP_SCHEMA, PatchOp, PatchRequest, Patched, apply,
    member_change,
};
pub use path::{AttrPath, excerpt};
pub use precis::{fold, opaque_string};
pub use projection::Projection;
pub use resource::{Resource, display_of, etag};
pub use schema::{
    Attribute, AttributeType, Extension, ExtensionDefinition, Lookup, Mutability, Relation,
    ResourceType, ResourceTypeDefinition, ResourceTypes, Returned, Schema, Target, Uniqueness,
};
pub use sort::{Sort, SortOrder};
pub use time::Timestamp;
pub use validate::{
    MAX_ELEMENTS, MAX_REFERENCE, MAX_STRING, Mode, accept, replace, violation, widens,
};

/// A JSON object.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;
