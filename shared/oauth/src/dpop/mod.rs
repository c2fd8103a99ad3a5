//! Tokens that are bound to a key, and proofs that their sender holds it.
//!
//! [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)

mod binding;
mod htu;
mod nonce;
mod proof;

pub use binding::check_binding;
pub use nonce::Nonces;
pub use proof::{ALGORITHMS, MAX_AGE_SECS, NonceRule, Proof, ProofRequest, check};
