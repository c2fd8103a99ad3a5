use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::{Probes, send, start, try_send, whole};

/// The values of a header as the component saw them, in order.
fn seen<'a>(answer: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = answer["headers"].as_array().unwrap();
    let named = headers.iter().filter(|header| header[0] == name);
    named.map(|header| header[1].as_str().unwrap()).collect()
}

#[track_caller]
fn check(answer: &Value, component: &str, route: &str, path_info: &str) {
    assert_eq!(answer["component"], component);
    assert_eq!(seen(answer, "spin-raw-component-route"), [route]);
    assert_eq!(seen(answer, "spin-path-info"), [path_info]);
}

#[tokio::test]
async fn the_most_specific_route_wins() {
    let probes = start().await;
    for (path, component, route, path_info) in [
        ("/probe", "probe", "/probe/...", ""),
        ("/probe/", "probe", "/probe/...", "/"),
        ("/probe/a/b", "probe", "/probe/...", "/a/b"),
        ("/probe/a/b/", "probe", "/probe/...", "/a/b/"),
        ("/probe/exact", "exact", "/probe/exact", ""),
        ("/probe/exact/", "exact", "/probe/exact", ""),
        ("/probe/exact/more", "probe", "/probe/...", "/exact/more"),
        ("/probe/other", "param", "/probe/:name", ""),
        ("/probe/other/", "param", "/probe/:name", ""),
        ("/t/acme/users", "param", "/t/:tenant/users/...", ""),
        (
            "/t/acme/users/42/x",
            "param",
            "/t/:tenant/users/...",
            "/42/x",
        ),
    ] {
        check(&probes.json(path).await, component, route, path_info);
    }
}

#[tokio::test]
async fn parameters_are_told_by_header_and_nothing_is_percent_decoded() {
    let probes = start().await;
    let answer = probes.json("/t/a%2Fb/users/x%20y?q=%41").await;
    check(&answer, "param", "/t/:tenant/users/...", "/x%20y");
    assert_eq!(seen(&answer, "spin-path-match-tenant"), ["a%2Fb"]);
    assert_eq!(
        seen(&answer, "spin-matched-route"),
        ["/t/:tenant/users/..."]
    );
    assert_eq!(seen(&answer, "spin-component-route"), ["/t/:tenant/users"]);
    assert_eq!(seen(&answer, "spin-base-path"), ["/"]);
    let url = format!("{}/t/a%2Fb/users/x%20y?q=%41", probes.host.base_url());
    assert_eq!(seen(&answer, "spin-full-url"), [url.as_str()]);
    assert_eq!(answer["uri"], url.as_str());
}

#[tokio::test]
async fn an_unknown_path_is_404_without_a_body() {
    let probes = start().await;
    for path in [
        "/",
        "/nothing",
        "/probes",
        "/t//users",
        "/t/acme",
        "/hello/more",
    ] {
        let response = probes.get(path).await;
        assert_eq!(response.status(), 404, "{path}");
        assert!(response.body().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_reserved_prefix_is_answered_by_the_host() {
    let probes = start().await;
    let health = probes.get("/.well-known/spin/health").await;
    assert_eq!(
        (health.status().as_u16(), &health.body()[..]),
        (200, &b"OK"[..])
    );
    let info = probes.json("/.well-known/spin/info").await;
    assert_eq!(info, json!({ "name": "probes", "version": "1.2.3" }));
    let mine = probes.get("/.well-known/spin/mine").await;
    assert_eq!((mine.status().as_u16(), mine.body().len()), (404, 0));
}

#[tokio::test]
async fn spins_headers_come_after_those_that_a_client_forged() {
    let probes = start().await;
    let mut request = Request::get("/t/acme/users/42");
    for name in [
        "path-info",
        "full-url",
        "path-match-tenant",
        "client-addr",
        "matched-route",
    ] {
        request = request.header(format!("spin-{name}"), "forged");
    }
    let request = request.body(Full::default()).unwrap();
    let response = whole(send(probes.host.addr(), request).await).await;
    let answer: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(seen(&answer, "spin-path-info"), ["forged", "/42"]);
    assert_eq!(seen(&answer, "spin-path-match-tenant"), ["forged", "acme"]);
    assert_eq!(
        seen(&answer, "spin-matched-route"),
        ["forged", "/t/:tenant/users/..."]
    );
    assert_eq!(seen(&answer, "spin-full-url").len(), 2);
    let clients = seen(&answer, "spin-client-addr");
    assert_eq!(clients[0], "forged");
    assert!(clients[1].starts_with("127.0.0.1:"), "{clients:?}");
}

/// No `Host` makes a private component public: such a request gets no answer at all.
#[tokio::test]
async fn a_private_component_is_not_reached_from_outside() {
    let probes = start().await;
    assert_eq!(probes.get("/internal").await.status(), 404);
    assert!(forged(&probes, "/probe/a/b").await.is_err());
    assert!(forged(&probes, "/").await.is_err());
}

async fn forged(probes: &Probes, path: &str) -> hyper::Result<()> {
    let request = Request::get(path).header("host", "internal.spin.internal");
    let request = request.body(Full::default()).unwrap();
    try_send(probes.host.addr(), request).await.map(drop)
}
