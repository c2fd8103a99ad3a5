//! `spin:sqlite`: the synchronous calls here, the asynchronous `execute` in [`stream`].

mod connection;
mod stream;

use std::{path::PathBuf, sync::Arc};

use tokio::sync::{Mutex, OwnedMutexGuard};
use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use self::connection::{Lazy, column_names, io, step};
use crate::{
    bindings::spin::sqlite::sqlite::{
        Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
    },
    state::State,
};

/// What a guest's `connection` handle stands for: an SQLite connection of its own. A statement
/// waits for the one before it to end.
#[derive(Clone)]
pub struct Connection(Arc<Mutex<Lazy>>);

impl Connection {
    fn new(path: PathBuf) -> Self {
        Self(Arc::new(Mutex::new(Lazy::new(path))))
    }

    async fn lock(&self) -> OwnedMutexGuard<Lazy> {
        Arc::clone(&self.0).lock_owned().await
    }

    async fn query(&self, sql: &str, parameters: Vec<Value>) -> Result<QueryResult, Error> {
        let mut connection = self.lock().await;
        let mut statement = connection.get()?.prepare_cached(sql).map_err(io)?;
        let columns = column_names(&statement);
        let reads_only = statement.readonly() && !columns.is_empty();
        let mut rows = Vec::new();
        let run = || {
            step(&mut statement, parameters, |row| {
                rows.push(row);
                true
            })
        };
        // A read is over before another thread could have taken over; a write waits for the disk.
        if reads_only {
            run()?;
        } else {
            tokio::task::block_in_place(run)?;
        }
        Ok(QueryResult { columns, rows })
    }
}

type Streamed = (
    Vec<String>,
    StreamReader<RowResult>,
    FutureReader<Result<(), Error>>,
);

impl State {
    fn open_database(
        &mut self,
        label: &str,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        let Some(path) = self.component.databases.get(label) else {
            return Ok(Err(Error::AccessDenied));
        };
        Ok(Ok(self.table.push(Connection::new(path.clone()))?))
    }
}

impl Host for State {}

impl HostConnection for State {
    fn open(&mut self, database: String) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        self.open_database(&database)
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<QueryResult, Error>> {
        let connection = self.table.get(&connection)?;
        Ok(connection.query(&statement, parameters).await)
    }

    async fn last_insert_rowid(
        &mut self,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        let mut connection = self.table.get(&connection)?.lock().await;
        Ok(connection.get()?.last_insert_rowid())
    }

    async fn changes(&mut self, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        let mut connection = self.table.get(&connection)?.lock().await;
        Ok(connection.get()?.changes())
    }

    fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl<T> HostConnectionWithStore<T> for HasSelf<State> {
    async fn open_async(
        store: &Accessor<T, Self>,
        database: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        store.with(|mut access| access.get().open_database(&database))
    }

    async fn execute_async(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<Streamed, Error>> {
        let connection = get(store, &connection)?.lock().await;
        let running = stream::start(connection, statement, parameters).await;
        store.with(|mut access| {
            let rows = StreamReader::new(&mut access, running.rows)?;
            let result = FutureReader::new(&mut access, running.result)?;
            Ok(Ok((running.columns, rows, result)))
        })
    }

    async fn last_insert_rowid_async(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        let mut connection = get(store, &connection)?.lock().await;
        Ok(connection.get()?.last_insert_rowid())
    }

    async fn changes_async(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        let mut connection = get(store, &connection)?.lock().await;
        Ok(connection.get()?.changes())
    }
}

fn get<T>(
    store: &Accessor<T, HasSelf<State>>,
    connection: &Resource<Connection>,
) -> wasmtime::Result<Connection> {
    store.with(|mut access| Ok(access.get().table.get(connection)?.clone()))
}
