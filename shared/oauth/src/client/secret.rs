//! Whether a secret is a client's.

use subtle::{Choice, ConstantTimeEq};

use crate::token;

/// Compares a secret with the SHA-256 of those that are valid, in constant time: whether and which one matches does not
/// show in how long it takes.
#[must_use]
pub fn is_secret(secret: &str, hashes: &[[u8; 32]]) -> bool {
    let presented = token::hash(secret);
    let matches = hashes
        .iter()
        .fold(Choice::from(0), |found, hash| found | presented.ct_eq(hash));
    matches.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_of_the_valid_secrets_will_do() {
        let hashes = [token::hash("old"), token::hash("new")];
        assert!(is_secret("old", &hashes));
        assert!(is_secret("new", &hashes));
        assert!(!is_secret("other", &hashes));
        assert!(!is_secret("", &hashes));
        assert!(!is_secret("old", &[]));
    }
}
