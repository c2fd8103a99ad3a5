//! A server on loopback that publishes keys, or misbehaves.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value as Json;

/// What it answers.
#[derive(Clone)]
pub enum Reply {
    /// These bytes: a whole response.
    Whole(Vec<u8>),
    /// Nothing, and the connection stays open.
    Silence,
    /// A head, and then a space of the body now and then.
    Drip,
    /// A head, and then a body without an end.
    Endless,
}

impl Reply {
    pub fn of(status: &str, content_type: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        Self::Whole([head.as_bytes(), body.as_bytes()].concat())
    }

    pub fn keys(jwks: &Json) -> Self {
        Self::of("200 OK", "application/json", &jwks.to_string())
    }

    pub fn redirect(status: &str, to: &str) -> Self {
        let head = format!(
            "HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        Self::Whole(head.into_bytes())
    }
}

struct Shared {
    reply: Mutex<Reply>,
    asked: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

/// The server.
pub struct Publisher {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Publisher {
    pub fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            reply: Mutex::new(reply),
            asked: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&serving);
                // A client that goes away is no failure.
                thread::spawn(move || stream.and_then(|stream| serve(stream, &shared)));
            }
        });
        Self { address, shared }
    }

    /// An address there.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The entry of `allowed_outbound_hosts` that lets requests go there.
    pub fn pattern(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it answers from now on.
    pub fn set(&self, reply: Reply) {
        *self.shared.reply.lock().unwrap() = reply;
    }

    /// The paths that it was asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // It waits for one more connection.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    shared.asked.lock().unwrap().push(path);
    let reply = shared.reply.lock().unwrap().clone();
    let chunked =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let is_over = || shared.is_over.load(Ordering::SeqCst);
    match reply {
        Reply::Whole(bytes) => stream.write_all(&bytes),
        Reply::Silence => {
            while !is_over() {
                thread::sleep(Duration::from_millis(50));
            }
            Ok(())
        }
        Reply::Drip => {
            stream.write_all(chunked)?;
            while !is_over() {
                stream.write_all(b"1\r\n \r\n")?;
                thread::sleep(Duration::from_millis(200));
            }
            Ok(())
        }
        Reply::Endless => {
            stream.write_all(chunked)?;
            let chunk = [&b"1000\r\n"[..], &[b' '; 0x1000], b"\r\n"].concat();
            while !is_over() {
                stream.write_all(&chunk)?;
            }
            Ok(())
        }
    }
}
