//! A Redis server of a test's own.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// A running `redis-server`, which is killed when this is dropped.
pub struct Redis {
    process: Child,
    port: u16,
}

impl Redis {
    /// Starts one on a free port, with nothing in it.
    ///
    /// # Panics
    /// When there is none, or it doesn't start.
    #[must_use]
    pub fn start() -> Self {
        let port = free_port();
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--port"])
            .arg(port.to_string())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is needed: run `cargo xtask setup`");
        let redis = Self { process, port };
        for _ in 0..500 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return redis;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("redis-server does not answer");
    }

    /// The address of one that isn't there.
    #[must_use]
    pub fn nowhere() -> String {
        format!("redis://127.0.0.1:{}", free_port())
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // When it has ended already, all is well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
