//! What comes in from outside, so that tests can fix it: time, randomness, and the hashes of passwords.

use std::pin::Pin;

use rollcall_core::Timestamp;
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
