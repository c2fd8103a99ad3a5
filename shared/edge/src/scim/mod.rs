//! The SCIM protocol over HTTP (RFC 7644).

mod address;
mod body;
mod bulk;
mod discovery;
mod error;
mod etag;
mod handle;
mod list;
mod me;
mod render;
mod resources;
mod scopes;
mod search;

pub use bulk::bulk;
pub use discovery::discovery;
pub use me::me;
pub use resources::resources;
pub use search::search;
