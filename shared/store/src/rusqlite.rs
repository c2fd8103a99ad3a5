//! The [`Database`] port on rusqlite, as Spin sets its connections up: foreign keys on, busy time-out 5 s.

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::types::{Value as Native, ValueRef};

use crate::sql::{Database, Row, Sql, SqlError, Value};

/// A SQLite file.
pub struct File(pub PathBuf);

/// A connection to a SQLite file.
pub struct Connection(RefCell<rusqlite::Connection>);

impl Database for File {
    type Connection = Connection;

    async fn connect(&self) -> Result<Connection, SqlError> {
        let connection = rusqlite::Connection::open(&self.0).map_err(error)?;
        connection
            .busy_timeout(Duration::from_secs(5))
            .map_err(error)?;
        connection
            .pragma_update(None, "foreign_keys", true)
            .map_err(error)?;
        Ok(Connection(RefCell::new(connection)))
    }
}

impl Sql for Connection {
    async fn run(&self, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, SqlError> {
        let connection = self.0.borrow_mut();
        let mut prepared = connection.prepare_cached(statement).map_err(error)?;
        let columns = prepared.column_count();
        let parameters = rusqlite::params_from_iter(parameters.into_iter().map(native));
        let mut found = prepared.query(parameters).map_err(error)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(error)? {
            let values = (0..columns)
                .map(|index| row.get_ref(index).map(ours))
                .collect::<Result<_, _>>();
            rows.push(Row(values.map_err(error)?));
        }
        Ok(rows)
    }
}

fn native(value: Value) -> Native {
    match value {
        Value::Integer(value) => Native::Integer(value),
        Value::Real(value) => Native::Real(value),
        Value::Text(value) => Native::Text(value),
        Value::Blob(value) => Native::Blob(value),
        Value::Null => Native::Null,
    }
}

fn ours(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(value) => Value::Integer(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(value) => Value::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => Value::Blob(value.to_vec()),
        ValueRef::Null => Value::Null,
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn error(error: rusqlite::Error) -> SqlError {
    SqlError::from_message(&error.to_string())
}
