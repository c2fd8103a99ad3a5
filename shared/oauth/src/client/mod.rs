//! Clients: what they register, and how they prove who they are.
//!
//! [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591), [RFC 6749 §2](https://www.rfc-editor.org/rfc/rfc6749#section-2)

mod assertion;
mod metadata;
mod method;
mod presented;
mod redirect_uri;
mod secret;
mod validate;

pub use assertion::{
    ASSERTION_TYPE, AssertionRules, MAX_ASSERTION_LIFE_SECS, asserted_client, verify_assertion,
};
pub use metadata::ClientMetadata;
pub use method::AuthMethod;
pub use presented::Presented;
pub use secret::is_secret;
