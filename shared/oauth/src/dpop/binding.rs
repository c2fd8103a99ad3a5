//! Whether a token comes with the key that it is bound to.
//!
//! [RFC 9449 §7](https://www.rfc-editor.org/rfc/rfc9449#section-7)

use super::Proof;
use crate::{OAuthError, Scheme};

/// Checks a token against the way it was sent: `jkt` is the thumbprint that it is bound to, if it is, and `proof` was
/// checked with this token as `ath`.
///
/// # Errors
/// 401 `invalid_token`, and 401 `invalid_dpop_proof` without a proof.
pub fn check_binding(
    jkt: Option<&str>,
    scheme: Scheme,
    proof: Option<&Proof>,
) -> Result<(), OAuthError> {
    match (jkt, scheme) {
        (None, Scheme::Dpop) => Err(OAuthError::invalid_token(
            "the access token is bound to no key: send it as `Bearer`",
        )),
        (None, _) => Ok(()),
        // > a resource server […] MUST NOT accept a DPoP-bound access token as a bearer token
        (Some(_), Scheme::Bearer | Scheme::Basic) => Err(OAuthError::invalid_token(
            "the access token is bound to a key: send it as `DPoP`, with a proof",
        )),
        (Some(jkt), Scheme::Dpop) => match proof {
            None => {
                Err(OAuthError::invalid_dpop_proof("header field `DPoP` is missing").at_resource())
            }
            Some(proof) if proof.jkt == jkt => Ok(()),
            Some(_) => Err(OAuthError::invalid_token(
                "the access token is bound to another key than the proof's",
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorCode, SingleUse};

    /// Attack case 23.
    #[test]
    fn a_bound_token_needs_the_proof_of_its_key() {
        let proof = Proof {
            jkt: "a".to_owned(),
            jti: SingleUse {
                id: "x".to_owned(),
                until_secs: 0,
            },
        };
        let check = |jkt, scheme, proof| {
            check_binding(jkt, scheme, proof).map_err(|error| (error.status, error.code))
        };
        assert_eq!(check(Some("a"), Scheme::Dpop, Some(&proof)), Ok(()));
        assert_eq!(check(None, Scheme::Bearer, None), Ok(()));
        let invalid_token = Err((401, ErrorCode::InvalidToken));
        assert_eq!(
            check(Some("a"), Scheme::Bearer, Some(&proof)),
            invalid_token
        );
        assert_eq!(check(Some("a"), Scheme::Bearer, None), invalid_token);
        assert_eq!(check(Some("b"), Scheme::Dpop, Some(&proof)), invalid_token);
        assert_eq!(check(None, Scheme::Dpop, Some(&proof)), invalid_token);
        assert_eq!(
            check(Some("a"), Scheme::Dpop, None),
            Err((401, ErrorCode::InvalidDpopProof))
        );
    }
}
