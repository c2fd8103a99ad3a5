//! A tenant's private keys, parsed once.

use std::fmt;
use std::sync::Arc;

use ed25519_dalek::ed25519::signature::Signer;
use serde::Serialize;

use super::{Algorithm, Jwk, PublicKey, own, provider};
use crate::base64url;

/// A private key, ready to sign. Clones share it.
#[derive(Clone)]
pub struct SigningKey(Arc<Key>);

struct Key {
    kid: String,
    public: PublicKey,
    secret: Secret,
}

enum Secret {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Es256(Box<p256::ecdsa::SigningKey>),
}

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are no key of this algorithm. Of random bytes that is one case in four billion for ES256, and none for
    /// EdDSA: draw others.
    #[error("the bytes are no key of this algorithm")]
    Unsuitable,
    /// Nothing is signed with this algorithm.
    #[error("nothing is signed with this algorithm")]
    VerifyOnly,
    /// The token could not be written.
    #[error("the token could not be written")]
    NotSigned,
}

impl SigningKey {
    /// A new key of random bytes. Its name is its thumbprint.
    ///
    /// # Errors
    /// [`KeyError::Unsuitable`], [`KeyError::VerifyOnly`].
    pub fn generate(algorithm: Algorithm, random: &[u8; 32]) -> Result<Self, KeyError> {
        let (secret, public) = parse(algorithm, random)?;
        Ok(Self(Arc::new(Key {
            kid: public.thumbprint(),
            public,
            secret,
        })))
    }

    /// A key that was made before.
    ///
    /// # Errors
    /// [`KeyError::Unsuitable`], [`KeyError::VerifyOnly`].
    pub fn from_secret(
        algorithm: Algorithm,
        kid: &str,
        secret: &[u8; 32],
    ) -> Result<Self, KeyError> {
        let (secret, public) = parse(algorithm, secret)?;
        Ok(Self(Arc::new(Key {
            kid: kid.to_owned(),
            public,
            secret,
        })))
    }

    /// What [`SigningKey::from_secret`] takes: to be sealed, and never to be stored as it is.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        match &self.0.secret {
            Secret::Ed25519(key) => key.to_bytes(),
            Secret::Es256(key) => key.to_bytes().into(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.0.kid
    }

    /// How it signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.0.public.algorithm()
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.0.public
    }

    /// Its public half, as it is published.
    #[must_use]
    pub fn jwk(&self) -> Jwk {
        Jwk {
            key: self.0.public.clone(),
            kid: Some(self.0.kid.clone()),
        }
    }

    /// Writes a JWT and signs it.
    ///
    /// # Errors
    /// [`KeyError::NotSigned`] when the claims cannot be written as JSON.
    pub fn encode<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, KeyError> {
        provider::encode(self, typ, claims)
    }

    /// The signature. The same message has the same one always (RFC 8032, RFC 6979).
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        match &self.0.secret {
            Secret::Ed25519(key) => key.sign(message).to_bytes(),
            Secret::Es256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().into()
            }
        }
    }

    /// Whether this key made this signature, which its owner finds out quicker than anyone who verifies it.
    pub(crate) fn has_signed(&self, signing_input: &str, signature: &str) -> bool {
        base64url::decode_array::<64>(signature)
            .is_some_and(|signature| self.has_made(signing_input.as_bytes(), &signature))
    }

    pub(super) fn has_made(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        match &self.0.secret {
            Secret::Ed25519(key) => own::is_by_ed25519(key, message, signature),
            Secret::Es256(key) => own::is_by_es256(key, message, signature),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.0.kid).finish()
    }
}

fn parse(algorithm: Algorithm, bytes: &[u8; 32]) -> Result<(Secret, PublicKey), KeyError> {
    match algorithm {
        Algorithm::EdDsa => {
            let key = ed25519_dalek::SigningKey::from_bytes(bytes);
            let public = PublicKey::Ed25519(key.verifying_key().to_bytes());
            Ok((Secret::Ed25519(Box::new(key)), public))
        }
        Algorithm::Es256 => {
            let key =
                p256::ecdsa::SigningKey::from_slice(bytes).map_err(|_| KeyError::Unsuitable)?;
            let sec1 = key.verifying_key().to_sec1_point(false);
            let point = sec1.as_bytes().get(1..).and_then(|xy| xy.try_into().ok());
            let public = PublicKey::P256(point.ok_or(KeyError::Unsuitable)?);
            Ok((Secret::Es256(Box::new(key)), public))
        }
        Algorithm::Rs256 => Err(KeyError::VerifyOnly),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::{Compact, MAX_JWT_BYTES};

    const BOTH: [Algorithm; 2] = [Algorithm::EdDsa, Algorithm::Es256];

    #[test]
    fn a_key_that_was_kept_is_the_same_key() {
        for algorithm in BOTH {
            let key = SigningKey::generate(algorithm, &[3; 32]).unwrap();
            assert_eq!(key.kid(), key.public().thumbprint());
            let again = SigningKey::from_secret(algorithm, key.kid(), &key.secret()).unwrap();
            assert_eq!(again.public(), key.public());
            assert_eq!(again.sign(b"x"), key.sign(b"x"));
        }
    }

    #[test]
    fn the_owner_tells_own_tokens_from_others() {
        for algorithm in BOTH {
            let key = SigningKey::generate(algorithm, &[3; 32]).unwrap();
            let other = SigningKey::generate(algorithm, &[4; 32]).unwrap();
            let token = key.encode("JWT", &json!({"a": 1})).unwrap();
            let token = Compact::parse(&token, MAX_JWT_BYTES).unwrap();
            assert!(key.has_signed(token.signing_input, token.signature));
            assert!(!other.has_signed(token.signing_input, token.signature));
            assert!(!key.has_signed("other", token.signature));
            for signature in ["", "AA", "!", &"A".repeat(86), &"A".repeat(88)] {
                assert!(!key.has_signed(token.signing_input, signature));
            }
        }
    }

    #[test]
    fn bytes_that_are_no_scalar_are_unsuitable() {
        for bytes in [[0; 32], [0xff; 32]] {
            assert_eq!(
                SigningKey::generate(Algorithm::Es256, &bytes).err(),
                Some(KeyError::Unsuitable)
            );
            assert!(SigningKey::generate(Algorithm::EdDsa, &bytes).is_ok());
        }
        assert_eq!(
            SigningKey::generate(Algorithm::Rs256, &[1; 32]).err(),
            Some(KeyError::VerifyOnly)
        );
    }

    /// RFC 6979 appendix A.2.5.
    #[test]
    fn es256_signatures_are_deterministic() {
        let secret: [u8; 32] = [
            0xc9, 0xaf, 0xa9, 0xd8, 0x45, 0xba, 0x75, 0x16, 0x6b, 0x5c, 0x21, 0x57, 0x67, 0xb1,
            0xd6, 0x93, 0x4e, 0x50, 0xc3, 0xdb, 0x36, 0xe8, 0x9b, 0x12, 0x7b, 0x8a, 0x62, 0x2b,
            0x12, 0x0f, 0x67, 0x21,
        ];
        let key = SigningKey::from_secret(Algorithm::Es256, "k", &secret).unwrap();
        let hex: String = key
            .sign(b"sample")
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        assert_eq!(
            hex,
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716\
             F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
        );
    }

    #[test]
    fn a_key_does_not_print_its_secret() {
        let key = SigningKey::generate(Algorithm::EdDsa, &[3; 32]).unwrap();
        assert_eq!(format!("{key:?}"), format!("SigningKey(\"{}\")", key.kid()));
    }
}
