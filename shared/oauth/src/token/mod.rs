//! Tokens: JWTs that anyone can verify, opaque ones that only we know, and what is said of them.

mod access;
mod actor;
mod introspection;
mod link;
mod opaque;
mod response;

pub use access::{AccessClaims, Confirmation, MAX_ACCESS_TOKEN_BYTES, TokenError};
pub use actor::{Actor, MAX_ACTORS};
pub use introspection::{Introspection, IntrospectionClaims, TokenFacts};
pub use link::{Link, Linked, MAX_LINKS};
pub use opaque::{OpaqueKind, hash, mint, successor};
pub use response::{TokenResponse, token_type};

use crate::jose;

/// Whether a token may be a JWT of ours; if not, it is an opaque one, or none at all.
#[must_use]
pub fn may_be_jwt(token: &str) -> bool {
    token.len() <= MAX_ACCESS_TOKEN_BYTES && jose::has_jwt_shape(token)
}
