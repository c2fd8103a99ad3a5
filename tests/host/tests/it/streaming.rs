use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt, StreamExt, channel::mpsc};
use http::Request;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use tokio::time::Instant;

use crate::support::{get, send, start, whole};

async fn next(body: &mut Incoming) -> Option<Bytes> {
    Some(body.frame().await?.unwrap().into_data().unwrap())
}

#[tokio::test]
async fn a_response_arrives_as_it_is_written() {
    let probes = start().await;
    let mut body = get(probes.host.addr(), "/probe/a/drip").await.into_body();
    assert_eq!(next(&mut body).await.unwrap(), "drop 1\n");
    let first = Instant::now();
    assert_eq!(next(&mut body).await.unwrap(), "drop 2\n");
    assert!(first.elapsed() > Duration::from_millis(50));
    assert_eq!(next(&mut body).await.unwrap(), "drop 3\n");
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test]
async fn a_request_is_read_as_it_arrives() {
    let probes = start().await;
    let (mut tx, rx) = mpsc::channel::<Bytes>(1);
    let body = StreamBody::new(rx.map(|chunk| Ok::<_, std::io::Error>(Frame::data(chunk))));
    tx.send("ping".into()).await.unwrap();
    let response = send(
        probes.host.addr(),
        Request::post("/probe/an/echo").body(body).unwrap(),
    );
    let mut body = response.await.into_body();
    assert_eq!(next(&mut body).await.unwrap(), "ping");
    tx.send("pong".into()).await.unwrap();
    assert_eq!(next(&mut body).await.unwrap(), "pong");
    drop(tx);
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test]
async fn bodies_have_no_size_limit() {
    let probes = start().await;
    let sent = Bytes::from((0..20_u32 << 20).map(|byte| byte as u8).collect::<Vec<_>>());
    let request = Request::post("/probe/an/echo")
        .body(Full::new(sent.clone()))
        .unwrap();
    let received = whole(send(probes.host.addr(), request).await).await;
    assert!(*received.body() == sent);
}

/// Nothing tells the client: so it is in wasmtime, and so under Spin.
#[tokio::test]
async fn a_trap_after_the_head_ends_the_body() {
    let probes = start().await;
    let response = whole(get(probes.host.addr(), "/probe/a/trap-late").await).await;
    assert_eq!(
        (response.status().as_u16(), &response.body()[..]),
        (200, &b"before\n"[..])
    );
    assert_eq!(probes.get("/hello").await.status(), 200);
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let probes = start().await;
    let stream = tokio::net::TcpStream::connect(probes.host.addr())
        .await
        .unwrap();
    let stream = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    for _ in 0..50 {
        let request = Request::get("/hello")
            .header("host", "a")
            .body(Full::<Bytes>::default());
        let response = whole(sender.send_request(request.unwrap()).await.unwrap()).await;
        assert_eq!(response.body(), "hello\n");
        sender.ready().await.unwrap();
    }
}
