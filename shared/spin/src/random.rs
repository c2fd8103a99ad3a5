//! Randomness, from WASI.

use rollcall_service::Random;

/// The host's cryptographically secure random numbers.
pub struct HostRandom;

impl Random for HostRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // The host answers with exactly as many bytes as it is asked for.
        bytes.copy_from_slice(&wasi::random::random::get_random_bytes(bytes.len() as u64));
    }
}
