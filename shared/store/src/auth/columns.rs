//! Reading the columns of a row one after the other.

use rollcall_core::Timestamp;

use crate::access::TokenHash;
use crate::error::StoreError;
use crate::sql::Row;

/// A row, and the column that is read next. What is not of the expected type is damage.
pub(super) struct Columns<'r> {
    row: &'r Row,
    next: usize,
}

impl<'r> Columns<'r> {
    pub(super) const fn of(row: &'r Row) -> Self {
        Self { row, next: 0 }
    }

    /// From the column of that number on.
    pub(super) const fn after(row: &'r Row, next: usize) -> Self {
        Self { row, next }
    }

    /// Passes over a column.
    pub(super) const fn skip(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// Whether the next column is NULL; it stays the next.
    pub(super) fn is_null(&self) -> bool {
        self.row.0.get(self.next) == Some(&crate::sql::Value::Null)
    }

    pub(super) fn optional_text(&mut self) -> Result<Option<String>, StoreError> {
        Ok(self.row.text(self.skip())?.map(str::to_owned))
    }

    pub(super) fn text(&mut self) -> Result<String, StoreError> {
        self.optional_text()?.ok_or_else(damaged)
    }

    pub(super) fn optional_integer(&mut self) -> Result<Option<i64>, StoreError> {
        Ok(self.row.integer(self.skip())?)
    }

    pub(super) fn integer(&mut self) -> Result<i64, StoreError> {
        self.optional_integer()?.ok_or_else(damaged)
    }

    pub(super) fn count(&mut self) -> Result<u32, StoreError> {
        u32::try_from(self.integer()?).map_err(|_| damaged())
    }

    pub(super) fn is_set(&mut self) -> Result<bool, StoreError> {
        Ok(self.integer()? != 0)
    }

    pub(super) fn optional_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.optional_integer()?.map(Timestamp::from_micros))
    }

    pub(super) fn time(&mut self) -> Result<Timestamp, StoreError> {
        self.optional_time()?.ok_or_else(damaged)
    }

    pub(super) fn blob(&mut self) -> Result<Option<&'r [u8]>, StoreError> {
        Ok(self.row.blob(self.skip())?)
    }

    /// Hashes that stand in one column in hexadecimal, one after the other.
    pub(super) fn hashes(&mut self) -> Result<Vec<TokenHash>, StoreError> {
        let digits = self.row.text(self.skip())?.unwrap_or_default();
        let hashes = digits.as_bytes().chunks(64);
        let hashes = hashes.map(|digits| Some(TokenHash::from(from_hex(digits)?)));
        hashes.collect::<Option<_>>().ok_or_else(damaged)
    }

    /// The id of a person, and the epoch that is meant.
    pub(super) fn person(&mut self) -> Result<Option<(String, i64)>, StoreError> {
        Ok(self.optional_text()?.zip(self.optional_integer()?))
    }
}

/// The bytes of 64 hexadecimal digits.
fn from_hex(digits: &[u8]) -> Option<[u8; 32]> {
    let digits = str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.len() == 64)?;
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}

pub(super) fn damaged() -> StoreError {
    StoreError::Backend("a row of the authorization server is damaged".into())
}
