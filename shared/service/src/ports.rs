//! What comes in from outside, so that tests can fix it: time, randomness, the hashes of passwords, and what others
//! publish.

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

/// Whoever fetches what others publish. What may be fetched, how long to wait and how often to try is for the caller to
/// say.
pub trait Fetch {
    /// Gets a document of at most `max_bytes` bytes. No redirect is followed.
    ///
    /// # Errors
    /// [`FetchError`].
    fn get<'a>(
        &'a self,
        address: &'a str,
        max_bytes: usize,
    ) -> Answer<'a, Result<Fetched, FetchError>>;

    /// Lets some time pass.
    fn pause(&self, millis: u64) -> Answer<'_, ()>;
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// The status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// The document.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FetchError {
    /// There was no answer. The text is for the log.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// It is larger than it may be.
    #[error("the document is too large")]
    TooLarge,
}

/// What stands for it in a component that fetches nothing.
pub(crate) struct NoFetch;

impl Fetch for NoFetch {
    fn get<'a>(&'a self, _: &'a str, _: usize) -> Answer<'a, Result<Fetched, FetchError>> {
        let error = FetchError::Unreachable("this component fetches nothing".to_owned());
        Box::pin(std::future::ready(Err(error)))
    }

    fn pause(&self, _: u64) -> Answer<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}
