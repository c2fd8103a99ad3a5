//! Where a component's output goes: `<state-dir>/logs/<component>_std{out,err}.txt`, as under
//! `.spin/logs`, and unless the host is quiet its own stderr.

use std::{
    fs::{File, OpenOptions, create_dir_all},
    io::{self, Write},
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use anyhow::Result;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

/// The two output streams of a component.
pub(crate) struct Logs {
    stdout: Log,
    stderr: Log,
}

/// One stream; all instances append to the same file.
#[derive(Clone)]
pub(crate) struct Log {
    file: Arc<File>,
    echo: bool,
}

impl Logs {
    /// Opens the log files of `component` under `state_dir`.
    pub(crate) fn open(state_dir: &Path, component: &str, echo: bool) -> Result<Self> {
        let dir = state_dir.join("logs");
        create_dir_all(&dir)?;
        let open = |stream: &str| -> Result<Log> {
            let path = dir.join(format!("{component}_{stream}.txt"));
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            Ok(Log {
                file: Arc::new(file),
                echo,
            })
        };
        Ok(Self {
            stdout: open("stdout")?,
            stderr: open("stderr")?,
        })
    }

    pub(crate) fn stdout(&self) -> Log {
        self.stdout.clone()
    }

    pub(crate) fn stderr(&self) -> Log {
        self.stderr.clone()
    }
}

impl IsTerminal for Log {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Log {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Log {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.echo {
            // A closed terminal is no reason to fail the guest.
            let _ = io::stderr().write_all(bytes);
        }
        Poll::Ready((&*self.file).write_all(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
