//! Public keys: Ed25519, P-256, and RSA where it is only verified.
//!
//! [RFC 7517 §4](https://www.rfc-editor.org/rfc/rfc7517#section-4), RFC 7518 §6,
//! [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Algorithm, Unacceptable, rs256};
use crate::base64url;

/// Members that only a private or a symmetric key has.
const PRIVATE: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// The longest `kid` that is kept, in bytes.
const MAX_KID: usize = 256;

/// A key that verifies signatures. It was checked to be one when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// A point of Ed25519, compressed.
    Ed25519([u8; 32]),
    /// A point of P-256: both coordinates.
    P256([u8; 64]),
    /// Modulus and exponent, without leading zeros.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
}

/// A public key and what its owner says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    /// The key.
    pub key: PublicKey,
    /// Its name.
    pub kid: Option<String>,
}

impl PublicKey {
    /// Reads the key's own members. Private members make it an error, so that nobody sends us a secret unnoticed.
    pub(crate) fn from_json(jwk: &Value) -> Result<Self, Unacceptable> {
        let jwk = jwk
            .as_object()
            .ok_or(Unacceptable("a JWK is a JSON object"))?;
        if PRIVATE.iter().any(|member| jwk.contains_key(*member)) {
            return Err(Unacceptable("the JWK has private members"));
        }
        match (text(jwk, "kty"), text(jwk, "crv")) {
            (Some("OKP"), Some("Ed25519")) => {
                let x = coordinate(jwk, "x").ok_or(NO_POINT)?;
                let point = ed25519_dalek::VerifyingKey::from_bytes(&x).map_err(|_| NO_POINT)?;
                if point.is_weak() {
                    return Err(NO_POINT);
                }
                Ok(Self::Ed25519(x))
            }
            (Some("EC"), Some("P-256")) => {
                let x: [u8; 32] = coordinate(jwk, "x").ok_or(NO_POINT)?;
                let y: [u8; 32] = coordinate(jwk, "y").ok_or(NO_POINT)?;
                let mut point = [0; 64];
                point[..32].copy_from_slice(&x);
                point[32..].copy_from_slice(&y);
                p256::ecdsa::VerifyingKey::from_sec1_bytes(&sec1(&point)).map_err(|_| NO_POINT)?;
                Ok(Self::P256(point))
            }
            (Some("RSA"), _) => {
                let number = |name| text(jwk, name).and_then(base64url::decode).map(trimmed);
                let (n, e) = number("n").zip(number("e")).ok_or(NO_RSA)?;
                rs256::is_acceptable(&n, &e)
                    .then_some(Self::Rsa { n, e })
                    .ok_or(NO_RSA)
            }
            _ => Err(Unacceptable("the JWK is none of Ed25519, P-256 and RSA")),
        }
    }

    /// The one algorithm that it is used with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ed25519(_) => Algorithm::EdDsa,
            Self::P256(_) => Algorithm::Es256,
            Self::Rsa { .. } => Algorithm::Rs256,
        }
    }

    /// > a hash value computed over the required members of a JWK
    ///
    /// with SHA-256, as base64url (RFC 7638 §3).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        // > The JSON object […] contains no whitespace or line breaks […] and with the required members ordered
        // > lexicographically
        let members = match self {
            Self::Ed25519(x) => {
                let x = base64url::encode(x);
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)
            }
            Self::P256(point) => {
                let (x, y) = (
                    base64url::encode(&point[..32]),
                    base64url::encode(&point[32..]),
                );
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            Self::Rsa { n, e } => {
                let (n, e) = (base64url::encode(n), base64url::encode(e));
                format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)
            }
        };
        base64url::encode(Sha256::digest(members))
    }

    fn members(&self) -> Value {
        match self {
            Self::Ed25519(x) => json!({
                "kty": "OKP",
                "crv": "Ed25519",
                "x": base64url::encode(x),
            }),
            Self::P256(point) => json!({
                "kty": "EC",
                "crv": "P-256",
                "x": base64url::encode(&point[..32]),
                "y": base64url::encode(&point[32..]),
            }),
            Self::Rsa { n, e } => json!({
                "kty": "RSA",
                "n": base64url::encode(n),
                "e": base64url::encode(e),
            }),
        }
    }
}

impl Jwk {
    /// Reads a key that verifies signatures.
    pub(crate) fn from_json(jwk: &Value) -> Result<Self, Unacceptable> {
        let key = PublicKey::from_json(jwk)?;
        if jwk.get("use").is_some_and(|usage| usage != "sig") {
            return Err(Unacceptable("the JWK's `use` is not `sig`"));
        }
        let operations = jwk.get("key_ops").map(|ops| ops.as_array());
        let verifies = |ops: &Vec<Value>| ops.iter().any(|op| op == "verify");
        if operations.is_some_and(|ops| !ops.is_some_and(verifies)) {
            return Err(Unacceptable("the JWK's `key_ops` is without `verify`"));
        }
        let alg = jwk.get("alg").map(|alg| alg.as_str().unwrap_or_default());
        if alg.is_some_and(|alg| Algorithm::parse(alg) != Some(key.algorithm())) {
            return Err(Unacceptable("the JWK's `alg` does not fit the key"));
        }
        let kid = match jwk.get("kid") {
            None => None,
            Some(Value::String(kid)) if kid.len() <= MAX_KID => Some(kid.clone()),
            Some(_) => return Err(Unacceptable("the JWK's `kid` is no text, or a long one")),
        };
        Ok(Self { key, kid })
    }

    /// The key as it is published.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut jwk = self.key.members();
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(self.key.algorithm().as_str());
        if let Some(kid) = &self.kid {
            jwk["kid"] = json!(kid);
        }
        jwk
    }
}

const NO_POINT: Unacceptable = Unacceptable("the JWK is no point of its curve");
const NO_RSA: Unacceptable =
    Unacceptable("the JWK is no RSA key of 2048 to 4096 bits with a small exponent");

/// The uncompressed form of a point (SEC 1 §2.3.3).
pub(super) fn sec1(point: &[u8; 64]) -> [u8; 65] {
    let mut bytes = [4; 65];
    bytes[1..].copy_from_slice(point);
    bytes
}

fn text<'a>(jwk: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    jwk.get(member)?.as_str()
}

fn coordinate(jwk: &Map<String, Value>, member: &str) -> Option<[u8; 32]> {
    base64url::decode_array(text(jwk, member)?)
}

fn trimmed(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 8037 appendix A.2.
    const ED25519_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    /// RFC 7517 appendix A.1.
    const P256: [&str; 2] = [
        "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    ];

    /// RFC 7638 §3.1.
    const RSA_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    fn ed25519() -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X})
    }

    fn p256() -> Value {
        json!({"kty": "EC", "crv": "P-256", "x": P256[0], "y": P256[1], "use": "sig"})
    }

    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        // RFC 8037 appendix A.3
        let key = PublicKey::from_json(&ed25519()).unwrap();
        assert_eq!(
            key.thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
        // RFC 7638 §3.1
        let rsa =
            json!({"kty": "RSA", "n": RSA_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"});
        let key = PublicKey::from_json(&rsa).unwrap();
        assert_eq!(
            key.thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn ok_printed_is_parsed_again() {
        for jwk in [ed25519(), p256()] {
            let mut jwk = Jwk::from_json(&jwk).unwrap();
            jwk.kid = Some("k".to_owned());
            assert_eq!(Jwk::from_json(&jwk.to_json()), Ok(jwk));
        }
    }

    #[track_caller]
    fn err(mut jwk: Value, member: &str, value: Value, reason: &'static str) {
        jwk[member] = value;
        assert_eq!(Jwk::from_json(&jwk), Err(Unacceptable(reason)));
    }

    /// Attack case 20: registration with private members; and 23: a private key in a proof.
    #[test]
    fn err_private_members_even_when_null() {
        for member in PRIVATE {
            for jwk in [ed25519(), p256()] {
                err(jwk, member, Value::Null, "the JWK has private members");
            }
        }
    }

    #[test]
    fn err_not_a_point() {
        let reason = "the JWK is no point of its curve";
        err(p256(), "x", json!(ED25519_X), reason);
        err(p256(), "x", json!(""), reason);
        err(p256(), "y", json!(1), reason);
        err(ed25519(), "x", json!(base64url::encode([0; 31])), reason);
        // The neutral element, and a point of small order.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        err(ed25519(), "x", json!(base64url::encode(neutral)), reason);
        err(ed25519(), "x", json!(base64url::encode([0; 32])), reason);
    }

    #[test]
    fn err_other_kinds_and_other_uses() {
        let kinds = "the JWK is none of Ed25519, P-256 and RSA";
        err(p256(), "kty", json!("oct"), kinds);
        err(p256(), "crv", json!("P-384"), kinds);
        err(ed25519(), "crv", json!("X25519"), kinds);
        err(p256(), "use", json!("enc"), "the JWK's `use` is not `sig`");
        let operations = "the JWK's `key_ops` is without `verify`";
        err(p256(), "key_ops", json!(["encrypt"]), operations);
        err(p256(), "key_ops", json!("verify"), operations);
        let alg = "the JWK's `alg` does not fit the key";
        err(p256(), "alg", json!("HS256"), alg);
        err(p256(), "alg", json!("EdDSA"), alg);
        err(p256(), "alg", json!(1), alg);
        let kid = "the JWK's `kid` is no text, or a long one";
        err(p256(), "kid", json!(1), kid);
        err(p256(), "kid", json!("k".repeat(300)), kid);
    }

    proptest! {
        #[test]
        fn never_panics(x: String, y: Vec<u8>, kty in "(OKP|EC|RSA)", crv in "(Ed25519|P-256)") {
            let y = base64url::encode(y);
            let _ = Jwk::from_json(&json!({"kty": kty, "crv": crv, "x": x, "y": y, "n": y, "e": y}));
            let _ = Jwk::from_json(&json!({"kty": kty, "crv": crv, "x": y, "y": x}));
        }

        #[test]
        fn never_panics_on_any_point(x: [u8; 32], y: [u8; 32]) {
            let (x, y) = (base64url::encode(x), base64url::encode(y));
            let _ = Jwk::from_json(&json!({"kty": "OKP", "crv": "Ed25519", "x": x}));
            let _ = Jwk::from_json(&json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}));
        }
    }
}
