//! Who is asking: a tenant's name and the token that has to open it.

use std::fmt;

use rollcall_core::Timestamp;
use sha2::{Digest, Sha256};

use crate::credential::{Credential, live_jwt};
use crate::error::StoreError;
use crate::settings::Settings;
use crate::sql::{Row, Value};

/// The longest tenant name, in characters: what fits a DNS label.
const MAX_TENANT_NAME: usize = 63;

/// The name of a tenant, as it stands in addresses: lowercase letters, digits and inner hyphens, at most 63 of them.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TenantName(String);

impl TenantName {
    /// Reads a name; `None` when it isn't of the form above.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let fits = (1..=MAX_TENANT_NAME).contains(&name.len());
        let letters = name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let ends = !name.starts_with('-') && !name.ends_with('-');
        (fits && letters && ends).then(|| Self(name.to_owned()))
    }

    /// The tenant at the root of the address space, which always exists.
    #[must_use]
    pub fn default_tenant() -> Self {
        Self("default".to_owned())
    }

    /// Whether this is [`Self::default_tenant`].
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.0 == "default"
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The SHA-256 of a token: all that is ever kept or compared of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Hashes a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

impl From<[u8; 32]> for TokenHash {
    /// A hash that was worked out elsewhere.
    fn from(hash: [u8; 32]) -> Self {
        Self(hash)
    }
}

impl TokenHash {
    /// The hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<&TokenHash> for Value {
    fn from(hash: &TokenHash) -> Self {
        Self::Blob(hash.0.to_vec())
    }
}

/// A caller's claim to a tenant. Every call of the store checks it in the statement that does the work, so a token that
/// was revoked a moment ago opens nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// The tenant that the address names.
    pub tenant: TenantName,
    /// The token that came with the request.
    pub token: Credential,
}

/// A caller, the settings that it is served by, and the time.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'c> {
    /// Who asks.
    pub access: &'c Access,
    /// What the work is done by. The store checks that it still holds.
    pub settings: &'c Settings,
    /// Now.
    pub now: Timestamp,
}

/// The first common table expression of every read: one row, with the tenant's number and the revision of its settings,
/// when the token opens the tenant. Parameters 1 to 3 are [`parameters`].
pub(crate) const fn open(access: &Access) -> &'static str {
    match access.token {
        Credential::Provisioning(_) => {
            "open(tenant, revision) AS (SELECT tenant, revision FROM access \
             WHERE hash = ?2 AND name = ?1 AND (expires IS NULL OR expires > ?3))"
        }
        Credential::Opaque(_) => {
            "open(tenant, revision) AS (SELECT t.id, t.revision \
             FROM tenant t CROSS JOIN live_access_token a ON a.tenant = t.id AND a.hash = ?2 \
             WHERE t.name = ?1 AND a.expires > ?3)"
        }
        Credential::Jwt(_) => JWT,
    }
}

/// [`open`] for a JWT.
const JWT: &str = concat!(
    "open(tenant, revision) AS (SELECT t.id, t.revision \
     FROM tenant t CROSS JOIN client c ON c.tenant = t.id WHERE t.name = ?1 AND ",
    live_jwt!("c", "?2"),
    ")"
);

/// The parameters of [`open`].
pub(crate) fn parameters(access: &Access, now: Timestamp) -> Vec<Value> {
    vec![
        access.tenant.as_str().into(),
        access.token.value(),
        now.as_micros().into(),
    ]
}

/// The first row of a read, whose first column is the revision in [`open`].
///
/// # Errors
/// [`StoreError::Unauthenticated`] when there is none; [`StoreError::Reconfigured`] when it is another revision.
pub(crate) fn opened<'r>(rows: &'r [Row], caller: &Caller<'_>) -> Result<&'r Row, StoreError> {
    let first = rows.first().ok_or(StoreError::Unauthenticated)?;
    if first.integer(0)? == Some(caller.settings.revision) {
        Ok(first)
    } else {
        Err(StoreError::Reconfigured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenant_names() {
        for name in ["a", "acme", "acme-2", "0", &"x".repeat(63)] {
            assert!(TenantName::parse(name).is_some(), "{name}");
        }
        for name in [
            "",
            "-a",
            "a-",
            "Acme",
            "a.b",
            "a/b",
            "é",
            "a b",
            &"x".repeat(64),
        ] {
            assert!(TenantName::parse(name).is_none(), "{name}");
        }
    }
}
