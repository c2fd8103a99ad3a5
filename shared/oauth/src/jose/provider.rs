//! What jsonwebtoken computes with: our keys, parsed once, and no cryptography of its own.
//!
//! A [`CryptoProvider`] makes a signer from the bytes of a key, for every token anew; parsing a key costs more than signing
//! with it. So the key is handed past jsonwebtoken: [`encode`] lays it down, and the provider takes it up within the same
//! call. Public keys come through jsonwebtoken, for they cost nothing to parse.

use std::cell::RefCell;

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result, new_error};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{DecodingKey, DecodingKeyKind, EncodingKey, Header};
use serde::Serialize;

use super::jwk::sec1;
use super::{Algorithm, KeyError, PublicKey, SigningKey, rs256};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        rsa_pub_components_from_public_key: |_| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        ec_pub_components_from_private_key: |_, _| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        ed_pub_components_from_private_key: |_, _| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
        compute_digest: |_, _| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    },
};

thread_local! {
    /// The key of the [`encode`] that is under way.
    static SIGNING: RefCell<Option<SigningKey>> = const { RefCell::new(None) };
}

/// Makes a token: jsonwebtoken writes it, this key signs it.
pub(super) fn encode<T: Serialize>(
    key: &SigningKey,
    typ: &str,
    claims: &T,
) -> std::result::Result<String, KeyError> {
    let algorithm = key.algorithm();
    let mut header = Header::new(algorithm.to_jsonwebtoken());
    header.typ = Some(typ.to_owned());
    header.kid = Some(key.kid().to_owned());
    let family = match algorithm {
        Algorithm::Es256 => EncodingKey::from_ec_der(&[]),
        Algorithm::EdDsa | Algorithm::Rs256 => EncodingKey::from_ed_der(&[]),
    };
    install();
    SIGNING.set(Some(key.clone()));
    let token = jsonwebtoken::encode(&header, claims, &family);
    SIGNING.take();
    token.map_err(|_| KeyError::NotSigned)
}

/// Whether the signature, as base64url, is this key's.
pub(super) fn verify(
    algorithm: Algorithm,
    key: &PublicKey,
    signing_input: &str,
    signature: &str,
) -> bool {
    if key.algorithm() != algorithm {
        return false;
    }
    let key = match key {
        PublicKey::Ed25519(x) => DecodingKey::from_ed_der(x),
        PublicKey::P256(point) => DecodingKey::from_ec_der(&sec1(point)),
        PublicKey::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
    };
    install();
    let input = signing_input.as_bytes();
    jsonwebtoken::crypto::verify(signature, input, &key, algorithm.to_jsonwebtoken())
        .unwrap_or(false)
}

/// The first one that is installed stays, which is this one unless the process has another use for jsonwebtoken.
fn install() {
    let _ = PROVIDER.install_default();
}

fn signer(algorithm: &jsonwebtoken::Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    match SIGNING.take() {
        Some(key) if key.algorithm().to_jsonwebtoken() == *algorithm => Ok(Box::new(Own(key))),
        _ => Err(new_error(ErrorKind::InvalidKeyFormat)),
    }
}

fn verifier(
    algorithm: &jsonwebtoken::Algorithm,
    key: &DecodingKey,
) -> Result<Box<dyn JwtVerifier>> {
    let invalid = || new_error(ErrorKind::InvalidKeyFormat);
    let key = match (algorithm, key.kind()) {
        (jsonwebtoken::Algorithm::EdDSA, DecodingKeyKind::SecretOrDer(bytes)) => {
            let bytes = bytes.as_slice().try_into().map_err(|_| invalid())?;
            let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| invalid())?;
            Foreign::Ed25519(Box::new(key))
        }
        (jsonwebtoken::Algorithm::ES256, DecodingKeyKind::SecretOrDer(bytes)) => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes).map_err(|_| invalid())?;
            Foreign::P256(Box::new(key))
        }
        (jsonwebtoken::Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
            Foreign::Rsa {
                n: n.clone(),
                e: e.clone(),
            }
        }
        _ => return Err(invalid()),
    };
    Ok(Box::new(key))
}

/// A key of ours.
struct Own(SigningKey);

impl Signer<Vec<u8>> for Own {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, SignatureError> {
        Ok(self.0.sign(message).to_vec())
    }
}

impl JwtSigner for Own {
    fn algorithm(&self) -> jsonwebtoken::Algorithm {
        self.0.algorithm().to_jsonwebtoken()
    }
}

/// A public key of anyone's.
enum Foreign {
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
    P256(Box<p256::ecdsa::VerifyingKey>),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Verifier<Vec<u8>> for Foreign {
    fn verify(
        &self,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> std::result::Result<(), SignatureError> {
        let holds = match self {
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature).is_ok_and(|s| {
                p256::ecdsa::signature::Verifier::verify(key.as_ref(), message, &s).is_ok()
            }),
            Self::Rsa { n, e } => rs256::verify(n, e, message, signature),
        };
        if holds {
            Ok(())
        } else {
            Err(SignatureError::new())
        }
    }
}

impl JwtVerifier for Foreign {
    fn algorithm(&self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Ed25519(_) => jsonwebtoken::Algorithm::EdDSA,
            Self::P256(_) => jsonwebtoken::Algorithm::ES256,
            Self::Rsa { .. } => jsonwebtoken::Algorithm::RS256,
        }
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::Validation;
    use serde_json::{Value, json};

    use super::*;
    use crate::jose::compact::{Compact, MAX_JWT_BYTES};

    #[test]
    fn what_is_encoded_verifies_also_for_jsonwebtoken_itself() {
        for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
            let key = SigningKey::from_secret(algorithm, "k", &[7; 32]).unwrap();
            let token = key.encode("JWT", &json!({"exp": 1, "a": "b"})).unwrap();
            let decoding = match key.public() {
                PublicKey::Ed25519(x) => DecodingKey::from_ed_der(x),
                PublicKey::P256(point) => DecodingKey::from_ec_der(&sec1(point)),
                PublicKey::Rsa { .. } => panic!("no such key is made"),
            };
            let mut validation = Validation::new(algorithm.to_jsonwebtoken());
            validation.validate_exp = false;
            let decoded = jsonwebtoken::decode::<Value>(&token, &decoding, &validation).unwrap();
            assert_eq!(decoded.claims["a"], "b");
            assert_eq!(decoded.header.kid.as_deref(), Some("k"));
        }
    }

    #[test]
    fn nothing_is_signed_without_a_key_of_ours() {
        install();
        let key = EncodingKey::from_ed_der(&[7; 32]);
        let header = Header::new(jsonwebtoken::Algorithm::EdDSA);
        assert!(jsonwebtoken::encode(&header, &json!({}), &key).is_err());
        let key = EncodingKey::from_secret(b"secret");
        assert!(jsonwebtoken::encode(&Header::default(), &json!({}), &key).is_err());
    }

    #[test]
    fn a_failed_encode_leaves_no_key_behind() {
        struct Unserializable;
        impl Serialize for Unserializable {
            fn serialize<S: serde::Serializer>(
                &self,
                _: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("no"))
            }
        }
        let key = SigningKey::from_secret(Algorithm::EdDsa, "k", &[7; 32]).unwrap();
        assert_eq!(key.encode("JWT", &Unserializable), Err(KeyError::NotSigned));
        assert!(SIGNING.take().is_none());
    }

    /// Attack case 19: a signature of one algorithm, or one that is malformed, under another's key.
    #[test]
    fn a_key_verifies_its_own_algorithm_only() {
        let ed = SigningKey::from_secret(Algorithm::EdDsa, "k", &[7; 32]).unwrap();
        let ec = SigningKey::from_secret(Algorithm::Es256, "k", &[7; 32]).unwrap();
        let token = ed.encode("JWT", &json!({})).unwrap();
        let token = Compact::parse(&token, MAX_JWT_BYTES).unwrap();
        assert!(token.verify(Algorithm::EdDsa, ed.public()));
        assert!(!token.verify(Algorithm::Es256, ed.public()));
        assert!(!token.verify(Algorithm::Es256, ec.public()));
        assert!(!token.verify(Algorithm::Rs256, ed.public()));
        for signature in ["", "AA", &token.signature[1..], "!", &"A".repeat(86)] {
            assert!(!verify(
                Algorithm::EdDsa,
                ed.public(),
                token.signing_input,
                signature
            ));
            assert!(!verify(
                Algorithm::Es256,
                ec.public(),
                token.signing_input,
                signature
            ));
        }
    }

    /// RFC 8037 appendix A.4 and A.5.
    #[test]
    fn the_example_of_rfc_8037_is_signed_and_verified() {
        let seed = crate::base64url::decode_array("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
        let key = SigningKey::from_secret(Algorithm::EdDsa, "k", &seed.unwrap()).unwrap();
        let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        assert_eq!(
            crate::base64url::encode(key.sign(input.as_bytes())),
            signature
        );
        assert!(verify(Algorithm::EdDsa, key.public(), input, signature));
    }
}
