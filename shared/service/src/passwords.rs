//! Passwords: only their hashes are kept.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rollcall_store::Database;

use crate::ctx::Ctx;
use crate::error::Error;

/// Hashes that have been worked out for a request: it takes long, and need be done once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hashes(RefCell<BTreeMap<String, String>>);

impl Hashes {
    /// The hash of a password.
    ///
    /// # Errors
    /// 400 `invalidValue` when it is none that could be typed; 503 when it cannot be hashed now.
    pub async fn hash<D: Database>(&self, ctx: &Ctx<D>, password: &str) -> Result<String, Error> {
        if let Some(known) = self.0.borrow().get(password) {
            return Ok(known.clone());
        }
        let hash = ctx.passwords.hash(password).await?;
        let mut known = self.0.borrow_mut();
        known.insert(password.to_owned(), hash.clone());
        Ok(hash)
    }
}
