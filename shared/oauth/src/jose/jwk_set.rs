//! Sets of public keys: a client's, or a trusted issuer's.
//!
//! [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)

use serde_json::{Value, json};

use super::{Algorithm, Compact, Jwk, Unacceptable};

/// The most keys in a set.
pub const MAX_KEYS: usize = 64;

/// The most keys that are tried for a token that names none.
const MAX_TRIED: usize = 4;

/// Keys that verify signatures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JwkSet(Vec<Jwk>);

/// Why no key of a set verifies a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// The set has no key with the token's `kid`. A set that was fetched a while ago may have it by now.
    Unknown,
    /// The signature is another's.
    Wrong,
}

impl JwkSet {
    /// Reads a set in which every key must be usable, as in a client's metadata.
    pub(crate) fn parse_strict(set: &Value) -> Result<Self, Unacceptable> {
        let keys = keys(set)?
            .iter()
            .map(Jwk::from_json)
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(Unacceptable("the JWK set is empty"));
        }
        Ok(Self(keys))
    }

    /// Reads a set, as [`JwkSet::of`] does.
    #[must_use]
    pub fn parse(json: &[u8]) -> Option<Self> {
        Self::of(&serde_json::from_slice(json).ok()?)
    }

    /// The keys of a set that can be used here.
    ///
    /// > Implementations SHOULD ignore JWKs within a JWK Set that use "kty" (key type) values that are not understood by them,
    /// > that are missing required members, or for which values are out of the supported ranges.
    ///
    /// `None` when it is no JWK set at all.
    #[must_use]
    pub fn of(set: &Value) -> Option<Self> {
        let usable = keys(set)
            .ok()?
            .iter()
            .filter_map(|k| Jwk::from_json(k).ok());
        Some(Self(usable.collect()))
    }

    /// The set as it is published.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let keys: Vec<_> = self.0.iter().map(Jwk::to_json).collect();
        json!({ "keys": keys })
    }

    /// Whether it has no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks the signature with the key that the token names, or with those that fit when it names none.
    pub(crate) fn verify(&self, token: &Compact<'_>, algorithm: Algorithm) -> Result<(), NoKey> {
        let kid = token.header.kid.as_deref();
        let mut fitting = self
            .0
            .iter()
            .filter(|jwk| kid.is_none() || jwk.kid.as_deref() == kid)
            .filter(|jwk| jwk.key.algorithm() == algorithm)
            .take(MAX_TRIED)
            .peekable();
        if fitting.peek().is_none() {
            return Err(NoKey::Unknown);
        }
        if fitting.any(|jwk| token.verify(algorithm, &jwk.key)) {
            Ok(())
        } else {
            Err(NoKey::Wrong)
        }
    }
}

impl From<Vec<Jwk>> for JwkSet {
    fn from(keys: Vec<Jwk>) -> Self {
        Self(keys)
    }
}

fn keys(set: &Value) -> Result<&[Value], Unacceptable> {
    match set.get("keys").and_then(Value::as_array) {
        Some(keys) if keys.len() <= MAX_KEYS => Ok(keys),
        Some(_) => Err(Unacceptable("the JWK set has too many keys")),
        None => Err(Unacceptable("a JWK set is an object with `keys`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::{MAX_JWT_BYTES, SigningKey};

    fn key(seed: u8, kid: &str) -> SigningKey {
        SigningKey::from_secret(Algorithm::EdDsa, kid, &[seed; 32]).unwrap()
    }

    fn jwk(key: &SigningKey, kid: Option<&str>) -> Jwk {
        Jwk {
            key: key.public().clone(),
            kid: kid.map(str::to_owned),
        }
    }

    fn verify(set: &JwkSet, key: &SigningKey) -> Result<(), NoKey> {
        let token = key.encode("JWT", &json!({})).unwrap();
        let token = Compact::parse(&token, MAX_JWT_BYTES).unwrap();
        set.verify(&token, Algorithm::EdDsa)
    }

    #[test]
    fn the_key_with_the_kid_decides() {
        let (a, b) = (key(1, "a"), key(2, "b"));
        let set = JwkSet(vec![jwk(&a, Some("a")), jwk(&b, Some("b"))]);
        assert_eq!(verify(&set, &a), Ok(()));
        assert_eq!(verify(&set, &b), Ok(()));
        assert_eq!(verify(&set, &key(1, "b")), Err(NoKey::Wrong));
    }

    /// Attack case 19: an unknown kid, or one that is a path, a query or an address.
    #[test]
    fn a_kid_is_compared_and_nothing_else() {
        let set = JwkSet(vec![jwk(&key(1, "a"), Some("a"))]);
        for kid in [
            "",
            "../../dev/null",
            "a' OR '1'='1",
            "https://evil.example/",
        ] {
            assert_eq!(verify(&set, &key(1, kid)), Err(NoKey::Unknown), "{kid}");
        }
    }

    #[test]
    fn an_algorithm_has_keys_of_its_own() {
        let key = key(1, "a");
        let set = JwkSet(vec![jwk(&key, Some("a"))]);
        let token = key.encode("JWT", &json!({})).unwrap();
        let token = Compact::parse(&token, MAX_JWT_BYTES).unwrap();
        assert_eq!(set.verify(&token, Algorithm::Es256), Err(NoKey::Unknown));
    }

    #[test]
    fn what_cannot_be_used_is_left_out_or_refused() {
        let usable = jwk(&key(1, "a"), Some("a"));
        let set = json!({"keys": [{"kty": "oct", "k": "AA"}, usable.to_json(), 1]});
        assert_eq!(
            JwkSet::parse(set.to_string().as_bytes()),
            Some(JwkSet(vec![usable]))
        );
        let published = JwkSet::of(&set).unwrap().to_json();
        assert_eq!(JwkSet::parse_strict(&published).ok(), JwkSet::of(&set));
        assert!(JwkSet::parse_strict(&set).is_err());
        assert!(JwkSet::parse_strict(&json!({"keys": []})).is_err());
        assert_eq!(JwkSet::parse(b"{}"), None);
        assert_eq!(JwkSet::parse(b"<html>"), None);
        let many = json!({"keys": vec![1; MAX_KEYS + 1]}).to_string();
        assert_eq!(JwkSet::parse(many.as_bytes()), None);
    }
}
