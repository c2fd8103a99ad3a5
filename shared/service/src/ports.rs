//! What comes in from outside, so that tests can fix it: time, randomness, the hashes of passwords, and the verdicts on
//! access tokens.

use std::future::ready;
use std::pin::Pin;

use rollcall_core::Timestamp;
use rollcall_oauth::token::AccessClaims;
use rollcall_oauth::{ErrorCode, OAuthError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The time of day.
pub trait Clock {
    /// Now, in UTC, cut to the milliseconds that are shown on the wire.
    fn now(&self) -> Timestamp;
}

/// A source of unpredictable bytes, fit for secrets.
pub trait Random {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// Whoever hashes passwords. That takes so long that the caller does not do it itself.
pub trait Passwords {
    /// A hash to keep in the place of a password, which need not be prepared for it.
    ///
    /// # Errors
    /// [`PasswordError`].
    fn hash<'a>(&'a self, password: &'a str) -> Answer<'a, Result<String, PasswordError>>;
}

/// What a port answers, later. Components are single-threaded, so it need not be `Send`.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Why there is no hash of a password.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// It is not one (RFC 8265 §4). The text is for the client: it says what to change, and nothing of the password.
    #[error("{0}")]
    Refused(String),
    /// Whoever hashes it does not answer. The text is for the log.
    #[error("passwords are not hashed: {0}")]
    Unavailable(String),
}

/// Whoever verifies signatures of access tokens, and of proofs that come with them. The code for that is larger than what
/// is left for it in the components that ask.
pub trait Verifier {
    /// A verdict.
    ///
    /// # Errors
    /// Why there is none, for the log.
    fn verify<'a>(&'a self, question: &'a Question) -> Answer<'a, Result<Verdict, String>>;
}

/// What stands for it in a component that has none verified.
pub(crate) struct NoVerifier;

impl Verifier for NoVerifier {
    fn verify<'a>(&'a self, _: &'a Question) -> Answer<'a, Result<Verdict, String>> {
        let error = "this component is not one that has them verified";
        Box::pin(ready(Err(error.to_owned())))
    }
}

/// An access token that is to be verified.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    /// The tenant whose address it was sent to.
    pub tenant: String,
    /// The tenant's issuer identifier.
    pub issuer: String,
    /// The token.
    pub token: String,
    /// The thumbprint of the key that it is bound to, for a token that does not say so itself.
    pub jkt: Option<String>,
    /// What came with it, if it was sent with the scheme `DPoP`.
    pub proof: Option<SentProof>,
}

/// The proof of possession that a request carries (RFC 9449 §7.1).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SentProof {
    /// The request's method.
    pub method: String,
    /// Its address, as clients know it.
    pub url: String,
    /// The values of all header fields `DPoP`.
    pub fields: Vec<String>,
}

/// What was found out about an access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// The claims of a JWT that is one of the issuer's.
    pub claims: Option<AccessClaims>,
    /// Why the token, or its proof, is not accepted.
    pub error: Option<VerdictError>,
    /// The nonce for the next proof.
    pub nonce: Option<String>,
}

/// An [`OAuthError`] on its way from one component to another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerdictError {
    code: String,
    description: String,
}

impl From<&OAuthError> for VerdictError {
    fn from(error: &OAuthError) -> Self {
        Self {
            code: error.code.as_str().to_owned(),
            description: error.description.clone(),
        }
    }
}

impl From<VerdictError> for OAuthError {
    fn from(error: VerdictError) -> Self {
        let is = |code: ErrorCode| error.code == code.as_str();
        if is(ErrorCode::InvalidToken) {
            Self::invalid_token(error.description)
        } else if is(ErrorCode::InvalidDpopProof) {
            Self::invalid_dpop_proof(error.description).at_resource()
        } else if is(ErrorCode::UseDpopNonce) {
            Self::use_dpop_nonce(error.description).at_resource()
        } else if is(ErrorCode::TemporarilyUnavailable) {
            Self::temporarily_unavailable(error.description)
        } else {
            Self::internal()
        }
    }
}
