//! Requests that are none.

use serde_json::json;
use ureq::http::Method;

use crate::{Fixture, question, refused};

#[test]
fn err_what_is_missing_is_named() {
    let fixture = Fixture::with_policies();
    for name in ["subject", "action", "resource"] {
        let mut body = question("anna", "read", &json!({}));
        body.as_object_mut().unwrap().remove(name);
        let hint = format!("`{name}` is missing");
        refused(fixture.ask("evaluation", &body), 400, &hint);
        refused(fixture.ask("evaluations", &body), 400, &hint);
        let batch = json!({"evaluations": [question("anna", "read", &json!({})), body]});
        let hint = format!("`evaluations[1].{name}` is missing");
        refused(fixture.ask("evaluations", &batch), 400, &hint);
    }
    let mut body = question("anna", "read", &json!({}));
    body["subject"] = json!({"type": "user"});
    refused(
        fixture.ask("evaluation", &body),
        400,
        "`subject.id` is missing",
    );
    refused(
        fixture.ask("search/action", &json!({})),
        400,
        "`subject` is missing",
    );
}

#[test]
fn err_bodies_that_are_no_json_object() {
    let fixture = Fixture::with_policies();
    let send = |body: &[u8], content_type: &str| {
        let headers = [("content-type", content_type)];
        fixture
            .pdp
            .send(&Method::POST, "/access/v1/evaluation", &headers, Some(body))
    };
    for body in [&b"{"[..], b"[]", b"", b"\xff", b"{} {}", b"null"] {
        refused(send(body, "application/json"), 400, "");
    }
    let deep = format!("{{\"context\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    refused(send(deep.as_bytes(), "application/json"), 400, "JSON");
    refused(send(b"{}", "text/plain"), 400, "send application/json");
    let large = vec![b' '; 256 * 1024 + 1];
    refused(
        send(&large, "application/json"),
        413,
        "larger than 262144 bytes",
    );
}

#[test]
fn err_batches_that_are_too_large_and_names_that_are_too_long() {
    let fixture = Fixture::with_policies();
    let mut body = question("anna", "read", &json!({}));
    body["evaluations"] = json!(vec![json!({}); 101]);
    refused(fixture.ask("evaluations", &body), 400, "ask 100 at a time");
    let body = question(&"x".repeat(513), "read", &json!({}));
    refused(
        fixture.ask("evaluation", &body),
        400,
        "`subject.id` is longer than 512",
    );
}

#[test]
fn values_that_policies_do_not_know_are_no_and_never_an_error() {
    let fixture = Fixture::new();
    fixture.user("anna", &json!({}));
    fixture.publish("permit(principal, action, resource);", &json!(null));
    for properties in [
        json!({"a": 1.5}),
        json!({"a": 1e300}),
        json!({"a": [null]}),
        json!({"a": {"__extn": {"fn": "ip", "arg": "x"}}}),
        json!({"a": 9_223_372_036_854_775_808_u64}),
    ] {
        let body = question("anna", "read", &properties);
        fixture.check(&body, Some("invalid_request"));
    }
    for properties in [
        json!({"a": null}),
        json!({"": ""}),
        json!({"a": {"b": []}}),
        json!({"é": "\u{0}x"}),
    ] {
        let body = question("anna", "read", &properties);
        let answer = fixture.ask("evaluation", &body);
        assert!(
            answer.status == 200 || answer.status == 400,
            "{}",
            answer.text
        );
    }
}

#[test]
fn err_other_methods_and_addresses() {
    let fixture = Fixture::with_policies();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = fixture
            .pdp
            .send(&method, "/access/v1/evaluation", &[], None);
        assert_eq!(answer.header("allow"), Some("POST"));
        refused(answer, 405, "POST");
    }
    for path in ["search/subject", "search", "evaluations/1", ""] {
        refused(fixture.ask(path, &json!({})), 404, "there is nothing at");
    }
}
