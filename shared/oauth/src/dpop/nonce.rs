//! Nonces that the server need not remember: each says, to who has the secret, when it was given out.
//!
//! [RFC 9449 §8](https://www.rfc-editor.org/rfc/rfc9449#section-8)

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::base64url;

/// The length of a nonce, in bytes.
const LENGTH: usize = 16;

/// Gives nonces out and knows them again.
#[derive(Clone)]
pub struct Nonces {
    secret: [u8; 32],
    slice_secs: i64,
}

impl Nonces {
    /// All instances with the same secret know each other's. A nonce lives for one to two slices.
    #[must_use]
    pub fn new(secret: [u8; 32], slice_secs: i64) -> Self {
        Self {
            secret,
            slice_secs: slice_secs.max(1),
        }
    }

    /// The nonce of now.
    #[must_use]
    pub fn current(&self, now_secs: i64) -> String {
        base64url::encode(self.of_slice(now_secs.div_euclid(self.slice_secs)))
    }

    /// Whether it was given out in this slice of time or the one before.
    #[must_use]
    pub fn accepts(&self, nonce: &str, now_secs: i64) -> bool {
        let Some(nonce) = base64url::decode_array::<LENGTH>(nonce) else {
            return false;
        };
        let slice = now_secs.div_euclid(self.slice_secs);
        let is_current = nonce.ct_eq(&self.of_slice(slice));
        let is_previous = nonce.ct_eq(&self.of_slice(slice.saturating_sub(1)));
        (is_current | is_previous).into()
    }

    fn of_slice(&self, slice: i64) -> [u8; LENGTH] {
        // A key that is shorter than a block is filled with zeros.
        let mut block = hmac::digest::common::Key::<Hmac<Sha256>>::default();
        block[..32].copy_from_slice(&self.secret);
        let mut mac = Hmac::<Sha256>::new(&block);
        mac.update(b"dpop nonce ");
        mac.update(&slice.to_be_bytes());
        let mac: [u8; 32] = mac.finalize().into_bytes().into();
        let mut nonce = [0; LENGTH];
        nonce.copy_from_slice(&mac[..LENGTH]);
        nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_lives_for_this_slice_and_the_next() {
        let nonces = Nonces::new([1; 32], 60);
        let nonce = nonces.current(600);
        assert_eq!(nonce, nonces.current(659));
        assert!(nonces.accepts(&nonce, 600));
        assert!(nonces.accepts(&nonce, 719));
        assert!(!nonces.accepts(&nonce, 720));
        assert!(!nonces.accepts(&nonce, 599));
    }

    #[test]
    fn another_secret_has_other_nonces() {
        let nonce = Nonces::new([1; 32], 60).current(600);
        assert!(!Nonces::new([2; 32], 60).accepts(&nonce, 600));
        for other in ["", "AAAAAAAAAAAAAAAAAAAAAA", &nonce[1..], "!"] {
            assert!(!Nonces::new([1; 32], 60).accepts(other, 600));
        }
    }

    #[test]
    fn no_time_and_no_slice_is_a_trap() {
        for now in [i64::MIN, -1, 0, i64::MAX] {
            let nonces = Nonces::new([1; 32], 0);
            assert!(nonces.accepts(&nonces.current(now), now));
        }
    }
}
