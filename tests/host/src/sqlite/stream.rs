//! The asynchronous `execute`: rows through a channel of four, the outcome at the end.
//!
//! Two traits of Spin's come from this shape. Whatever goes wrong, a syntax error included, is
//! told by the result alone; and a reader that stops after four unread rows blocks the
//! connection, since the statement still runs.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::sync::{OwnedMutexGuard, mpsc, oneshot};
use wasmtime::{
    StoreContextMut,
    component::{Destination, StreamProducer, StreamResult},
};

use super::connection::{Lazy, column_names, io, step};
use crate::bindings::spin::sqlite::sqlite::{Error, RowResult, Value};

const UNREAD_ROWS: usize = 4;

/// A statement under way on a thread of its own.
pub(super) struct Running<R> {
    /// Empty where the statement could not be prepared.
    pub(super) columns: Vec<String>,
    pub(super) rows: Rows,
    pub(super) result: R,
}

/// The receiving end of the row channel.
pub(super) struct Rows(mpsc::Receiver<RowResult>);

/// Starts `sql` and waits until its columns are known.
pub(super) async fn start(
    mut connection: OwnedMutexGuard<Lazy>,
    sql: String,
    parameters: Vec<Value>,
) -> Running<impl Future<Output = wasmtime::Result<Result<(), Error>>> + Send + 'static> {
    let (columns_tx, columns) = oneshot::channel();
    let (rows_tx, rows) = mpsc::channel(UNREAD_ROWS);
    let running = tokio::task::spawn_blocking(move || {
        let mut statement = connection.get()?.prepare_cached(&sql).map_err(io)?;
        // A guest that no longer listens needs no columns and no rows.
        let _ = columns_tx.send(column_names(&statement));
        step(&mut statement, parameters, |row| {
            rows_tx.blocking_send(row).is_ok()
        })
    });
    Running {
        columns: columns.await.unwrap_or_default(),
        rows: Rows(rows),
        result: async move { Ok(running.await?) },
    }
}

impl<D> StreamProducer<D> for Rows {
    type Item = RowResult;
    type Buffer = Option<RowResult>;

    fn poll_produce(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'_, D>,
        mut destination: Destination<'_, RowResult, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        if destination.remaining(store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        match self.0.poll_recv(cx) {
            Poll::Ready(Some(row)) => {
                destination.set_buffer(Some(row));
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Ready(None) => Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => Poll::Pending,
        }
    }
}
