//! Signature algorithms: asymmetric ones only, so that no key can be taken for a shared secret.
//!
//! [RFC 7518 §3](https://www.rfc-editor.org/rfc/rfc7518#section-3),
//! [RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)

/// How a JWT is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519 (RFC 8037).
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256. It is verified, never made.
    Rs256,
}

impl Algorithm {
    /// Reads `alg`. Ed25519 has two names, the second from RFC 9864.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            "ES256" => Some(Self::Es256),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }

    pub(super) const fn to_jsonwebtoken(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_symmetric_algorithm_and_no_none() {
        for text in ["none", "None", "", "HS256", "HS512", "eddsa", "ES256K"] {
            assert_eq!(Algorithm::parse(text), None, "{text}");
        }
        for algorithm in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256] {
            assert_eq!(Algorithm::parse(algorithm.as_str()), Some(algorithm));
        }
    }
}
