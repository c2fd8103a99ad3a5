//! Starting the probes, and a small HTTP client.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper_util::rt::TokioIo;
use rollcall_host::{Builder, Host};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// The probes, running in a state folder of their own.
pub struct Probes {
    pub host: Host,
    pub dir: TempDir,
}

pub fn manifest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../probes/spin.toml")
}

/// A host of the probes; fails with what to do if they are not built.
pub fn builder() -> Builder {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/wasm32-wasip2/release");
    for probe in ["probe_hello", "probe_host", "probe_row"] {
        let wasm = built.join(probe).with_extension("wasm");
        assert!(
            wasm.is_file(),
            "{probe}.wasm is not built: run `cargo xtask test`"
        );
    }
    Host::builder(manifest()).variable("token", "a-secret-token")
}

/// Starts the probes as they are.
pub async fn start() -> Probes {
    start_with(|builder| builder).await
}

/// Starts the probes in another way.
pub async fn start_with(change: impl FnOnce(Builder) -> Builder) -> Probes {
    let dir = TempDir::new().unwrap();
    let host = change(builder().state_dir(dir.path()))
        .start()
        .await
        .unwrap();
    Probes { host, dir }
}

impl Probes {
    /// Stops the host and starts another one on the same state.
    pub async fn restart(self) -> Self {
        self.host.stop().await;
        let host = builder().state_dir(self.dir.path()).start().await.unwrap();
        Self {
            host,
            dir: self.dir,
        }
    }

    pub async fn get(&self, path: &str) -> Response<Bytes> {
        whole(get(self.host.addr(), path).await).await
    }

    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        serde_json::from_slice(response.body()).unwrap()
    }

    /// Runs `steps` in the component that is granted everything.
    pub async fn script(&self, steps: Value) -> Value {
        self.script_in("/probe/in/script", steps).await
    }

    pub async fn script_in(&self, path: &str, steps: Value) -> Value {
        let request = Request::post(path)
            .body(Full::from(steps.to_string()))
            .unwrap();
        let response = whole(send(self.host.addr(), request).await).await;
        assert_eq!(response.status(), 200, "{steps}");
        serde_json::from_slice(response.body()).unwrap()
    }
}

/// What a step returned.
pub fn ok(value: impl Into<Value>) -> Value {
    json!({ "ok": value.into() })
}

/// How a step failed.
pub fn error(message: &str) -> Value {
    json!({ "error": message })
}

pub async fn get(address: SocketAddr, path: &str) -> Response<Incoming> {
    send(
        address,
        Request::get(path).body(Full::<Bytes>::default()).unwrap(),
    )
    .await
}

/// Sends one request over a connection of its own, and `Host` if it has none.
pub async fn send<B>(address: SocketAddr, request: Request<B>) -> Response<Incoming>
where
    B: Body<Data = Bytes, Error: std::error::Error + Send + Sync> + Send + 'static,
{
    try_send(address, request).await.unwrap()
}

pub async fn try_send<B>(
    address: SocketAddr,
    mut request: Request<B>,
) -> hyper::Result<Response<Incoming>>
where
    B: Body<Data = Bytes, Error: std::error::Error + Send + Sync> + Send + 'static,
{
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    tokio::spawn(connection);
    let host = address.to_string().parse().unwrap();
    request.headers_mut().entry("host").or_insert(host);
    sender.send_request(request).await
}

pub async fn whole(response: Response<Incoming>) -> Response<Bytes> {
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}
