//! A JWS in compact form, taken apart but not yet believed.
//!
//! [RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Algorithm, PublicKey, Unacceptable, provider};
use crate::base64url;

/// The longest JWT that others may send, in bytes.
pub(crate) const MAX_JWT_BYTES: usize = 16 * 1024;

/// What the header says. `jku`, `x5u` and `x5c` are never even read: a token does not say where its key is.
#[derive(Debug, Deserialize)]
pub(crate) struct Header {
    pub alg: String,
    pub typ: Option<String>,
    pub kid: Option<String>,
    /// Only a DPoP proof brings its key along.
    pub jwk: Option<Value>,
    #[serde(default, deserialize_with = "is_there")]
    crit: bool,
}

/// Three parts, of which none is believed before [`Compact::verify`].
#[derive(Debug)]
pub(crate) struct Compact<'a> {
    pub header: Header,
    pub signing_input: &'a str,
    pub signature: &'a str,
    payload: Vec<u8>,
}

impl<'a> Compact<'a> {
    /// Takes a token apart.
    pub(crate) fn parse(token: &'a str, max_bytes: usize) -> Result<Self, Unacceptable> {
        if token.len() > max_bytes {
            return Err(Unacceptable("the token is too long"));
        }
        let (signing_input, signature, header, payload) =
            parts(token).ok_or(Unacceptable("it is no JWT in compact form"))?;
        let header = base64url::decode(header).and_then(|json| serde_json::from_slice(&json).ok());
        let header: Header = header.ok_or(Unacceptable("its header cannot be read"))?;
        // > If any of the listed extension Header Parameters are not understood and supported by the recipient,
        // > then the JWS is invalid.
        if header.crit {
            return Err(Unacceptable(
                "its header has `crit`, of which nothing is supported",
            ));
        }
        let payload =
            base64url::decode(payload).ok_or(Unacceptable("its claims cannot be read"))?;
        Ok(Self {
            header,
            signing_input,
            signature,
            payload,
        })
    }

    /// The algorithm, if it is one of those that are allowed here.
    pub(crate) fn algorithm(&self, allowed: &[Algorithm]) -> Result<Algorithm, Unacceptable> {
        Algorithm::parse(&self.header.alg)
            .filter(|algorithm| allowed.contains(algorithm))
            .ok_or(Unacceptable("its `alg` is not allowed here"))
    }

    /// Whether this key made the signature.
    pub(crate) fn verify(&self, algorithm: Algorithm, key: &PublicKey) -> bool {
        provider::verify(algorithm, key, self.signing_input, self.signature)
    }

    /// The claims. A claim that is there twice is refused.
    pub(crate) fn claims<T: DeserializeOwned>(&self) -> Result<T, Unacceptable> {
        serde_json::from_slice(&self.payload)
            .map_err(|_| Unacceptable("a claim is missing, or not what it should be"))
    }
}

/// Whether a token may be a JWT, as opposed to an opaque one.
pub(crate) fn has_jwt_shape(token: &str) -> bool {
    parts(token).is_some()
}

/// Signing input, signature, header, payload.
fn parts(token: &str) -> Option<(&str, &str, &str, &str)> {
    let (signing_input, signature) = token.rsplit_once('.')?;
    let (header, payload) = signing_input.split_once('.')?;
    (!payload.contains('.')).then_some((signing_input, signature, header, payload))
}

fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(header: &str) -> String {
        format!(
            "{}.{}.c2ln",
            base64url::encode(header),
            base64url::encode("{}")
        )
    }

    #[track_caller]
    fn err(token: &str, reason: &str) {
        let error = Compact::parse(token, MAX_JWT_BYTES).unwrap_err();
        assert_eq!(error.0, reason);
    }

    #[test]
    fn ok_three_parts() {
        let token = token(r#"{"alg":"ES256","typ":"JWT","kid":"k","jku":"https://evil.example/"}"#);
        let compact = Compact::parse(&token, MAX_JWT_BYTES).unwrap();
        assert_eq!(compact.header.kid.as_deref(), Some("k"));
        assert_eq!(compact.algorithm(&[Algorithm::Es256]), Ok(Algorithm::Es256));
        assert!(compact.algorithm(&[Algorithm::EdDsa]).is_err());
    }

    #[test]
    fn err_not_compact() {
        for token in ["", "a", "a.b", "a.b.c.d", "a.b.c.d.e"] {
            err(token, "it is no JWT in compact form");
        }
        err("e30=.e30.", "its header cannot be read");
        err(".e30.", "its header cannot be read");
        let twice = token(r#"{"alg":"none","alg":"ES256"}"#);
        err(&twice, "its header cannot be read");
        err(&token(r#"{"typ":"JWT"}"#), "its header cannot be read");
        err(&"a".repeat(MAX_JWT_BYTES + 1), "the token is too long");
    }

    /// Attack case 19.
    #[test]
    fn err_crit_whatever_it_holds() {
        for crit in ["[\"b64\"]", "[]", "null", "1"] {
            let token = token(&format!(r#"{{"alg":"ES256","crit":{crit}}}"#));
            err(
                &token,
                "its header has `crit`, of which nothing is supported",
            );
        }
    }

    proptest! {
        #[test]
        fn never_panics(token: String) {
            let _ = Compact::parse(&token, MAX_JWT_BYTES);
        }

        #[test]
        fn never_panics_on_what_looks_like_one(token in "[A-Za-z0-9_-]{0,20}\\.[A-Za-z0-9_-]{0,20}\\.[A-Za-z0-9_.-]{0,20}") {
            let _ = Compact::parse(&token, MAX_JWT_BYTES);
        }

        #[test]
        fn never_panics_on_any_header(header: String) {
            let _ = Compact::parse(&token(&header), MAX_JWT_BYTES);
        }
    }
}
