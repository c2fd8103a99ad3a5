//! What comes in from outside, so that tests can fix it: time, randomness, the hashes of passwords, what others publish,
//! the verdicts on access tokens, what policies permit, and what counts requests.

use std::future::ready;
use std::pin::Pin;

use rollcall_core::Timestamp;
use rollcall_limits::{Ask, Batch, Micros, Taken};
use rollcall_oauth::{ErrorCode, OAuthError, Scope};
use rollcall_store::Claims;
use serde_json::{Value as Json, json};
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

    /// Takes all places that a request needs, or none; for requests to come as well, if there are many. A limiter that many instances share goes by a clock of its own,
    /// and not by `now`.
    ///
    /// # Errors
    /// [`LimiterError`] when it doesn't answer in time, or not as it should.
    fn take<'a>(
        &'a self,
        asks: &'a [Ask],
        batch: Batch,
        now: Micros,
    ) -> Answer<'a, Result<Taken, LimiterError>>;
}

/// Why a limiter doesn't say whether a request may be served. The text is for the log.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("the rate limiter does not answer: {0}")]
pub struct LimiterError(pub String);

/// What instances remember together, for a while. It may be gone at any time.
pub trait Cache {
    /// What is remembered under that name, if anything is.
    ///
    /// # Errors
    /// [`CacheError`] when there is no answer in time.
    fn get<'a>(&'a self, name: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, CacheError>>;

    /// Remembers something for so many milliseconds.
    ///
    /// # Errors
    /// As [`Cache::get`].
    fn put<'a>(
        &'a self,
        name: &'a str,
        value: &'a [u8],
        millis: u64,
    ) -> Answer<'a, Result<(), CacheError>>;
}

/// Why the cache doesn't answer. The text is for the log.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("the cache does not answer: {0}")]
pub struct CacheError(pub String);

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
        Box::pin(ready(Err(error)))
    }

    fn pause(&self, _: u64) -> Answer<'_, ()> {
        Box::pin(ready(()))
    }
}

/// Where documents that anyone may see are published: each is replaced as a whole, and an old one may come back for a
/// while.
pub trait Documents {
    /// The document of that name, if there is one.
    ///
    /// # Errors
    /// Why it can't be said, for the log.
    fn get<'a>(&'a self, name: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, String>>;

    /// Publishes a document in the place of the one that was there.
    ///
    /// # Errors
    /// Why it isn't, for the log.
    fn put<'a>(&'a self, name: &'a str, document: &'a [u8]) -> Answer<'a, Result<(), String>>;
}

/// What stands for it in a component that publishes nothing.
pub(crate) struct NoDocuments;

impl Documents for NoDocuments {
    fn get<'a>(&'a self, _: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, String>> {
        Box::pin(ready(Ok(None)))
    }

    fn put<'a>(&'a self, _: &'a str, _: &'a [u8]) -> Answer<'a, Result<(), String>> {
        Box::pin(ready(Ok(())))
    }
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

/// Whoever decides by the policies of a tenant. The engine for that is larger than what is left for it in the components that
/// ask.
pub trait Guard {
    /// Whether all of something is permitted: the question is JSON, as [`enforce`](crate::policy::enforce) puts it and
    /// [`Demand`](crate::policy::Demand) reads it.
    ///
    /// # Errors
    /// Why there is no answer, for the log.
    fn rule(&self, question: String) -> Answer<'_, Result<Ruling, String>>;
}

/// What a [`Guard`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// All of it is permitted.
    Permitted,
    /// This is the first that is not, counted from 0.
    Denied(usize),
    /// The caller's token does not open the tenant.
    Unauthenticated,
}

/// What stands for it in a component that asks for nothing.
pub(crate) struct NoGuard;

impl Guard for NoGuard {
    fn rule(&self, _: String) -> Answer<'_, Result<Ruling, String>> {
        let error = "this component is not one that asks";
        Box::pin(ready(Err(error.to_owned())))
    }
}

/// An access token that is to be verified.
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug)]
pub struct SentProof {
    /// The request's method.
    pub method: String,
    /// Its address, as clients know it.
    pub url: String,
    /// The values of all header fields `DPoP`.
    pub fields: Vec<String>,
}

/// What was found out about an access token.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What a JWT says that is one of the issuer's.
    pub jwt: Option<VerifiedJwt>,
    /// Why the token, or its proof, is not accepted.
    pub error: Option<OAuthError>,
    /// The nonce for the next proof.
    pub nonce: Option<String>,
}

/// A JWT whose signature, issuer and times hold.
#[derive(Clone, Debug)]
pub struct VerifiedJwt {
    /// What the store has to check of it.
    pub claims: Claims,
    /// What it permits.
    pub scope: Scope,
    /// For whom it is.
    pub audience: Vec<String>,
    /// The key that it is bound to.
    pub jkt: Option<String>,
}

// They are written and read by hand, as values: derived code for them is larger than what is left for it in the components
// that ask.

impl Question {
    /// As it goes to another component.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let proof = self.proof.as_ref().map(
            |proof| json!({ "method": proof.method, "url": proof.url, "fields": proof.fields }),
        );
        json!({
            "tenant": self.tenant, "issuer": self.issuer, "token": self.token, "jkt": self.jkt, "proof": proof,
        })
    }

    /// As it came; `None` for what is none.
    #[must_use]
    pub fn from_json(json: &Json) -> Option<Self> {
        let proof = match &json["proof"] {
            Json::Null => None,
            proof => Some(SentProof {
                method: text(&proof["method"])?,
                url: text(&proof["url"])?,
                fields: texts(&proof["fields"])?,
            }),
        };
        Some(Self {
            tenant: text(&json["tenant"])?,
            issuer: text(&json["issuer"])?,
            token: text(&json["token"])?,
            jkt: text(&json["jkt"]),
            proof,
        })
    }
}

impl Verdict {
    /// As it goes to another component.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let jwt = self.jwt.as_ref().map(|jwt| {
            let claims = &jwt.claims;
            json!({
                "client": claims.client, "client_epoch": claims.client_epoch, "person": claims.person,
                "grant": claims.grant, "links": claims.links, "jti": claims.jti, "exp": claims.expires.as_secs(),
                "scope": jwt.scope.to_string(), "audience": jwt.audience, "jkt": jwt.jkt,
            })
        });
        let error = self
            .error
            .as_ref()
            .map(|error| json!({ "code": error.code.as_str(), "description": error.description }));
        json!({ "jwt": jwt, "error": error, "nonce": self.nonce })
    }

    /// As it came; `None` for what is none.
    #[must_use]
    pub fn from_json(json: &Json) -> Option<Self> {
        let jwt = match &json["jwt"] {
            Json::Null => None,
            jwt => Some(VerifiedJwt::from_json(jwt)?),
        };
        let error = match &json["error"] {
            Json::Null => None,
            error => Some(read_error(
                &text(&error["code"])?,
                &text(&error["description"])?,
            )),
        };
        Some(Self {
            jwt,
            error,
            nonce: text(&json["nonce"]),
        })
    }
}

impl VerifiedJwt {
    fn from_json(json: &Json) -> Option<Self> {
        let person = match &json["person"] {
            Json::Null => None,
            person => Some((text(&person[0])?, person[1].as_i64()?)),
        };
        let scope = match json["scope"].as_str()? {
            "" => Scope::default(),
            scope => Scope::parse(scope).ok()?,
        };
        Some(Self {
            claims: Claims {
                client: text(&json["client"])?,
                client_epoch: json["client_epoch"].as_i64()?,
                person,
                grant: text(&json["grant"]),
                links: text(&json["links"]),
                jti: text(&json["jti"])?,
                expires: Timestamp::from_secs(json["exp"].as_i64()?),
            },
            scope,
            audience: texts(&json["audience"])?,
            jkt: text(&json["jkt"]),
        })
    }
}

fn read_error(code: &str, description: &str) -> OAuthError {
    let is = |known: ErrorCode| code == known.as_str();
    if is(ErrorCode::InvalidToken) {
        OAuthError::invalid_token(description)
    } else if is(ErrorCode::InvalidDpopProof) {
        OAuthError::invalid_dpop_proof(description).at_resource()
    } else if is(ErrorCode::UseDpopNonce) {
        OAuthError::use_dpop_nonce(description).at_resource()
    } else if is(ErrorCode::TemporarilyUnavailable) {
        OAuthError::temporarily_unavailable(description)
    } else {
        OAuthError::internal()
    }
}

fn text(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}

pub(crate) fn texts(json: &Json) -> Option<Vec<String>> {
    json.as_array()?.iter().map(text).collect()
}
