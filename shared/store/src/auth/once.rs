//! What may be used once: assertions (RFC 7523 §3) and proofs of possession (RFC 9449 §11.1).

use rollcall_core::Timestamp;

use crate::access::{TenantName, TokenHash};
use crate::error::StoreError;
use crate::sql::Database;
use crate::store::Store;

impl<D: Database> Store<D> {
    /// Says whether this is the first use of what `hash` stands for: the hash of all that names it, such as its kind,
    /// its issuer and its `jti`. It is remembered until it expires. Of many calls at once, on any instances, one is the
    /// first.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`]: it is then not known, and must count as used.
    pub async fn use_once(
        &self,
        tenant: &TenantName,
        hash: &TokenHash,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = "INSERT INTO used_token (tenant, hash, expires) SELECT id, ?2, ?3 FROM tenant WHERE name = ?1 \
            ON CONFLICT (tenant, hash) DO UPDATE SET expires = excluded.expires WHERE used_token.expires <= ?4 \
            RETURNING 1";
        let parameters = vec![
            tenant.as_str().into(),
            hash.into(),
            expires.as_micros().into(),
            now.as_micros().into(),
        ];
        Ok(!self.run(statement, parameters).await?.is_empty())
    }
}
