//! OAuth 2.1, pure: clients, grants, tokens, keys, DPoP, metadata.
//!
//! Nothing here does I/O, reads a clock or draws a random number: times, in seconds since the Unix epoch, and random bytes
//! are arguments. What is to be used once (a proof, an assertion, a code) is returned for the caller to keep.
//!
//! [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749) is the framework,
//! [RFC 9700](https://www.rfc-editor.org/rfc/rfc9700) what has been learnt since.

mod base64url;
mod challenge;
pub mod client;
pub mod dpop;
mod error;
mod form;
pub mod grant;
pub mod jose;
pub mod metadata;
pub mod outbound;
mod percent;
pub mod pkce;
mod resource;
pub mod scim_scopes;
mod scope;
pub mod token;
pub mod trusted;
mod uri;
mod window;

pub use challenge::{Challenge, Scheme};
pub use error::{ErrorCode, OAuthError};
pub use form::{Form, MAX_FORM_BYTES, MAX_PARAMETERS};
pub use resource::{MAX_RESOURCES, Resource};
pub use scope::{MAX_SCOPE_BYTES, Scope};
pub use window::{LEEWAY_SECS, SingleUse};
