//! x
mod base64url;
mod error;
mod form;
pub mod jose;
mod percent;
mod resource;
mod scope;
mod uri;
mod window;
pub use error::{ErrorCode, OAuthError};
pub use form::{Form, MAX_FORM_BYTES, MAX_PARAMETERS};
pub use resource::{MAX_RESOURCES, Resource};
pub use scope::{MAX_SCOPE_BYTES, Scope};
pub use window::{LEEWAY_SECS, SingleUse};
