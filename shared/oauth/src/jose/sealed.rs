//! Private keys as they are stored: AES-256-GCM under a master key.
//!
//! [NIST SP 800-38D](https://doi.org/10.6028/NIST.SP.800-38D)

use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::base64url;

/// The first byte of what is sealed: how it is done.
const FORM: u8 = 1;
const NONCE: usize = 12;

/// Keys that seal and open: the first seals, all open. Putting a new one first and leaving the old one after it is how
/// they are rotated.
#[derive(Clone)]
pub struct MasterKeys {
    keys: Vec<Aes256Gcm>,
    /// What other secrets are derived from: of the first key.
    root: [u8; 32],
}

/// It shows nothing of the keys.
impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKeys").finish_non_exhaustive()
    }
}

/// Why nothing was sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Sealed {
    /// The list of master keys is malformed.
    #[error("`master_key` is one or more keys of 32 bytes in base64url, separated by commas")]
    Malformed,
    /// No master key opens it, or it was sealed for something else.
    #[error("no master key opens it")]
    Closed,
}

/// What was sealed.
#[derive(PartialEq, Eq)]
pub struct Opened {
    /// It.
    pub plain: Vec<u8>,
    /// Whether another key than the first opened it, so that it should be sealed anew.
    pub is_outdated: bool,
}

impl MasterKeys {
    /// Reads the value of `master_key`.
    ///
    /// # Errors
    /// [`Sealed::Malformed`].
    pub fn parse(text: &str) -> Result<Self, Sealed> {
        let keys = text
            .split(',')
            .map(|key| base64url::decode_array(key.trim().trim_end_matches('=')))
            .collect::<Option<Vec<[u8; 32]>>>()
            .ok_or(Sealed::Malformed)?;
        let first = keys.first().ok_or(Sealed::Malformed)?;
        Ok(Self {
            root: derived(first, b"rollcall root"),
            keys: keys
                .iter()
                .map(|key| Aes256Gcm::new(&(*key).into()))
                .collect(),
        })
    }

    /// A secret for another purpose, the same on all instances. It changes with the first key, so it is for what lives
    /// for minutes.
    #[must_use]
    pub fn derive(&self, purpose: &[u8]) -> [u8; 32] {
        derived(&self.root, purpose)
    }

    /// Seals. The nonce is random and new every time; `bound_to` must be given again to open.
    ///
    /// # Errors
    /// [`Sealed::Closed`] when `plain` is too long for the algorithm.
    pub fn seal(
        &self,
        plain: &[u8],
        nonce: &[u8; NONCE],
        bound_to: &[u8],
    ) -> Result<Vec<u8>, Sealed> {
        let first = self.keys.first().ok_or(Sealed::Closed)?;
        let payload = Payload {
            msg: plain,
            aad: bound_to,
        };
        let ciphertext = first
            .encrypt(&(*nonce).into(), payload)
            .map_err(|_| Sealed::Closed)?;
        Ok([&[FORM], nonce.as_slice(), &ciphertext].concat())
    }

    /// Opens what any of the keys has sealed.
    ///
    /// # Errors
    /// [`Sealed::Closed`].
    pub fn open(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Opened, Sealed> {
        let (nonce, ciphertext) = sealed
            .strip_prefix(&[FORM])
            .and_then(|rest| rest.split_first_chunk::<NONCE>())
            .ok_or(Sealed::Closed)?;
        for (at, key) in self.keys.iter().enumerate() {
            let payload = Payload {
                msg: ciphertext,
                aad: bound_to,
            };
            if let Ok(plain) = key.decrypt(&(*nonce).into(), payload) {
                return Ok(Opened {
                    plain,
                    is_outdated: at > 0,
                });
            }
        }
        Err(Sealed::Closed)
    }
}

fn derived(key: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    // A key that is shorter than a block is filled with zeros.
    let mut block = hmac::digest::common::Key::<Hmac<Sha256>>::default();
    block[..32].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block);
    mac.update(purpose);
    mac.finalize().into_bytes().into()
}

/// What a sealed private key is bound to, so that it opens for this tenant and under this name only.
#[must_use]
pub fn associated_data(tenant: &str, kid: &str) -> Vec<u8> {
    let mut data = b"rollcall signing key".to_vec();
    for part in [tenant, kid] {
        data.extend((part.len() as u64).to_be_bytes());
        data.extend(part.as_bytes());
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(seeds: &[u8]) -> MasterKeys {
        let keys = seeds.iter().map(|seed| base64url::encode([*seed; 32]));
        MasterKeys::parse(&keys.collect::<Vec<_>>().join(",")).unwrap()
    }

    #[test]
    fn what_the_first_seals_all_open() {
        let sealed = keys(&[1]).seal(b"secret", &[9; 12], b"t").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        let opened = keys(&[1]).open(&sealed, b"t").ok().unwrap();
        assert_eq!(
            (opened.plain.as_slice(), opened.is_outdated),
            (&b"secret"[..], false)
        );
        // The master key is rotated: a new one comes first.
        let opened = keys(&[2, 1]).open(&sealed, b"t").ok().unwrap();
        assert!(opened.is_outdated);
        let sealed = keys(&[2, 1]).seal(&opened.plain, &[8; 12], b"t").unwrap();
        assert!(!keys(&[2]).open(&sealed, b"t").ok().unwrap().is_outdated);
        assert_eq!(keys(&[1]).open(&sealed, b"t").err(), Some(Sealed::Closed));
    }

    #[test]
    fn it_opens_for_what_it_is_bound_to_only() {
        let bound = associated_data("acme", "k1");
        let sealed = keys(&[1]).seal(b"secret", &[9; 12], &bound).unwrap();
        assert!(keys(&[1]).open(&sealed, &bound).is_ok());
        for other in [
            associated_data("acme", "k2"),
            associated_data("other", "k1"),
            associated_data("acmek", "1"),
        ] {
            assert!(keys(&[1]).open(&sealed, &other).is_err());
        }
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let sealed = keys(&[1]).seal(b"secret", &[9; 12], b"t").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(keys(&[1]).open(&changed, b"t").is_err(), "{at}");
            assert!(keys(&[1]).open(&sealed[..at], b"t").is_err(), "{at}");
        }
    }

    #[test]
    fn a_derived_secret_is_for_one_purpose_and_follows_the_first_key() {
        let secret = keys(&[1]).derive(b"a");
        assert_eq!(keys(&[1, 2]).derive(b"a"), secret);
        assert_ne!(keys(&[1]).derive(b"b"), secret);
        assert_ne!(keys(&[2, 1]).derive(b"a"), secret);
        assert_eq!(format!("{:?}", keys(&[1])), "MasterKeys { .. }");
    }

    #[test]
    fn ok_with_spaces_and_padding() {
        let key = base64url::encode([1; 32]);
        assert!(MasterKeys::parse(&format!("{key}= , {key}\n")).is_ok());
    }

    #[test]
    fn err_no_key_or_a_short_one() {
        for text in ["", ",", "secret", "AAAA", &"A".repeat(44)] {
            assert_eq!(
                MasterKeys::parse(text).err(),
                Some(Sealed::Malformed),
                "{text}"
            );
        }
        let key = base64url::encode([1; 32]);
        assert_eq!(
            MasterKeys::parse(&format!("{key},")).err(),
            Some(Sealed::Malformed)
        );
    }
}
