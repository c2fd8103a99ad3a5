//! The SCIM protocol over HTTP (RFC 7644).

mod address;
mod body;
mod discovery;
mod error;
mod etag;
mod handle;
mod list;
mod render;
mod resources;

pub use discovery::discovery;
pub use resources::resources;
