//! Keys and signatures: JWK, JWS in its compact form, sealing of private keys, and the life of a tenant's keys.
//!
//! [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515), [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517),
//! [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037), [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725)

mod algorithm;
mod claims;
mod compact;
mod jwk;
mod jwk_set;
mod keyset;
mod own;
mod provider;
mod rs256;
mod sealed;
mod signing;

pub use algorithm::Algorithm;
pub use claims::Audience;
pub use jwk::{Jwk, PublicKey};
pub use jwk_set::{JwkSet, MAX_KEYS, NoKey};
pub use keyset::{KeySet, KeyState, KeyTimes, Lifetimes};
pub use sealed::{MasterKeys, Opened, Sealed, associated_data};
pub use signing::{KeyError, SigningKey};

pub(crate) use claims::{numeric_date, optional_numeric_date};
pub(crate) use compact::{Compact, MAX_JWT_BYTES, has_jwt_shape};

/// Why a JWT is not accepted. It becomes the error that its use calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unacceptable(pub &'static str);
