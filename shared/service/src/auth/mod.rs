//! The authorization server: keys, clients, and the tokens that they get.
//!
//! Each function takes the [`Ctx`] of its component instance and an [`Issuer`], and fails with the error that the client
//! gets. What need not be done before the answer is left to [`tend`].

mod chores;
mod client;
mod client_keys;
mod dpop;
mod error;
mod fetch;
mod introspect;
mod issuer;
mod jwks;
mod keys;
mod own;
mod published;
mod recent;
mod register;
pub(crate) mod registration;
mod resource;
mod revoke;
mod sweep;
mod token;
mod trusted;
mod verify;

pub use chores::{has_chores, tend};
pub use client::{AuthenticatedClient, authenticate, check};
pub use client_keys::client_keys;
pub use dpop::{nonces, spend_proof};
pub use error::{note_refusal, oauth_error};
pub use introspect::{Introspected, introspect, sign_introspection};
pub use issuer::Issuer;
pub use jwks::{jwks, metadata};
pub use keys::{JWKS_SECS, Keys, MAX_ACCESS_TOKEN_SECS, known_keys, rotate, signing_keys};
pub use own::{store_claims, verify_own};
pub use recent::introspect_recent;
pub use register::{
    NewRegistration, Registration, admit_registration, register, registered, reregister, unregister,
};
pub use resource::{ADMINISTER, EVALUATE, Holder, Refused, Sent, holder};
pub use revoke::revoke;
pub use sweep::{is_sweep_due, sweep};
pub use token::{TokenRequest, token};
pub use trusted::{TrustedSubject, verify_trusted};
pub use verify::verify;

pub(crate) use chores::Chores;
pub(crate) use client_keys::ClientKeys;
pub(crate) use keys::KeyRing;
pub(crate) use published::withdraw;
pub(crate) use recent::RecentAnswers;
pub(crate) use resource::Verified;
pub(crate) use sweep::Sweeper;

use std::sync::Once;

use rollcall_oauth::OAuthError;
use rollcall_oauth::jose::MasterKeys;
use rollcall_store::Database;

use crate::ctx::Ctx;

/// The master keys, without which there is no authorization server.
///
/// # Errors
/// 503 when the variable `master_key` is not set; the log says how to make one.
pub fn master_keys<D: Database>(ctx: &Ctx<D>) -> Result<&MasterKeys, OAuthError> {
    static SAID: Once = Once::new();
    ctx.config.master_key.as_ref().ok_or_else(|| {
        SAID.call_once(|| {
            eprintln!(
                "the authorization server is off: set the variable `master_key`, for example to what \
                 `openssl rand -base64 32 | tr '+/' '-_'` prints, and keep it: it opens the signing keys"
            );
        });
        OAuthError::temporarily_unavailable(
            "the authorization server is off: its variable `master_key` is not set",
        )
    })
}
