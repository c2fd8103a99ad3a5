//! Tokens and secrets that mean nothing: a prefix that says what they are, and 32 random bytes. Only their SHA-256 is kept.
//!
//! The bytes cannot be guessed, so that a plain hash is enough, and looking a hash up tells nothing about another.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::base64url;

/// What an opaque token is. The prefix helps people, and tools that look for leaked secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpaqueKind {
    /// An access token.
    AccessToken,
    /// A refresh token (RFC 6749 §1.5).
    RefreshToken,
    /// A client's secret.
    ClientSecret,
    /// An authorization code (RFC 6749 §1.3.1).
    AuthorizationCode,
    /// A registration access token (RFC 7592 §3).
    RegistrationToken,
    /// An initial access token (RFC 7591 §3).
    InitialToken,
}

impl OpaqueKind {
    const ALL: [Self; 6] = [
        Self::AccessToken,
        Self::RefreshToken,
        Self::ClientSecret,
        Self::AuthorizationCode,
        Self::RegistrationToken,
        Self::InitialToken,
    ];

    /// What a token of this kind begins with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::AccessToken => "rc_at_",
            Self::RefreshToken => "rc_rt_",
            Self::ClientSecret => "rc_cs_",
            Self::AuthorizationCode => "rc_ac_",
            Self::RegistrationToken => "rc_rg_",
            Self::InitialToken => "rc_ia_",
        }
    }

    /// What kind a token is of, if it is one of ours at all: who sends anything else needs no look-up.
    #[must_use]
    pub fn of(token: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.bytes(token).is_some())
    }

    /// The bytes that [`mint`] made a token of, if it is of this kind.
    #[must_use]
    pub fn bytes(self, token: &str) -> Option<[u8; 32]> {
        base64url::decode_array(token.strip_prefix(self.prefix())?)
    }
}

/// A token of random bytes.
#[must_use]
pub fn mint(kind: OpaqueKind, random: &[u8; 32]) -> String {
    format!("{}{}", kind.prefix(), base64url::encode(random))
}

/// What is kept of a token.
#[must_use]
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The refresh token that comes after another one. It follows from it and a secret of the tenant, so that two requests that
/// race with the same token get the same successor, though only its hash is stored.
#[must_use]
pub fn successor(refresh_token: &str, secret: &[u8; 32]) -> String {
    // A key that is shorter than a block is filled with zeros.
    let mut block = hmac::digest::common::Key::<Hmac<Sha256>>::default();
    block[..32].copy_from_slice(secret);
    let mut mac = Hmac::<Sha256>::new(&block);
    mac.update(b"refresh token after ");
    mac.update(refresh_token.as_bytes());
    mint(
        OpaqueKind::RefreshToken,
        &mac.finalize().into_bytes().into(),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_says_what_it_is() {
        for kind in OpaqueKind::ALL {
            let token = mint(kind, &[5; 32]);
            assert_eq!(OpaqueKind::of(&token), Some(kind));
            assert_eq!(token.len(), 6 + 43);
            assert_eq!(OpaqueKind::of(&token[..48]), None);
            assert_eq!(OpaqueKind::of(&format!("{token}A")), None);
        }
        assert_eq!(
            mint(OpaqueKind::AccessToken, &[0; 32]),
            "rc_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        );
        assert_eq!(OpaqueKind::of("rc_at_"), None);
        assert_eq!(OpaqueKind::of(""), None);
    }

    #[test]
    fn the_hash_is_sha256() {
        // FIPS 180-2 appendix B.1
        let hex: String = hash("abc")
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_successor_follows_from_token_and_secret() {
        let first = mint(OpaqueKind::RefreshToken, &[1; 32]);
        let second = successor(&first, &[9; 32]);
        assert_eq!(second, successor(&first, &[9; 32]));
        assert_ne!(second, successor(&first, &[8; 32]));
        assert_ne!(second, successor(&second, &[9; 32]));
        assert_eq!(OpaqueKind::of(&second), Some(OpaqueKind::RefreshToken));
    }

    proptest! {
        #[test]
        fn never_panics(token: String) {
            let _ = OpaqueKind::of(&token);
        }
    }
}
