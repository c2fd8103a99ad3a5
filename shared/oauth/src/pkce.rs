//! Proof key for code exchange: whoever redeems a code is whoever asked for it. Only `S256`.
//!
//! [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{OAuthError, base64url};

/// The one `code_challenge_method`. `plain` would show the verifier to whoever sees the request.
pub const METHOD: &str = "S256";

/// What the authorization request carries: the SHA-256 of a verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method`.
    ///
    /// # Errors
    /// `invalid_request` without a challenge, with one of another length, and for `plain`, which is what no method means.
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Self, OAuthError> {
        let challenge = challenge
            .ok_or_else(|| OAuthError::invalid_request("parameter `code_challenge` is missing"))?;
        if method != Some(METHOD) {
            return Err(OAuthError::invalid_request(
                "parameter `code_challenge_method` must be `S256`",
            ));
        }
        if base64url::decode_array::<32>(challenge).is_none() {
            return Err(OAuthError::invalid_request(
                "parameter `code_challenge` must be a SHA-256 in base64url",
            ));
        }
        Ok(Self(challenge.to_owned()))
    }

    /// As it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// > BASE64URL-ENCODE(SHA256(ASCII(code_verifier))) == code_challenge
    #[must_use]
    pub fn matches(&self, verifier: &CodeVerifier) -> bool {
        let hash = base64url::encode(Sha256::digest(&verifier.0));
        hash.as_bytes().ct_eq(self.0.as_bytes()).into()
    }
}

/// What the token request carries.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeVerifier(String);

impl CodeVerifier {
    /// > code-verifier = 43*128unreserved
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn parse(verifier: &str) -> Result<Self, OAuthError> {
        let is_unreserved =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if (43..=128).contains(&verifier.len()) && verifier.bytes().all(is_unreserved) {
            Ok(Self(verifier.to_owned()))
        } else {
            Err(OAuthError::invalid_request(
                "parameter `code_verifier` must be 43 to 128 letters, digits and `-._~`",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ErrorCode;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_rfc_7636_matches_and_no_other() {
        let challenge = CodeChallenge::parse(Some(CHALLENGE), Some("S256")).unwrap();
        assert!(challenge.matches(&CodeVerifier::parse(VERIFIER).unwrap()));
        assert!(!challenge.matches(&CodeVerifier::parse(CHALLENGE).unwrap()));
    }

    /// Attack case 3.
    #[test]
    fn err_no_challenge_plain_or_another_length() {
        for (challenge, method) in [
            (None, None),
            (None, Some("S256")),
            (Some(CHALLENGE), None),
            (Some(CHALLENGE), Some("plain")),
            (Some(CHALLENGE), Some("s256")),
            (Some(&CHALLENGE[1..]), Some("S256")),
            (Some("x"), Some("S256")),
        ] {
            let code = CodeChallenge::parse(challenge, method).map_err(|error| error.code);
            assert_eq!(code, Err(ErrorCode::InvalidRequest));
        }
    }

    #[test]
    fn err_verifiers_of_another_length_or_alphabet() {
        assert!(CodeVerifier::parse(&"a".repeat(43)).is_ok());
        assert!(CodeVerifier::parse(&"~".repeat(128)).is_ok());
        for verifier in [
            "a".repeat(42),
            "a".repeat(129),
            format!("{VERIFIER}+"),
            format!("{VERIFIER} "),
        ] {
            assert!(CodeVerifier::parse(&verifier).is_err());
        }
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = CodeChallenge::parse(Some(&text), Some("S256"));
            let _ = CodeVerifier::parse(&text);
        }
    }
}
