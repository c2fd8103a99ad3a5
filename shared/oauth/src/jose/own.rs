//! Whether a signature is one of our own: found out with the private key, without the multiplication on the curve that both
//! to sign and to verify take most of their time for.
//!
//! A signature is a point, in a form, and a number that follows from the point, the message, the private key and a secret
//! number, which itself follows from the message and the private key. So the owner of the key can compute the number again
//! from the point that the signature has, and compare. Whoever wants another point to pass has to find the number that
//! goes with it, and for that has to know the private key: any two such numbers for one message give it away.

use p256::NistP256;
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::{Curve, PrimeField};
use rfc6979::KGenerator;
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

/// EdDSA: `S = r + H(R, A, M) s`.
///
/// [RFC 8032 §5.1.6](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.6)
pub(super) fn is_by_ed25519(
    key: &ed25519_dalek::SigningKey,
    message: &[u8],
    signature: &[u8; 64],
) -> bool {
    type Scalar = curve25519_dalek::Scalar;
    let hash = |parts: [&[u8]; 3]| {
        let hash = parts.iter().fold(Sha512::new(), Sha512::chain_update);
        Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
    };
    let (point, number) = signature.split_at(32);
    let expanded = Sha512::digest(key.as_bytes());
    let (_, prefix) = expanded.split_at(32);
    let secret = hash([prefix, message, &[]]);
    let challenge = hash([point, key.verifying_key().as_bytes(), message]);
    let expected = challenge * key.to_scalar() + secret;
    expected.to_bytes().ct_eq(number).into()
}

/// ECDSA with P-256 and SHA-256: `s = (h + r d) / k`, with the `k` of RFC 6979.
///
/// [RFC 6979 §2.4, §3.2](https://www.rfc-editor.org/rfc/rfc6979#section-2.4)
pub(super) fn is_by_es256(
    key: &p256::ecdsa::SigningKey,
    message: &[u8],
    signature: &[u8; 64],
) -> bool {
    // Neither half of a signature is zero, nor as large as the order.
    let Ok(signature) = p256::ecdsa::Signature::from_slice(signature) else {
        return false;
    };
    let (point, number) = signature.split_scalars();
    let hash = Sha256::digest(message);
    let order = NistP256::ORDER;
    let mut secret = p256::FieldBytes::default();
    KGenerator::<Sha256, _>::new(&key.to_bytes(), &hash, &[], &*order).fill_next_k(&mut secret);
    let Some(secret) = p256::Scalar::from_repr(secret).into_option() else {
        return false;
    };
    let hash = p256::Scalar::reduce(&hash);
    let expected = hash + *point * **key.as_nonzero_scalar();
    (*number * secret).ct_eq(&expected).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::jose::{Algorithm, SigningKey};

    proptest! {
        #[test]
        fn it_is_the_signature_that_the_key_makes_and_no_other(
            secret: [u8; 32], message: Vec<u8>, place in 0_usize..64, bit in 0_u32..8,
        ) {
            for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
                let Ok(key) = SigningKey::generate(algorithm, &secret) else {
                    continue;
                };
                let mut signature = key.sign(&message);
                prop_assert!(key.has_made(&message, &signature));
                let mut other = message.clone();
                other.push(0);
                prop_assert!(!key.has_made(&other, &signature));
                signature[place] ^= 1 << bit;
                prop_assert!(!key.has_made(&message, &signature));
            }
        }
    }

    #[test]
    fn numbers_beyond_the_order_or_zero_are_none() {
        for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
            let key = SigningKey::generate(algorithm, &[3; 32]).unwrap();
            for signature in [[0; 64], [0xff; 64]] {
                assert!(!key.has_made(b"x", &signature));
            }
        }
    }

    /// The other number that verifies with the same point, which RFC 6979 doesn't make.
    #[test]
    fn the_mirrored_number_of_es256_is_not_ours() {
        let key = SigningKey::generate(Algorithm::Es256, &[3; 32]).unwrap();
        let signature = p256::ecdsa::Signature::from_slice(&key.sign(b"x")).unwrap();
        let (point, number) = signature.split_scalars();
        let mirrored = p256::ecdsa::Signature::from_scalars(*point, -*number).unwrap();
        assert!(!key.has_made(b"x", &mirrored.to_bytes().into()));
    }
}
