//! What comes in from outside, so that tests can fix it: time, randomness, the hashes of passwords, and
//! what counts requests.

use std::pin::Pin;

use rollcall_core::Timestamp;
use rollcall_limits::{Ask, Micros, Verdict};
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

/// Whoever counts requests.
pub trait Limiter {
    /// Into how many buckets a large limit is split, so that not all requests come to the same one.
    fn shards(&self) -> u32;

    /// Takes all places that a request needs, or none. A limiter that many instances share goes by a clock of its own,
    /// and not by `now`.
    ///
    /// # Errors
    /// [`LimiterError`] when it doesn't answer in time, or not as it should.
    fn take<'a>(
        &'a self,
        asks: &'a [Ask],
        now: Micros,
    ) -> Answer<'a, Result<Verdict, LimiterError>>;
}

/// Why a limiter doesn't say whether a request may be served. The text is for the log.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("the rate limiter does not answer: {0}")]
pub struct LimiterError(pub String);

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
