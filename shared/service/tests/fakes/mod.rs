//! Stand-ins for ports that the tests care little about.

use std::cell::Cell;

use rollcall_service::{Answer, PasswordError, Passwords, Random};

/// Numbers, one after the other.
pub struct Counting(Cell<u64>);

impl Counting {
    /// Those after this one.
    pub fn after(first: u64) -> Self {
        Self(Cell::new(first))
    }
}

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.set(self.0.get() + 1);
        for (byte, number) in bytes.iter_mut().rev().zip(self.0.get().to_le_bytes()) {
            *byte = number;
        }
    }
}

/// Nobody sends a password.
pub struct NoPasswords;

impl Passwords for NoPasswords {
    fn hash<'a>(&'a self, _: &'a str) -> Answer<'a, Result<String, PasswordError>> {
        Box::pin(async { Err(PasswordError::Unavailable("in a test".to_owned())) })
    }
}
