//! `private_key_jwt`: a client proves who it is with a JWT that it signs.
//!
//! [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523#section-3)

use serde::Deserialize;

use crate::jose::{
    Algorithm, Audience, Compact, JwkSet, MAX_JWT_BYTES, NoKey, Unacceptable, numeric_date,
    optional_numeric_date,
};
use crate::window::is_ahead;
use crate::{OAuthError, SingleUse};

/// The one `client_assertion_type`.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far ahead an assertion may expire, in seconds: an hour, for which some libraries sign unless told otherwise.
pub const MAX_ASSERTION_LIFE_SECS: i64 = 3600;

const ALGORITHMS: [Algorithm; 3] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];
const MAX_JTI: usize = 256;

/// What an assertion must fit.
#[derive(Clone, Copy, Debug)]
pub struct AssertionRules<'a> {
    /// The client that it names.
    pub client_id: &'a str,
    /// What it may be for: the issuer, and the token endpoint.
    pub audiences: &'a [&'a str],
    /// The client's keys.
    pub keys: &'a JwkSet,
    /// When it came.
    pub now_secs: i64,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    #[serde(deserialize_with = "numeric_date")]
    exp: i64,
    jti: String,
    #[serde(default, deserialize_with = "optional_numeric_date")]
    iat: Option<i64>,
    #[serde(default, deserialize_with = "optional_numeric_date")]
    nbf: Option<i64>,
}

/// The client that an assertion names, to look up its keys. Nothing of it has been checked.
///
/// # Errors
/// `invalid_client`.
pub fn asserted_client(assertion: &str) -> Result<String, OAuthError> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    Compact::parse(assertion, MAX_JWT_BYTES)
        .and_then(|assertion| assertion.claims::<Subject>())
        .map(|claims| claims.sub)
        .map_err(rejected)
}

/// Checks an assertion. What is returned must not have been used before by this client.
///
/// # Errors
/// `invalid_client`.
pub fn verify_assertion(
    assertion: &str,
    rules: &AssertionRules<'_>,
) -> Result<SingleUse, OAuthError> {
    verify(assertion, rules).map_err(rejected)
}

fn verify(assertion: &str, rules: &AssertionRules<'_>) -> Result<SingleUse, Unacceptable> {
    let assertion = Compact::parse(assertion, MAX_JWT_BYTES)?;
    let algorithm = assertion.algorithm(&ALGORITHMS)?;
    rules
        .keys
        .verify(&assertion, algorithm)
        .map_err(|no| match no {
            NoKey::Unknown => Unacceptable("the client has no key with its `kid` and `alg`"),
            NoKey::Wrong => Unacceptable("its signature is not the client's"),
        })?;
    let claims: Claims = assertion.claims()?;
    if claims.iss != rules.client_id || claims.sub != rules.client_id {
        return Err(Unacceptable("its `iss` and `sub` are not both the client"));
    }
    // All of it: an assertion that another server could use as well, could have been got there.
    let is_for_us = |one: &String| rules.audiences.contains(&one.as_str());
    if claims.aud.0.is_empty() || !claims.aud.0.iter().all(is_for_us) {
        return Err(Unacceptable("its `aud` is not this issuer"));
    }
    if claims.exp <= rules.now_secs {
        return Err(Unacceptable("it has expired"));
    }
    if is_ahead(
        claims.exp,
        rules.now_secs.saturating_add(MAX_ASSERTION_LIFE_SECS),
    ) {
        return Err(Unacceptable("its `exp` is more than an hour ahead"));
    }
    let begins = [claims.iat, claims.nbf];
    if begins
        .iter()
        .flatten()
        .any(|at| is_ahead(*at, rules.now_secs))
    {
        return Err(Unacceptable("it is not valid yet"));
    }
    if claims.jti.is_empty() || claims.jti.len() > MAX_JTI {
        return Err(Unacceptable("its `jti` is empty or long"));
    }
    Ok(SingleUse {
        id: claims.jti,
        until_secs: claims.exp,
    })
}

fn rejected(error: Unacceptable) -> OAuthError {
    OAuthError::invalid_client(format!("the client assertion is not accepted: {error}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::base64url;
    use crate::jose::SigningKey;

    const NOW: i64 = 1_800_000_000;
    const ISSUER: &str = "https://id.example.com";
    const ENDPOINT: &str = "https://id.example.com/oauth/token";

    fn key(algorithm: Algorithm) -> SigningKey {
        SigningKey::generate(algorithm, &[3; 32]).unwrap()
    }

    fn claims() -> Value {
        json!({"iss": "c", "sub": "c", "aud": ISSUER, "exp": NOW + 60, "jti": "j", "iat": NOW})
    }

    fn check(assertion: &str) -> Result<SingleUse, String> {
        let keys = [Algorithm::EdDsa, Algorithm::Es256].map(|algorithm| key(algorithm).jwk());
        let rules = AssertionRules {
            client_id: "c",
            audiences: &[ISSUER, ENDPOINT],
            keys: &JwkSet::from(keys.to_vec()),
            now_secs: NOW,
        };
        verify_assertion(assertion, &rules).map_err(|error| {
            assert_eq!((error.status, error.code.as_str()), (401, "invalid_client"));
            let reason = error.description.split_once(": ").unwrap();
            reason.1.to_owned()
        })
    }

    fn with(member: &str, value: Value) -> Result<SingleUse, String> {
        let mut claims = claims();
        claims[member] = value;
        check(&key(Algorithm::Es256).encode("JWT", &claims).unwrap())
    }

    #[test]
    fn ok_with_either_key_and_for_issuer_or_endpoint() {
        for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
            let assertion = key(algorithm).encode("JWT", &claims()).unwrap();
            let used = check(&assertion).unwrap();
            assert_eq!((used.id.as_str(), used.until_secs), ("j", NOW + 60));
            assert_eq!(asserted_client(&assertion).unwrap(), "c");
        }
        assert!(with("aud", json!([ENDPOINT])).is_ok());
        assert!(with("aud", json!([ISSUER, ENDPOINT])).is_ok());
        assert!(with("nbf", json!(NOW + 10)).is_ok());
        assert!(with("exp", json!(NOW + 300)).is_ok());
        assert!(with("iat", json!(f64::from(1_799_999_999) + 0.5)).is_ok());
    }

    /// Attack case 15.
    #[test]
    fn err_claims_that_do_not_fit() {
        let err = |member: &str, value: Value, reason: &str| {
            assert_eq!(with(member, value), Err(reason.to_owned()), "{member}");
        };
        let who = "its `iss` and `sub` are not both the client";
        err("iss", json!("d"), who);
        err("sub", json!("d"), who);
        let aud = "its `aud` is not this issuer";
        err("aud", json!("https://other.example.com"), aud);
        err("aud", json!([ISSUER, "https://other.example.com"]), aud);
        err("aud", json!([]), aud);
        err("exp", json!(NOW), "it has expired");
        let far = "its `exp` is more than an hour ahead";
        err("exp", json!(NOW + 7200), far);
        err("iat", json!(NOW + 60), "it is not valid yet");
        err("nbf", json!(NOW + 60), "it is not valid yet");
        err("jti", json!(""), "its `jti` is empty or long");
        err("jti", json!("j".repeat(300)), "its `jti` is empty or long");
        for member in ["iss", "sub", "aud", "exp", "jti"] {
            let missing = "a claim is missing, or not what it should be";
            err(member, Value::Null, missing);
        }
    }

    /// Attack case 15: none, and HS256 with the public key as the secret.
    #[test]
    fn err_algorithms_that_prove_nothing() {
        use hmac::{Hmac, KeyInit, Mac};
        for alg in ["none", "HS256"] {
            let header = json!({"alg": alg, "kid": key(Algorithm::Es256).kid()});
            let [header, payload] =
                [header, claims()].map(|part| base64url::encode(part.to_string()));
            let input = format!("{header}.{payload}");
            let public = key(Algorithm::Es256).jwk().to_json().to_string();
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(public.as_bytes()).unwrap();
            mac.update(input.as_bytes());
            for signature in [
                base64url::encode(mac.finalize().into_bytes()),
                String::new(),
            ] {
                assert_eq!(
                    check(&format!("{input}.{signature}")),
                    Err("its `alg` is not allowed here".to_owned())
                );
            }
        }
    }

    #[test]
    fn err_a_key_that_is_not_the_clients() {
        let other = SigningKey::generate(Algorithm::Es256, &[4; 32]).unwrap();
        let assertion = other.encode("JWT", &claims()).unwrap();
        assert_eq!(
            check(&assertion),
            Err("the client has no key with its `kid` and `alg`".to_owned())
        );
        let kid = key(Algorithm::Es256).kid().to_owned();
        let other = SigningKey::from_secret(Algorithm::Es256, &kid, &[4; 32]).unwrap();
        let assertion = other.encode("JWT", &claims()).unwrap();
        assert_eq!(
            check(&assertion),
            Err("its signature is not the client's".to_owned())
        );
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = asserted_client(&text);
            let _ = check(&key(Algorithm::EdDsa).encode("JWT", &json!({"sub": text})).unwrap());
        }
    }
}
