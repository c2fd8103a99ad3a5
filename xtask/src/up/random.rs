//! Randomness from the operating system.

use anyhow::{Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `N` random bytes in hexadecimal.
///
/// # Errors
/// If the operating system gives none.
pub(crate) fn hex<const N: usize>() -> Result<String> {
    let bytes = bytes::<N>()?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// `N` random bytes in base64url without padding.
///
/// # Errors
/// If the operating system gives none.
pub(crate) fn base64url<const N: usize>() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<N>()?))
}

fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("cannot get random bytes: {error}"))?;
    Ok(bytes)
}
