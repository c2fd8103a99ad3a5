use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Probes, error, start, start_with};

/// A server that answers everything with what it was asked for.
async fn upstream() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let answer = service_fn(
                |request: hyper::Request<hyper::body::Incoming>| async move {
                    Ok::<_, std::io::Error>(Response::new(Full::<Bytes>::from(
                        request.uri().to_string(),
                    )))
                },
            );
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    address
}

async fn fetch(probes: &Probes, url: &str) -> Value {
    probes.script(json!([{ "op": "fetch", "url": url }])).await[0].clone()
}

#[tokio::test]
async fn an_allowed_server_is_reached() {
    let upstream = upstream().await;
    let probes = start_with(|host| host.variable("upstream", &upstream)).await;
    let answer = fetch(&probes, &format!("http://{upstream}/a?b=c")).await;
    assert_eq!(answer, json!({ "ok": { "status": 200, "body": "/a?b=c" } }));
}

#[tokio::test]
async fn any_other_server_is_denied() {
    let upstream = upstream().await;
    let probes = start().await;
    let denied = error("ErrorCode::HttpRequestDenied");
    for url in [
        format!("http://{upstream}/"),
        "https://example.org/".into(),
        "http://127.0.0.1:2/".into(),
    ] {
        assert_eq!(fetch(&probes, &url).await, denied, "{url}");
    }
}

#[tokio::test]
async fn a_private_component_is_called_in_process() {
    let probes = start().await;
    let answer = fetch(&probes, "http://internal.spin.internal/some/path?q=1").await;
    assert_eq!(answer["ok"]["status"], 200);
    let seen: Value = serde_json::from_str(answer["ok"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(seen["component"], "internal");
    for header in [
        json!(["spin-path-info", "/some/path"]),
        json!(["spin-raw-component-route", "/..."]),
        json!(["spin-client-addr", "0.0.0.0:0"]),
        json!(["spin-full-url", "http://localhost/some/path?q=1"]),
    ] {
        assert!(
            seen["headers"].as_array().unwrap().contains(&header),
            "{header} in {seen}"
        );
    }
}

#[tokio::test]
async fn a_component_is_called_by_those_that_may() {
    let probes = start().await;
    let steps = json!([{ "op": "fetch", "url": "http://internal.spin.internal/" }]);
    let denied = json!([error("ErrorCode::HttpRequestDenied")]);
    assert_eq!(probes.script_in("/denied/script", steps).await, denied);
    let hello = fetch(&probes, "http://hello.spin.internal/").await;
    assert_eq!(hello, error("ErrorCode::HttpRequestDenied"));
}

/// As under Spin, where it is a mistake in the manifest.
#[tokio::test]
async fn a_call_to_a_component_that_does_not_exist_is_a_trap() {
    let probes = start().await;
    let steps = json!([{ "op": "fetch", "url": "http://missing.spin.internal/" }]).to_string();
    let request = http::Request::post("/probe/in/script")
        .body(Full::<Bytes>::from(steps))
        .unwrap();
    assert_eq!(
        crate::support::send(probes.host.addr(), request)
            .await
            .status(),
        500
    );
}

#[tokio::test]
async fn the_applications_own_routes_are_reached_as_self() {
    let probes = start().await;
    let answer = fetch(&probes, "http://self.alt/hello").await;
    assert_eq!(
        answer,
        json!({ "ok": { "status": 200, "body": "hello\n" } })
    );
}
