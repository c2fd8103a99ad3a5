//! A proof: a JWT for one request, made with the key that a token is, or shall be, bound to.
//!
//! [RFC 9449 §4](https://www.rfc-editor.org/rfc/rfc9449#section-4)

use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Nonces, htu};
use crate::jose::{Algorithm, Compact, PublicKey, Unacceptable, numeric_date};
use crate::window::is_ahead;
use crate::{LEEWAY_SECS, OAuthError, SingleUse, base64url};

/// The algorithms that a proof may be signed with.
pub const ALGORITHMS: [Algorithm; 2] = [Algorithm::EdDsa, Algorithm::Es256];

/// For how long after it was made a proof is accepted, in seconds.
pub const MAX_AGE_SECS: i64 = 120;

const MAX_PROOF_BYTES: usize = 4096;

/// Whether a proof needs one of the server's nonces.
#[derive(Clone, Copy)]
pub enum NonceRule<'a> {
    /// A nonce is checked if there is one.
    Optional(&'a Nonces),
    /// There must be one.
    Required(&'a Nonces),
}

/// The request that a proof comes with.
#[derive(Clone, Copy)]
pub struct ProofRequest<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its address, as the client knows it: from configuration, not from `Host`.
    pub url: &'a str,
    /// When it came.
    pub now_secs: i64,
    /// The access token that it carries, at a resource.
    pub access_token: Option<&'a str>,
    /// Whether a nonce is needed.
    pub nonces: NonceRule<'a>,
}

/// A proof that holds. It must not have been used before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The thumbprint of its key.
    pub jkt: String,
    /// What must be remembered of it.
    pub jti: SingleUse,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    #[serde(deserialize_with = "numeric_date")]
    iat: i64,
    ath: Option<String>,
    nonce: Option<String>,
}

/// Checks the values of all `DPoP` header fields of a request; there is none when it has no proof.
///
/// # Errors
/// `invalid_dpop_proof`, and `use_dpop_nonce` when it is good but for the nonce.
pub fn check(fields: &[&str], request: &ProofRequest<'_>) -> Result<Option<Proof>, OAuthError> {
    let proof = match fields {
        [] => return Ok(None),
        [proof] => proof,
        _ => {
            return Err(OAuthError::invalid_dpop_proof(
                "there is more than one header field `DPoP`",
            ));
        }
    };
    let (key, claims) =
        believed(proof, request).map_err(|error| OAuthError::invalid_dpop_proof(error.0))?;
    let (nonces, is_required) = match request.nonces {
        NonceRule::Optional(nonces) => (nonces, false),
        NonceRule::Required(nonces) => (nonces, true),
    };
    let has_nonce = match &claims.nonce {
        Some(nonce) => nonces.accepts(nonce, request.now_secs),
        None => !is_required,
    };
    if !has_nonce {
        return Err(OAuthError::use_dpop_nonce(
            "the proof needs the nonce in header field `DPoP-Nonce` of this answer",
        ));
    }
    let jkt = key.thumbprint();
    // A fixed length, whatever the client chose.
    let id = Sha256::new_with_prefix(&jkt).chain_update(&claims.jti);
    Ok(Some(Proof {
        jti: SingleUse {
            id: base64url::encode(id.finalize()),
            until_secs: claims.iat.saturating_add(MAX_AGE_SECS + LEEWAY_SECS),
        },
        jkt,
    }))
}

/// Everything but the nonce, in the order of RFC 9449 §4.3.
fn believed(proof: &str, request: &ProofRequest<'_>) -> Result<(PublicKey, Claims), Unacceptable> {
    let proof = Compact::parse(proof, MAX_PROOF_BYTES)?;
    let claims: Claims = proof.claims()?;
    if proof.header.typ.as_deref() != Some("dpop+jwt") {
        return Err(Unacceptable("its `typ` is not `dpop+jwt`"));
    }
    let algorithm = proof.algorithm(&ALGORITHMS)?;
    let jwk = proof.header.jwk.as_ref();
    let key = PublicKey::from_json(jwk.ok_or(Unacceptable("its header has no `jwk`"))?)?;
    if !proof.verify(algorithm, &key) {
        return Err(Unacceptable("its signature is not its key's"));
    }
    if claims.jti.is_empty() {
        return Err(Unacceptable("its `jti` is empty"));
    }
    if claims.htm != request.method {
        return Err(Unacceptable("its `htm` is another method"));
    }
    let here = htu::normalized(request.url);
    if here.is_none() || htu::normalized(&claims.htu) != here {
        return Err(Unacceptable("its `htu` is another address"));
    }
    if is_ahead(claims.iat, request.now_secs) {
        return Err(Unacceptable("its `iat` is ahead of time"));
    }
    if claims.iat < request.now_secs.saturating_sub(MAX_AGE_SECS) {
        return Err(Unacceptable("its `iat` is too long ago"));
    }
    if let Some(token) = request.access_token {
        let hash = base64url::encode(Sha256::digest(token));
        let ath = claims
            .ath
            .as_deref()
            .ok_or(Unacceptable("it has no `ath`"))?;
        if !bool::from(ath.as_bytes().ct_eq(hash.as_bytes())) {
            return Err(Unacceptable("its `ath` is another token's"));
        }
    }
    Ok((key, claims))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::ErrorCode;
    use crate::jose::SigningKey;

    /// RFC 9449 §4.1, figure 2.
    const EXAMPLE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";

    const URL: &str = "https://id.example.com/oauth/token";
    const NOW: i64 = 1_800_000_000;

    fn nonces() -> Nonces {
        Nonces::new([1; 32], 60)
    }

    fn key() -> SigningKey {
        SigningKey::generate(Algorithm::EdDsa, &[3; 32]).unwrap()
    }

    fn header() -> Value {
        json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": {
            "kty": "OKP", "crv": "Ed25519", "x": key().jwk().to_json()["x"],
        }})
    }

    fn claims() -> Value {
        json!({"jti": "j", "htm": "POST", "htu": URL, "iat": NOW})
    }

    fn sign(header: &Value, claims: &Value) -> String {
        let [header, claims] = [header, claims].map(|part| base64url::encode(part.to_string()));
        let input = format!("{header}.{claims}");
        let signature = base64url::encode(key().sign(input.as_bytes()));
        format!("{input}.{signature}")
    }

    fn checked(proof: &str, access_token: Option<&str>) -> Result<Proof, OAuthError> {
        let nonces = nonces();
        let request = ProofRequest {
            method: "POST",
            url: URL,
            now_secs: NOW,
            access_token,
            nonces: NonceRule::Optional(&nonces),
        };
        check(&[proof], &request).map(Option::unwrap)
    }

    #[track_caller]
    fn err(header: &Value, claims: &Value, reason: &str) {
        let error = checked(&sign(header, claims), None).unwrap_err();
        assert_eq!(error.description, reason);
        assert_eq!(error.code, ErrorCode::InvalidDpopProof);
        assert_eq!(error.status, 400);
    }

    fn with(mut object: Value, member: &str, value: Value) -> Value {
        object[member] = value;
        object
    }

    #[test]
    fn the_example_of_rfc_9449_holds() {
        let nonces = nonces();
        let request = ProofRequest {
            method: "POST",
            url: "https://server.example.com/token",
            now_secs: 1_562_262_620,
            access_token: None,
            nonces: NonceRule::Optional(&nonces),
        };
        let proof = check(&[EXAMPLE], &request).unwrap().unwrap();
        // RFC 9449 §6.1, figure 10: the thumbprint of that key.
        assert_eq!(proof.jkt, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn a_proof_yields_the_key_and_what_is_used_once() {
        let proof = checked(&sign(&header(), &claims()), None).unwrap();
        assert_eq!(proof.jkt, key().public().thumbprint());
        assert_eq!(proof.jti.until_secs, NOW + 130);
        let same = checked(
            &sign(&header(), &with(claims(), "iat", json!(NOW - 1))),
            None,
        );
        assert_eq!(same.unwrap().jti.id, proof.jti.id);
        let other = checked(&sign(&header(), &with(claims(), "jti", json!("k"))), None);
        assert_ne!(other.unwrap().jti.id, proof.jti.id);
        let ed = with(header(), "alg", json!("Ed25519"));
        assert!(checked(&sign(&ed, &claims()), None).is_ok());
    }

    #[test]
    fn no_header_field_is_no_proof_and_two_are_an_error() {
        let nonces = nonces();
        let request = ProofRequest {
            method: "POST",
            url: URL,
            now_secs: NOW,
            access_token: None,
            nonces: NonceRule::Required(&nonces),
        };
        assert_eq!(check(&[], &request), Ok(None));
        let proof = sign(&header(), &claims());
        let error = check(&[&proof, &proof], &request).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidDpopProof);
    }

    /// Attack case 23.
    #[test]
    fn err_wrong_type_algorithm_or_key() {
        let typ = "its `typ` is not `dpop+jwt`";
        err(&with(header(), "typ", json!("JWT")), &claims(), typ);
        err(&with(header(), "typ", Value::Null), &claims(), typ);
        let alg = "its `alg` is not allowed here";
        for name in ["none", "HS256", "RS256"] {
            err(&with(header(), "alg", json!(name)), &claims(), alg);
        }
        err(
            &with(header(), "alg", json!("ES256")),
            &claims(),
            "its signature is not its key's",
        );
        let mut private = header();
        private["jwk"]["d"] = json!("AAAA");
        err(&private, &claims(), "the JWK has private members");
        let oct = json!({"kty": "oct", "k": "AAAA"});
        err(
            &with(header(), "jwk", oct),
            &claims(),
            "the JWK has private members",
        );
        err(
            &with(header(), "jwk", Value::Null),
            &claims(),
            "its header has no `jwk`",
        );
        let other = SigningKey::generate(Algorithm::EdDsa, &[4; 32]).unwrap();
        err(
            &with(header(), "jwk", other.jwk().to_json()),
            &claims(),
            "its signature is not its key's",
        );
        err(
            &with(header(), "crit", json!(["htm"])),
            &claims(),
            "its header has `crit`, of which nothing is supported",
        );
    }

    /// Attack case 23.
    #[test]
    fn err_wrong_method_address_or_time() {
        let check = |member: &str, value: Value, reason: &str| {
            err(&header(), &with(claims(), member, value), reason);
        };
        check("htm", json!("GET"), "its `htm` is another method");
        check("htm", json!("post"), "its `htm` is another method");
        let htu = "its `htu` is another address";
        check("htu", json!("https://id.example.com/oauth/revoke"), htu);
        check("htu", json!("http://id.example.com/oauth/token"), htu);
        check("htu", json!("https://evil.example/oauth/token"), htu);
        check("htu", json!("/oauth/token"), htu);
        check("iat", json!(NOW + 60), "its `iat` is ahead of time");
        check("iat", json!(NOW - 121), "its `iat` is too long ago");
        check("jti", json!(""), "its `jti` is empty");
        for member in ["jti", "htm", "htu", "iat"] {
            let missing = "a claim is missing, or not what it should be";
            check(member, Value::Null, missing);
        }
        let ok = |member: &str, value: Value| {
            assert!(checked(&sign(&header(), &with(claims(), member, value)), None).is_ok());
        };
        ok("iat", json!(NOW + 10));
        ok("iat", json!(NOW - 120));
        ok("htu", json!("HTTPS://id.example.com:443/oauth/token?a=b#c"));
    }

    /// RFC 9449 §7.1, figure 13: the hash of a token.
    #[test]
    fn ath_is_the_hash_of_the_token() {
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        let ath = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";
        let proof = sign(&header(), &with(claims(), "ath", json!(ath)));
        assert!(checked(&proof, Some(token)).is_ok());
        let error = checked(&proof, Some("other")).unwrap_err();
        assert_eq!(error.description, "its `ath` is another token's");
        let error = checked(&sign(&header(), &claims()), Some(token)).unwrap_err();
        assert_eq!(error.description, "it has no `ath`");
    }

    /// Attack case 23.
    #[test]
    fn a_nonce_is_asked_for_when_all_else_is_right() {
        let nonces = nonces();
        let request = |nonces| ProofRequest {
            method: "POST",
            url: URL,
            now_secs: NOW,
            access_token: None,
            nonces,
        };
        let (required, optional) = (
            request(NonceRule::Required(&nonces)),
            request(NonceRule::Optional(&nonces)),
        );
        let bare = sign(&header(), &claims());
        let error = check(&[&bare], &required).unwrap_err();
        assert_eq!((error.code, error.status), (ErrorCode::UseDpopNonce, 400));
        assert!(check(&[&bare], &optional).is_ok());
        let good = with(claims(), "nonce", json!(nonces.current(NOW)));
        assert!(check(&[&sign(&header(), &good)], &required).is_ok());
        let old = with(claims(), "nonce", json!(nonces.current(NOW - 180)));
        let old = sign(&header(), &old);
        for request in [&required, &optional] {
            let error = check(&[&old], request).unwrap_err();
            assert_eq!(error.code, ErrorCode::UseDpopNonce);
        }
        let wrong = sign(&header(), &with(good, "htm", json!("GET")));
        let error = check(&[&wrong], &required).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidDpopProof);
    }

    proptest! {
        #[test]
        fn never_panics(header: String, claims: String, text: String) {
            let _ = checked(&text, Some(&text));
            let [header, claims] = [header, claims].map(base64url::encode);
            let _ = checked(&format!("{header}.{claims}.AAAA"), None);
        }
    }
}
