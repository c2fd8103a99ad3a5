//! Who may call the admin API.

use rollcall_store::Database;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::AdminError;
use crate::ctx::Ctx;

/// Checks the bearer token against the variable `admin_token`, in constant time.
///
/// # Errors
/// [`AdminError::Off`] when that variable is not set, [`AdminError::Unauthenticated`] when the token is another.
pub fn authenticate<D: Database>(ctx: &Ctx<D>, bearer: Option<&str>) -> Result<(), AdminError> {
    let expected = ctx.config.admin_token.as_deref().ok_or(AdminError::Off)?;
    let presented = Sha256::digest(bearer.unwrap_or_default());
    if bool::from(
        presented
            .as_slice()
            .ct_eq(Sha256::digest(expected).as_slice()),
    ) {
        Ok(())
    } else {
        Err(AdminError::Unauthenticated)
    }
}
