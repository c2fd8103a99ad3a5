//! The port to a SQL database: SQLite, or what speaks its dialect.

use thiserror::Error;

/// Opens connections to the one database of the service.
#[expect(
    async_fn_in_trait,
    reason = "components are single-threaded, so no future needs to be Send"
)]
pub trait Database {
    /// A connection of this database.
    type Connection: Sql;

    /// Opens a connection. A transaction needs one of its own, since requests share the store's.
    ///
    /// # Errors
    /// [`SqlError`] when the database cannot be reached.
    async fn connect(&self) -> Result<Self::Connection, SqlError>;
}

/// A connection: foreign keys are enforced, and a busy database is waited for.
#[expect(
    async_fn_in_trait,
    reason = "components are single-threaded, so no future needs to be Send"
)]
pub trait Sql {
    /// Runs one statement to its end and returns all of its rows. Outside a transaction it is atomic.
    ///
    /// # Errors
    /// [`SqlError`] when the statement failed; it then changed nothing.
    async fn run(&self, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, SqlError>;
}

/// A parameter or a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// A 64-bit integer.
    Integer(i64),
    /// A 64-bit floating-point number.
    Real(f64),
    /// UTF-8 text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// SQL's NULL.
    #[default]
    Null,
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The integer in column `index`, `None` for NULL.
    ///
    /// # Errors
    /// [`SqlError::Shape`] when the column is missing or holds something else.
    pub fn integer(&self, index: usize) -> Result<Option<i64>, SqlError> {
        match self.0.get(index) {
            Some(Value::Integer(value)) => Ok(Some(*value)),
            Some(Value::Null) => Ok(None),
            _ => Err(SqlError::Shape(index)),
        }
    }

    /// The bytes in column `index`, `None` for NULL.
    ///
    /// # Errors
    /// [`SqlError::Shape`] when the column is missing or holds something else.
    pub fn blob(&self, index: usize) -> Result<Option<&[u8]>, SqlError> {
        match self.0.get(index) {
            Some(Value::Blob(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            _ => Err(SqlError::Shape(index)),
        }
    }

    /// Takes the text out of column `index`, `None` for NULL.
    ///
    /// # Errors
    /// [`SqlError::Shape`] when the column is missing or holds something else.
    pub fn take_text(&mut self, index: usize) -> Result<Option<String>, SqlError> {
        match self.0.get_mut(index).map(std::mem::take) {
            Some(Value::Text(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            _ => Err(SqlError::Shape(index)),
        }
    }

    /// The text in column `index`, `None` for NULL.
    ///
    /// # Errors
    /// [`SqlError::Shape`] when the column is missing or holds something else.
    pub fn text(&self, index: usize) -> Result<Option<&str>, SqlError> {
        match self.0.get(index) {
            Some(Value::Text(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            _ => Err(SqlError::Shape(index)),
        }
    }
}

/// How much of a database's message is kept, in characters.
const MAX_MESSAGE: usize = 500;

/// Why a statement failed.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SqlError {
    /// A uniqueness constraint of the named table refused the write.
    #[error("unique constraint on {0}")]
    Unique(String),
    /// A trigger refused the write with this word, e.g. `stale`.
    #[error("refused: {0}")]
    Refused(String),
    /// Another connection held the database for longer than the busy time-out.
    #[error("the database is busy")]
    Busy,
    /// A table is missing: the migrations have not run.
    #[error("no such table")]
    NoSuchTable,
    /// A column was not there or not of the type that the caller expected.
    #[error("unexpected type in column {0}")]
    Shape(usize),
    /// Anything else, in the database's words.
    #[error("{0}")]
    Other(String),
}

impl SqlError {
    /// Reads the database's message, which is all that Spin passes on of an error.
    #[must_use]
    pub fn from_message(message: &str) -> Self {
        if let Some((_, columns)) = message.split_once("UNIQUE constraint failed: ") {
            let table = columns.split('.').next().unwrap_or_default();
            return Self::Unique(table.to_owned());
        }
        if let Some((_, word)) = message.split_once("rollcall: ") {
            let end = word
                .find(|c: char| !c.is_ascii_alphabetic() && c != ' ')
                .unwrap_or(word.len());
            return Self::Refused(word[..end].to_owned());
        }
        if message.contains("database is locked") || message.contains("database table is locked") {
            return Self::Busy;
        }
        if message.contains("no such table") {
            return Self::NoSuchTable;
        }
        // A message may repeat the whole statement.
        Self::Other(message.chars().take(MAX_MESSAGE).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: &SqlError) {
        assert_eq!(&SqlError::from_message(message), expected);
    }

    #[test]
    fn messages_of_sqlite_and_of_hosts_that_wrap_them() {
        check(
            "UNIQUE constraint failed: unique_value.path, unique_value.value",
            &SqlError::Unique("unique_value".into()),
        );
        check(
            "SQLite error: UNIQUE constraint failed: tenant.name",
            &SqlError::Unique("tenant".into()),
        );
        check("rollcall: stale", &SqlError::Refused("stale".into()));
        check(
            "Io(\"rollcall: not found\")",
            &SqlError::Refused("not found".into()),
        );
        check("database is locked", &SqlError::Busy);
        check(
            "no such table: schema_migration in SELECT at offset 20",
            &SqlError::NoSuchTable,
        );
        check("disk I/O error", &SqlError::Other("disk I/O error".into()));
    }
}
