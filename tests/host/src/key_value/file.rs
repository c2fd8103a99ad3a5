//! Keys in an SQLite file: one connection behind a mutex, a commit per `set`.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, params};
use tokio::task::block_in_place;

use super::other;
use crate::bindings::spin::key_value::key_value::Error;

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS spin_key_value (
        store TEXT NOT NULL,
        key   TEXT NOT NULL,
        value BLOB NOT NULL,
        PRIMARY KEY (store, key)
    )";

/// The keys of one label in a file that labels may share.
pub(crate) struct File {
    label: String,
    path: PathBuf,
    connection: Mutex<Option<Connection>>,
}

impl File {
    pub(super) fn new(label: &str, path: &Path) -> Self {
        Self {
            label: label.into(),
            path: path.into(),
            connection: Mutex::default(),
        }
    }

    fn with<R>(&self, run: impl FnOnce(&Connection) -> rusqlite::Result<R>) -> Result<R, Error> {
        block_in_place(|| {
            let mut connection = self
                .connection
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let connection = match &mut *connection {
                Some(connection) => connection,
                none => none.insert(open(&self.path)?),
            };
            run(connection)
        })
        .map_err(other)
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT value FROM spin_key_value WHERE store = ? AND key = ?")?
                .query_row([&self.label, key], |row| row.get(0))
                .optional()
        })
    }

    pub(super) fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "INSERT INTO spin_key_value (store, key, value) VALUES (?, ?, ?)
                     ON CONFLICT (store, key) DO UPDATE SET value = excluded.value",
                )?
                .execute(params![self.label, key, value])
        })?;
        Ok(())
    }

    pub(super) fn delete(&self, key: &str) -> Result<(), Error> {
        self.with(|connection| {
            connection
                .prepare_cached("DELETE FROM spin_key_value WHERE store = ? AND key = ?")?
                .execute([&self.label, key])
        })?;
        Ok(())
    }

    pub(super) fn exists(&self, key: &str) -> Result<bool, Error> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT 1 FROM spin_key_value WHERE store = ? AND key = ?")?
                .exists([&self.label, key])
        })
    }

    pub(super) fn keys(&self) -> Result<Vec<String>, Error> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT key FROM spin_key_value WHERE store = ?")?
                .query_map([&self.label], |row| row.get(0))?
                .collect()
        })
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute(TABLE, [])?;
    Ok(connection)
}
