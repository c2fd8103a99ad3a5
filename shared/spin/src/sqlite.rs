//! The store's database on Spin's SQLite.

use rollcall_store::sql::{Database, Row, Sql, SqlError, Value};
// Hidden in the SDK's documentation, but the faster way: see docs/decisions/0002-synchronous-sqlite.md.
use spin_sdk::sqlite::wit::sqlite as spin;

/// The SQLite database with the label `default`.
pub struct Sqlite;

/// One connection to it.
pub struct Connection(spin::Connection);

impl Database for Sqlite {
    type Connection = Connection;

    async fn connect(&self) -> Result<Connection, SqlError> {
        spin::Connection::open("default")
            .map(Connection)
            .map_err(error)
    }
}

impl Sql for Connection {
    async fn run(&self, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, SqlError> {
        let parameters: Vec<spin::Value> = parameters.into_iter().map(to_spin).collect();
        let result = self.0.execute(statement, &parameters).map_err(error)?;
        let rows = result.rows.into_iter();
        Ok(rows
            .map(|row| Row(row.values.into_iter().map(from_spin).collect()))
            .collect())
    }
}

fn to_spin(value: Value) -> spin::Value {
    match value {
        Value::Integer(value) => spin::Value::Integer(value),
        Value::Real(value) => spin::Value::Real(value),
        Value::Text(value) => spin::Value::Text(value),
        Value::Blob(value) => spin::Value::Blob(value),
        Value::Null => spin::Value::Null,
    }
}

fn from_spin(value: spin::Value) -> Value {
    match value {
        spin::Value::Integer(value) => Value::Integer(value),
        spin::Value::Real(value) => Value::Real(value),
        spin::Value::Text(value) => Value::Text(value),
        spin::Value::Blob(value) => Value::Blob(value),
        spin::Value::Null => Value::Null,
    }
}

fn error(error: spin::Error) -> SqlError {
    match error {
        spin::Error::Io(message) => SqlError::from_message(&message),
        other => SqlError::Other(other.to_string()),
    }
}
