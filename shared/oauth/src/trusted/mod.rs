//! Tokens of other issuers that a tenant trusts, and the person that one is about.
//!
//! [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519), [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725)

mod person;
mod verify;

pub use person::{PersonAttribute, PersonClaim, PersonKey};
pub use verify::{ALGORITHMS, Rejected, TrustRules, TrustedClaims, claimed_issuer, verify};
