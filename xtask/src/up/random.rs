//! Randomness from the operating system.

use anyhow::{Result, anyhow};

/// `N` random bytes in hexadecimal.
///
/// # Errors
/// If the operating system gives none.
pub(crate) fn hex<const N: usize>() -> Result<String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("cannot get random bytes: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
