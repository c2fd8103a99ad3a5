//! A Redis server for what the service can do with one. It keeps nothing.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::up::child::{Running, Signals, Stop};
use crate::up::listen::Listen;

/// A running server. It is stopped when this is dropped.
#[derive(Debug)]
pub(super) struct Redis {
    _running: Running,
    address: SocketAddr,
}

impl Redis {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// If it does not start, or a stop is asked for meanwhile.
    pub(super) fn start(folder: &Path, signals: &mut Signals) -> Result<Self> {
        let listen: Listen = format!("{}:0", Ipv4Addr::LOCALHOST).parse()?;
        let address = listen.reserve()?.0;
        let mut server = Command::new("redis-server");
        server
            .current_dir(folder)
            .args(["--bind", &address.ip().to_string()])
            .args(["--port", &address.port().to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::null());
        let mut running = Running::start(&mut server).context("redis-server")?;
        let answers = || TcpStream::connect(address).is_ok();
        match running
            .until_ready(signals, answers)
            .context("redis-server")?
        {
            Stop::Asked(_) => bail!("stopped"),
            Stop::No => Ok(Self {
                _running: running,
                address,
            }),
        }
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }
}
