//! A Redis server of a test's own.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};

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
        // Another program may take a port between its choice and its use.
        (0..10)
            .find_map(|_| Self::listening(free_port()))
            .expect("redis-server does not start")
    }

    /// The server on this port, unless it can't have it. Only the server itself tells: what answers there may be another's.
    fn listening(port: u16) -> Option<Self> {
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--port"])
            .arg(port.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("redis-server is needed: run `cargo xtask setup`");
        let mut redis = Self { process, port };
        let log = redis.process.stdout.as_mut().expect("it is piped");
        BufReader::new(log)
            .lines()
            .map_while(Result::ok)
            .any(|line| line.contains("Ready to accept connections"))
            .then_some(redis)
    }

    /// The address of one that isn't there: no program takes this port.
    #[must_use]
    pub fn nowhere() -> String {
        "redis://127.0.0.1:1".to_owned()
    }

    /// Its port at 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
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

#[cfg(test)]
mod tests {
    use super::Redis;

    #[test]
    fn a_port_that_another_server_has_is_not_taken_for_its_own() {
        let first = Redis::start();
        assert!(Redis::listening(first.port()).is_none());
    }
}
