//! What an operator sets for a tenant's tokens.

use super::columns::{Columns, damaged};
use crate::error::StoreError;
use crate::sql::Row;

/// How a tenant's tokens are signed (RFC 8037 §3.1, RFC 7518 §3.4).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SigningAlgorithm {
    /// `EdDSA` with Ed25519.
    #[default]
    EdDsa,
    /// `ES256`.
    Es256,
}

impl SigningAlgorithm {
    /// The name in JOSE headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }

    /// The algorithm of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::EdDsa, Self::Es256]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }
}

/// What an operator sets for a tenant's tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TokenSettings {
    /// What the tenant's next key is for.
    pub signing_algorithm: SigningAlgorithm,
    /// How long an access token lives.
    pub access_token_secs: u32,
    /// After how many days the tenant gets a new key; 0 is never.
    pub rotation_days: u32,
}

impl Default for TokenSettings {
    /// What a tenant has when nothing is said, as the migration says, too.
    fn default() -> Self {
        Self {
            signing_algorithm: SigningAlgorithm::default(),
            access_token_secs: 600,
            rotation_days: 90,
        }
    }
}

impl TokenSettings {
    /// The columns of `tenant` that [`Self::read`] takes.
    pub(crate) const COLUMNS: &str = "signing_alg, access_token_secs, rotation_days";

    pub(super) fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            signing_algorithm: SigningAlgorithm::parse(&columns.text()?).ok_or_else(damaged)?,
            access_token_secs: columns.count()?,
            rotation_days: columns.count()?,
        })
    }

    /// Reads them from three columns starting at `first`.
    pub(crate) fn read_at(row: &Row, first: usize) -> Result<Self, StoreError> {
        Self::read(&mut Columns::after(row, first))
    }
}
