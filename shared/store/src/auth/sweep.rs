//! Forgetting what has expired.

use rollcall_core::Timestamp;

use crate::error::StoreError;
use crate::procedures::SWEEP;
use crate::sql::Database;
use crate::store::Store;

/// The tables that [`Store::sweep`] empties.
const TABLES: [&str; 7] = [
    "used_token",
    "access_token",
    "refresh_token",
    "auth_grant",
    "revoked_token",
    "client_secret",
    "initial_access_token",
];

impl<D: Database> Store<D> {
    /// Forgets what has expired, of all tenants and up to 500 of each kind, and says whether there was anything: if so,
    /// there may be more. Where there is nothing it is a read.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn sweep(&self, now: Timestamp) -> Result<bool, StoreError> {
        let expired = TABLES.map(|table| format!("SELECT 1 FROM {table} WHERE expires <= ?1"));
        let statement = format!(
            "SELECT EXISTS ({} UNION ALL SELECT 1 FROM deleted WHERE purge <= ?1)",
            expired.join(" UNION ALL ")
        );
        let at = now.as_micros();
        let rows = self.run(&statement, vec![at.into()]).await?;
        let is_due = rows.first().map(|row| row.integer(0)).transpose()?;
        if is_due.flatten() != Some(1) {
            return Ok(false);
        }
        self.call(
            &SWEEP,
            "INSERT INTO sweep_tokens (at) VALUES (?1)",
            vec![at.into()],
        )
        .await?;
        Ok(true)
    }
}
