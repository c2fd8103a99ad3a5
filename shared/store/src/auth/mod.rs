//! The authorization server's half of the store: clients, keys, grants and tokens.
//!
//! Tokens and secrets are known by their SHA-256 alone. What a token hangs on (its client, its person, its grant)
//! decides whether it is live, in the statement that asks: a client and a person have an epoch each, which changes when
//! all that was issued before has to end, and a token names the epochs that it was issued in. So ending a thousand
//! tokens is a write of one row, and none of them comes back to life when the client is enabled or the person
//! reactivated.

mod actor;
mod authenticate;
mod client;
mod columns;
mod grant;
mod initial;
mod introspect;
mod issuer;
mod key;
mod once;
mod opaque;
mod packed;
mod person;
mod record;
mod refresh;
mod revoke;
mod secret;
mod settings;
mod suspend;
mod sweep;

pub use actor::Actor;
pub use authenticate::{Authentication, ClientLogin};
pub use client::{Client, ClientDraft, TokenFormat};
pub use grant::{Grant, GrantDraft};
pub use initial::{InitialToken, InitialTokenDraft};
pub use introspect::Shown;
pub use issuer::{Breaker, Issuer, IssuerDraft, Jwks};
pub use key::{Key, KeyDraft};
pub use opaque::{OpaqueDraft, OpaqueToken};
pub use person::{Person, PersonName};
pub use record::Entry;
pub use refresh::{RefreshToken, Rotation, Successor};
pub use secret::{MAX_SECRETS, Secret, SecretDraft};
pub use settings::{SigningAlgorithm, TokenSettings};
