//! RSASSA-PKCS1-v1_5 with SHA-256, verified only: large identity providers sign with it.
//!
//! A crate for all of RSA would bring private keys, padding for encryption and key files. What verifying needs is one power,
//! and the comparison of its result, whole, with the one encoding that is right.
//!
//! [RFC 8017 §8.2.2](https://www.rfc-editor.org/rfc/rfc8017#section-8.2.2)

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use sha2::{Digest, Sha256};

/// The DER encoding of `DigestInfo` before the hash (RFC 8017 §9.2, note 1).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// Whether modulus and exponent, without leading zeros, are what anyone uses: it bounds the work, too.
pub(super) fn is_acceptable(n: &[u8], e: &[u8]) -> bool {
    let has_odd_end = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let is_full = n.first().is_some_and(|byte| *byte >= 0x80);
    (256..=512).contains(&n.len())
        && n.len().is_multiple_of(8)
        && is_full
        && has_odd_end(n)
        && (1..=4).contains(&e.len())
        && e != [1]
        && has_odd_end(e)
}

/// Whether the owner of this key signed the message.
pub(super) fn verify(n: &[u8], e: &[u8], message: &[u8], signature: &[u8]) -> bool {
    // > If the length of the signature S is not k octets, output "invalid signature" and stop.
    if !is_acceptable(n, e) || signature.len() != n.len() {
        return false;
    }
    let modulus = BoxedUint::from_be_slice_vartime(n);
    let signature = BoxedUint::from_be_slice_vartime(signature);
    if signature >= modulus {
        return false;
    }
    let Some(modulus) = Option::<Odd<BoxedUint>>::from(Odd::new(modulus)) else {
        return false;
    };
    let exponent = BoxedUint::from_be_slice_vartime(e);
    let bits = exponent.bits_vartime();
    let params = BoxedMontyParams::new_vartime(modulus);
    let message_representative = BoxedMontyForm::new(signature, &params)
        .pow_bounded_exp(&exponent, bits)
        .retrieve();
    message_representative.to_be_bytes().as_ref() == encoded(message, n.len())
}

/// `00 01 FF … FF 00 DigestInfo hash`
fn encoded(message: &[u8], length: usize) -> Vec<u8> {
    let hash = Sha256::digest(message);
    let mut encoded = vec![0xff; length - DIGEST_INFO.len() - hash.len()];
    encoded[0] = 0;
    encoded[1] = 1;
    if let Some(last) = encoded.last_mut() {
        *last = 0;
    }
    encoded.extend(DIGEST_INFO);
    encoded.extend(hash);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;

    /// RFC 7515 appendix A.2.
    const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    const INPUT: &[u8] = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    fn parts() -> (Vec<u8>, Vec<u8>) {
        (
            base64url::decode(N).unwrap(),
            base64url::decode(SIGNATURE).unwrap(),
        )
    }

    #[test]
    fn the_example_of_rfc_7515_verifies() {
        let (n, signature) = parts();
        assert!(verify(&n, &[1, 0, 1], INPUT, &signature));
    }

    #[test]
    fn anything_else_does_not() {
        let (n, signature) = parts();
        assert!(!verify(&n, &[1, 0, 1], b"other", &signature));
        assert!(!verify(&n, &[3], INPUT, &signature));
        for at in [0, 128, 255] {
            let mut other = signature.clone();
            other[at] ^= 1;
            assert!(!verify(&n, &[1, 0, 1], INPUT, &other));
        }
        assert!(!verify(&n, &[1, 0, 1], INPUT, &signature[1..]));
        assert!(!verify(&n, &[1, 0, 1], INPUT, &[0xff; 256]));
        assert!(!verify(&n, &[1, 0, 1], INPUT, &[0; 256]));
        assert!(!verify(&n, &[1, 0, 1], INPUT, &[]));
        // > If the signature representative s is not between 0 and n - 1 […] stop.
        assert!(!verify(&n, &[1, 0, 1], INPUT, &n));
    }

    #[test]
    fn keys_that_nobody_should_use_are_not_acceptable() {
        let (n, _) = parts();
        assert!(is_acceptable(&n, &[1, 0, 1]));
        assert!(!is_acceptable(&n, &[1]));
        assert!(!is_acceptable(&n, &[1, 0, 0]));
        assert!(!is_acceptable(&n, &[]));
        assert!(!is_acceptable(&n, &[1, 0, 0, 0, 1]));
        assert!(!is_acceptable(&n[..128], &[1, 0, 1]));
        assert!(!is_acceptable(&[], &[1, 0, 1]));
        let mut even = n.clone();
        even[255] = 0;
        assert!(!is_acceptable(&even, &[1, 0, 1]));
        assert!(!is_acceptable(&[0xff; 520], &[1, 0, 1]));
    }
}
