//! One SQLite connection: opened at first use, with the settings that Spin gives it.

use std::{path::PathBuf, thread::sleep, time::Duration};

use rusqlite::{
    Statement, ffi,
    hooks::{AuthAction, AuthContext, Authorization},
    params_from_iter,
    types::{Value as Bound, ValueRef},
};

use crate::bindings::spin::sqlite::sqlite::{Error, RowResult, Value};

/// A connection to the file at `path`, not yet opened.
pub(crate) struct Lazy {
    path: PathBuf,
    open: Option<rusqlite::Connection>,
}

impl Lazy {
    /// A connection that will open the file at `path`.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    /// The connection, opened if this is its first use.
    pub(crate) fn get(&mut self) -> Result<&rusqlite::Connection, Error> {
        match &mut self.open {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(open(&self.path).map_err(io)?)),
        }
    }
}

fn open(path: &PathBuf) -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.busy_handler(Some(wait_while_busy))?;
    connection.authorizer(Some(authorize));
    // rusqlite's own number, and so Spin's.
    connection.set_prepared_statement_cache_capacity(16);
    Ok(connection)
}

/// No other file may be attached; `VACUUM` attaches a temporary one without a name.
fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Attach {
            filename: "" | ":memory:",
        } => Authorization::Allow,
        AuthAction::Attach { .. }
        | AuthAction::Unknown {
            code: ffi::SQLITE_ATTACH,
            ..
        } => Authorization::Deny,
        _ => Authorization::Allow,
    }
}

/// SQLite's own five-second busy timeout, except that other requests go on meanwhile: statements
/// run on the threads that serve requests.
fn wait_while_busy(attempt: i32) -> bool {
    const FIRST_MS: [u64; 11] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50];
    const THEN_MS: u64 = 100;
    const TIMEOUT_MS: u64 = 5_000;
    let attempt = usize::try_from(attempt).unwrap_or_default();
    let (waited, next) = match FIRST_MS.get(attempt) {
        Some(next) => (FIRST_MS.iter().take(attempt).sum(), *next),
        None => {
            let more = u64::try_from(attempt - FIRST_MS.len()).unwrap_or(u64::MAX);
            (
                FIRST_MS.iter().sum::<u64>() + more.saturating_mul(THEN_MS),
                THEN_MS,
            )
        }
    };
    let next = next.min(TIMEOUT_MS.saturating_sub(waited));
    if next > 0 {
        tokio::task::block_in_place(|| sleep(Duration::from_millis(next)));
    }
    next > 0
}

/// The names of a statement's columns.
pub(crate) fn column_names(statement: &Statement<'_>) -> Vec<String> {
    statement
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Runs `statement` and hands each row to `emit`, until that says stop.
pub(crate) fn step(
    statement: &mut Statement<'_>,
    parameters: Vec<Value>,
    mut emit: impl FnMut(RowResult) -> bool,
) -> Result<(), Error> {
    let columns = statement.column_count();
    let mut rows = statement
        .query(params_from_iter(parameters.into_iter().map(bound)))
        .map_err(io)?;
    while let Some(row) = rows.next().map_err(io)? {
        let values = (0..columns)
            .map(|column| value(row.get_ref(column).map_err(io)?))
            .collect::<Result<_, _>>()?;
        if !emit(RowResult { values }) {
            break;
        }
    }
    Ok(())
}

fn bound(value: Value) -> Bound {
    match value {
        Value::Null => Bound::Null,
        Value::Integer(integer) => Bound::Integer(integer),
        Value::Real(real) => Bound::Real(real),
        Value::Text(text) => Bound::Text(text),
        Value::Blob(blob) => Bound::Blob(blob),
    }
}

fn value(value: ValueRef<'_>) -> Result<Value, Error> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => Value::Text(String::from_utf8(text.to_vec()).map_err(io)?),
        ValueRef::Blob(blob) => Value::Blob(blob.to_vec()),
    })
}

/// SQLite's message is all that a guest gets.
pub(crate) fn io(error: impl std::fmt::Display) -> Error {
    Error::Io(error.to_string())
}
