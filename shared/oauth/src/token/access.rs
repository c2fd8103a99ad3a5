//! Access tokens as JWTs.
//!
//! [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068)

use serde::{Deserialize, Serialize};

use super::{Actor, Link};
use crate::jose::{Audience, Compact, KeyError, SigningKey};
use crate::window::is_ahead;
use crate::{OAuthError, Scope};

/// The longest access token, in bytes: header fields have to carry it.
pub const MAX_ACCESS_TOKEN_BYTES: usize = 8 * 1024;

/// The `typ` of an access token. An ID token has another one, and is none.
const TYP: &str = "at+jwt";

/// The claims of an access token (RFC 9068 §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who issued it.
    pub iss: String,
    /// The person, or the client where no person is behind it.
    pub sub: String,
    /// For whom it is.
    pub aud: Audience,
    /// Until when it is valid.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// Its name.
    pub jti: String,
    /// The client that it was issued to.
    pub client_id: String,
    /// What it permits.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// The key that it is bound to (RFC 9449 §6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// Who acts for the subject (RFC 8693 §4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// Private: the epochs of client and person when it was issued, in microseconds. It ends when one of them changes.
    pub epoch: Vec<i64>,
    /// Private: the grant that it ends with, if it was issued by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// Private: what else it ends with, if it was made from other tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// From when it is valid. Tokens that are issued here do without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
}

/// What must be proved to use a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The thumbprint of the key (RFC 9449 §6.1).
    pub jkt: String,
}

/// Why an access token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not one of ours: another type, algorithm, key or issuer, a wrong signature, or no JWT at all.
    #[error("the access token is not one of this issuer")]
    NotOurs,
    /// Its time is over.
    #[error("the access token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the access token is not valid yet")]
    NotYet,
    /// It is for someone else.
    #[error("the access token is for another audience")]
    Audience,
}

impl From<TokenError> for OAuthError {
    fn from(error: TokenError) -> Self {
        Self::invalid_token(error.to_string())
    }
}

impl AccessClaims {
    /// Writes and signs the token.
    ///
    /// # Errors
    /// [`KeyError::NotSigned`] when it would be longer than is accepted.
    pub fn sign(&self, key: &SigningKey) -> Result<String, KeyError> {
        let token = key.encode(TYP, self)?;
        if token.len() > MAX_ACCESS_TOKEN_BYTES {
            return Err(KeyError::NotSigned);
        }
        Ok(token)
    }

    /// Reads a token of ours, and believes it if one of these keys signed it.
    ///
    /// That neither it nor whom it hangs on was revoked is for the store to say.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(
        token: &str,
        keys: &[SigningKey],
        issuer: &str,
        now_secs: i64,
    ) -> Result<Self, TokenError> {
        let token =
            Compact::parse(token, MAX_ACCESS_TOKEN_BYTES).map_err(|_| TokenError::NotOurs)?;
        // > The resource server MUST verify that the "typ" header value is "at+jwt" […] and reject tokens carrying any
        // > other value.
        if token.header.typ.as_deref() != Some(TYP) {
            return Err(TokenError::NotOurs);
        }
        // The key is one of these or none, whatever else the header says.
        let kid = token.header.kid.as_deref().ok_or(TokenError::NotOurs)?;
        let signed = keys.iter().any(|key| {
            key.kid() == kid
                && key.algorithm().as_str() == token.header.alg
                && key.has_signed(token.signing_input, token.signature)
        });
        if !signed {
            return Err(TokenError::NotOurs);
        }
        let claims: Self = token.claims().map_err(|_| TokenError::NotOurs)?;
        if claims.iss != issuer {
            return Err(TokenError::NotOurs);
        }
        if claims.exp <= now_secs {
            return Err(TokenError::Expired);
        }
        if is_ahead(claims.iat, now_secs) || claims.nbf.is_some_and(|at| is_ahead(at, now_secs)) {
            return Err(TokenError::NotYet);
        }
        Ok(claims)
    }

    /// The key that a token names. Nothing of it has been checked.
    #[must_use]
    pub fn kid(token: &str) -> Option<String> {
        Compact::parse(token, MAX_ACCESS_TOKEN_BYTES)
            .ok()?
            .header
            .kid
    }

    /// Checks that the token is for one of these.
    ///
    /// # Errors
    /// [`TokenError::Audience`].
    pub fn check_audience<'a>(
        &self,
        mut accepted: impl Iterator<Item = &'a str>,
    ) -> Result<(), TokenError> {
        if accepted.any(|one| self.aud.contains(one)) {
            Ok(())
        } else {
            Err(TokenError::Audience)
        }
    }

    /// The thumbprint of the key that it is bound to.
    #[must_use]
    pub fn jkt(&self) -> Option<&str> {
        self.cnf.as_ref().map(|cnf| cnf.jkt.as_str())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::base64url;
    use crate::jose::Algorithm;

    const ISSUER: &str = "https://id.example.com/t/acme";
    const NOW: i64 = 1_800_000_000;

    pub(crate) fn claims() -> AccessClaims {
        AccessClaims {
            iss: ISSUER.to_owned(),
            sub: "client-1".to_owned(),
            aud: Audience(vec!["https://api.example.com/".to_owned()]),
            exp: NOW + 600,
            iat: NOW,
            jti: "jti-1".to_owned(),
            client_id: "client-1".to_owned(),
            scope: Scope::parse("scim:read").unwrap(),
            cnf: None,
            act: None,
            epoch: vec![1],
            grant: None,
            links: Vec::new(),
            nbf: None,
        }
    }

    fn key(algorithm: Algorithm) -> SigningKey {
        SigningKey::generate(algorithm, &[3; 32]).unwrap()
    }

    fn keys() -> [SigningKey; 2] {
        [key(Algorithm::EdDsa), key(Algorithm::Es256)]
    }

    fn verify(token: &str) -> Result<AccessClaims, TokenError> {
        AccessClaims::verify(token, &keys(), ISSUER, NOW)
    }

    fn parts(token: &str) -> (Value, &str, &str) {
        let mut parts = token.split('.');
        let header = base64url::decode(parts.next().unwrap()).unwrap();
        let header = serde_json::from_slice(&header).unwrap();
        (header, parts.next().unwrap(), parts.next().unwrap())
    }

    /// A token whose header was written by someone else, with the old signature and one by `signer`.
    fn with_header(header: &Value, signer: Option<&SigningKey>) -> String {
        let token = claims().sign(&keys()[0]).unwrap();
        let (_, payload, signature) = parts(&token);
        let input = format!("{}.{payload}", base64url::encode(header.to_string()));
        match signer {
            None => format!("{input}.{signature}"),
            Some(signer) => {
                let signature = base64url::encode(signer.sign(input.as_bytes()));
                format!("{input}.{signature}")
            }
        }
    }

    #[test]
    fn a_signed_token_verifies_and_says_what_it_is() {
        for key in keys() {
            let token = claims().sign(&key).unwrap();
            assert_eq!(verify(&token), Ok(claims()));
            let (header, _, _) = parts(&token);
            assert_eq!(
                header,
                json!({"typ": "at+jwt", "alg": key.algorithm().as_str(), "kid": key.kid()})
            );
        }
    }

    #[test]
    fn claims_are_written_as_rfc_9068_says() {
        let mut claims = claims();
        claims.cnf = Some(Confirmation {
            jkt: "thumb".to_owned(),
        });
        claims.act = Actor::after("client-2", None);
        assert_eq!(
            serde_json::to_value(&claims).unwrap(),
            json!({
                "iss": ISSUER, "sub": "client-1", "aud": "https://api.example.com/", "exp": NOW + 600, "iat": NOW,
                "jti": "jti-1", "client_id": "client-1", "scope": "scim:read", "epoch": [1],
                "cnf": {"jkt": "thumb"}, "act": {"sub": "client-2"},
            })
        );
        let again: AccessClaims =
            serde_json::from_value(serde_json::to_value(&claims).unwrap()).unwrap();
        assert_eq!(again, claims);
    }

    /// Attack case 19.
    #[test]
    fn err_a_header_that_was_tampered_with() {
        let kid = keys()[0].kid().to_owned();
        let own = |alg: &str| json!({"typ": "at+jwt", "alg": alg, "kid": kid});
        for alg in ["none", "HS256", "ES256", "RS256", "Ed25519", "eddsa"] {
            assert_eq!(
                verify(&with_header(&own(alg), None)),
                Err(TokenError::NotOurs),
                "{alg}"
            );
        }
        for kid in [
            "",
            "../../etc/passwd",
            "x' OR 1=1 --",
            "https://evil.example/jwks",
        ] {
            let header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid});
            assert_eq!(
                verify(&with_header(&header, Some(&keys()[0]))),
                Err(TokenError::NotOurs)
            );
        }
        let no_kid = json!({"typ": "at+jwt", "alg": "EdDSA"});
        assert_eq!(
            verify(&with_header(&no_kid, Some(&keys()[0]))),
            Err(TokenError::NotOurs)
        );
    }

    /// Attack case 19: HS256 with the public key as the secret.
    #[test]
    fn err_an_hmac_with_the_public_key() {
        use hmac::{Hmac, KeyInit, Mac};
        let key = &keys()[0];
        let header = json!({"typ": "at+jwt", "alg": "HS256", "kid": key.kid()});
        let token = with_header(&header, None);
        let (input, _) = token.rsplit_once('.').unwrap();
        let secret = key.jwk().to_json().to_string();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(input.as_bytes());
        let signature = base64url::encode(mac.finalize().into_bytes());
        assert_eq!(
            verify(&format!("{input}.{signature}")),
            Err(TokenError::NotOurs)
        );
    }

    /// Attack case 19: the key that signed comes along with the token.
    #[test]
    fn err_a_key_that_the_token_brings() {
        let foreign = SigningKey::from_secret(Algorithm::EdDsa, keys()[0].kid(), &[9; 32]).unwrap();
        for (member, value) in [
            ("jwk", foreign.jwk().to_json()),
            ("jku", json!("https://evil.example/jwks")),
            ("x5u", json!("https://evil.example/cert")),
        ] {
            let mut header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": foreign.kid()});
            header[member] = value;
            let token = with_header(&header, Some(&foreign));
            assert_eq!(verify(&token), Err(TokenError::NotOurs), "{member}");
        }
    }

    /// Attack case 19: `crit`, also under our own signature.
    #[test]
    fn err_crit() {
        let key = &keys()[0];
        let header =
            json!({"typ": "at+jwt", "alg": "EdDSA", "kid": key.kid(), "crit": ["exp"], "exp": 1});
        assert_eq!(
            verify(&with_header(&header, Some(key))),
            Err(TokenError::NotOurs)
        );
    }

    /// Attack case 19: another token of ours, an ID token say, as access token.
    #[test]
    fn err_another_type_of_token() {
        let key = &keys()[0];
        for typ in [
            "JWT",
            "AT+JWT",
            "application/at+jwt",
            "token-introspection+jwt",
            "",
        ] {
            let token = key.encode(typ, &claims()).unwrap();
            assert_eq!(verify(&token), Err(TokenError::NotOurs), "{typ}");
        }
        let header = json!({"alg": "EdDSA", "kid": key.kid()});
        assert_eq!(
            verify(&with_header(&header, Some(key))),
            Err(TokenError::NotOurs)
        );
    }

    /// Attack case 19: wrong issuer and audience.
    #[test]
    fn err_another_issuer_or_audience() {
        let token = claims().sign(&keys()[0]).unwrap();
        let other = AccessClaims::verify(&token, &keys(), "https://id.example.com", NOW);
        assert_eq!(other, Err(TokenError::NotOurs));
        let claims = claims();
        let accepted = ["https://other.example.com/", "https://api.example.com/"];
        assert_eq!(claims.check_audience(accepted.into_iter()), Ok(()));
        assert_eq!(
            claims.check_audience(["https://api.example.com"].into_iter()),
            Err(TokenError::Audience)
        );
    }

    /// Attack case 22.
    #[test]
    fn ten_seconds_ahead_is_accepted_and_sixty_are_not() {
        let check = |iat: i64, nbf: Option<i64>, exp: i64| {
            let claims = AccessClaims {
                iat: NOW + iat,
                nbf: nbf.map(|nbf| NOW + nbf),
                exp: NOW + exp,
                ..claims()
            };
            verify(&claims.sign(&keys()[0]).unwrap()).map(|_| ())
        };
        assert_eq!(check(10, Some(10), 600), Ok(()));
        assert_eq!(check(60, None, 600), Err(TokenError::NotYet));
        assert_eq!(check(0, Some(60), 600), Err(TokenError::NotYet));
        assert_eq!(check(-600, None, 1), Ok(()));
        assert_eq!(check(-600, None, 0), Err(TokenError::Expired));
    }

    #[test]
    fn err_a_changed_or_endless_token() {
        let token = claims().sign(&keys()[0]).unwrap();
        for at in (0..token.len()).step_by(7) {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(verify(&changed), Err(TokenError::NotOurs), "{at}");
        }
        assert_eq!(verify(&format!("{token}=")), Err(TokenError::NotOurs));
        assert_eq!(verify(&token[..token.len() - 1]), Err(TokenError::NotOurs));
        let long = AccessClaims {
            sub: "s".repeat(MAX_ACCESS_TOKEN_BYTES),
            ..claims()
        };
        assert_eq!(long.sign(&keys()[0]), Err(KeyError::NotSigned));
        let long = key(Algorithm::EdDsa).encode(TYP, &long).unwrap();
        assert_eq!(verify(&long), Err(TokenError::NotOurs));
    }

    proptest! {
        #[test]
        fn never_panics(text: String, claims: String) {
            let _ = verify(&text);
            let signed = keys()[0].encode(TYP, &claims).unwrap();
            prop_assert_eq!(verify(&signed), Err(TokenError::NotOurs));
        }
    }
}
