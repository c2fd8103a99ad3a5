//! Proofs of possession, and the nonces that they carry.
//!
//! [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)

use rollcall_oauth::OAuthError;
use rollcall_oauth::dpop::{NonceRule, Nonces, Proof, ProofRequest, check};
use rollcall_store::Database;

use super::client::use_once;
use super::{Issuer, master_keys};
use crate::ctx::Ctx;

/// A nonce is good for one to two of these, in seconds.
const SLICE_SECS: i64 = 150;

/// The nonces of this service: all its instances know each other's.
///
/// # Errors
/// 503 without a master key.
pub fn nonces<D: Database>(ctx: &Ctx<D>) -> Result<Nonces, OAuthError> {
    let secret = master_keys(ctx)?.derive(b"dpop nonces");
    Ok(Nonces::new(secret, SLICE_SECS))
}

/// Checks the proof that a request to an endpoint comes with, if it has one. It needs a nonce.
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`.
pub(super) fn check_proof<D: Database>(
    ctx: &Ctx<D>,
    url: &str,
    fields: &[&str],
) -> Result<Option<Proof>, OAuthError> {
    let request = ProofRequest {
        method: "POST",
        url,
        now_secs: ctx.now().as_secs(),
        access_token: None,
        nonces: NonceRule::Required(&nonces(ctx)?),
    };
    check(fields, &request)
}

/// Uses a proof up.
///
/// # Errors
/// `invalid_dpop_proof` when it was used before; 503 and 500 when that is not known.
pub async fn spend_proof<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    proof: &Proof,
) -> Result<(), OAuthError> {
    let name = format!("proof {}", proof.jti.id);
    if use_once(ctx, issuer, &name, &proof.jti).await? {
        Ok(())
    } else {
        Err(OAuthError::invalid_dpop_proof("its `jti` was used before"))
    }
}
