//! Bodies that are no JSON object, or no acceptable one.

use rollcall_suite::{Answer, Client};
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::{Fixture, INVALID_SYNTAX, MAX_BODY, PATCH_OP, everyone, user};

const JSON: (&str, &str) = ("content-type", "application/scim+json");

fn post(scim: &Client, body: &[u8]) -> Answer {
    scim.send(&Method::POST, "/Users", &[JSON], Some(body))
}

/// A user's representation of so many bytes.
fn of_size(bytes: usize) -> Vec<u8> {
    let body = |filling: &str| user(json!({"userName": "big", "title": filling})).to_string();
    let body = body(&"x".repeat(bytes - body("").len()));
    assert_eq!(body.len(), bytes);
    body.into_bytes()
}

#[test]
fn err_a_body_over_one_mib_whether_its_length_is_announced_or_not() {
    let fixture = Fixture::new();
    let search = "/Users/.search";
    let requests = [
        (Method::POST, "/Users"),
        (Method::PUT, &fixture.path),
        (Method::PATCH, &fixture.path),
        (Method::POST, search),
    ];
    let body = of_size(MAX_BODY + 1);
    for (method, path) in requests {
        let announced = fixture.scim.send(&method, path, &[JSON], Some(&body));
        fixture.refused(announced, 413, None, "1048576 bytes");
        let streamed = fixture.scim.chunked(method.as_str(), path, &body);
        fixture.refused(streamed, 413, None, "1048576 bytes");
    }
}

#[test]
fn err_a_body_of_many_mib_is_answered_too() {
    let fixture = Fixture::new();
    let body = vec![b' '; 8 * MAX_BODY];
    fixture.refused(post(&fixture.scim, &body), 413, None, "1048576 bytes");
    let streamed = fixture.scim.chunked("POST", "/Users", &body);
    fixture.refused(streamed, 413, None, "1048576 bytes");
}

#[test]
fn ok_a_body_of_exactly_one_mib() {
    let fixture = Fixture::new();
    // Spaces at the end, so that what is stored stays under its own limit.
    let mut body = user(json!({"userName": "big"})).to_string().into_bytes();
    body.resize(MAX_BODY, b' ');
    let created = post(&fixture.scim, &body).expect(201);
    let path = format!("/Users/{}", created.id());
    fixture.scim.delete(&path).expect(204);
    let created = fixture.scim.chunked("POST", "/Users", &body).expect(201);
    let path = format!("/Users/{}", created.id());
    fixture.scim.delete(&path).expect(204);
    fixture.unchanged();
}

#[test]
fn err_a_body_that_breaks_off_is_not_taken_for_a_whole_one() {
    let fixture = Fixture::new();
    let body = user(json!({"userName": "half"})).to_string();
    let length = (body.len() + 1).to_string();
    let typed: (&str, &[u8]) = ("Content-Type", b"application/scim+json");
    // All that makes sense has come, and yet more was to come.
    let announced = [typed, ("Content-Length", length.as_bytes())];
    let chunk = format!("{:x}\r\n{body}\r\n", body.len());
    let streamed: [(&str, &[u8]); 2] = [typed, ("Transfer-Encoding", b"chunked")];
    for (headers, sent) in [(&announced, &body), (&streamed, &chunk)] {
        fixture
            .scim
            .hang_up("POST", b"/Users", headers, sent.as_bytes());
        fixture.unchanged();
    }
}

#[test]
fn err_a_user_that_would_grow_over_one_mib() {
    let fixture = Fixture::new();
    let add = |letter: &str| {
        let value = |number| json!({"value": format!("{number:04}{}", letter.repeat(60_000))});
        let certificates: Vec<Json> = (0..10).map(value).collect();
        let operation = json!({"op": "add", "path": "x509Certificates", "value": certificates});
        let body = json!({"schemas": [PATCH_OP], "Operations": [operation]});
        fixture.scim.patch(&fixture.path, &body)
    };
    drop(add("A").expect(200));
    let before = everyone(&fixture.scim);
    let detail = add("B").expect_error(413, None);
    assert!(detail.contains("1048576 bytes"), "{detail}");
    assert!(everyone(&fixture.scim) == before, "the user has changed");
}

#[test]
fn err_not_a_json_object() {
    let fixture = Fixture::new();
    let cases: [(&[u8], &str); 15] = [
        (b"", "the body is empty"),
        (b"  \r\n", "the body is empty"),
        (b"{", "line 1 column 1"),
        (b"{\"userName\":\"a\",}", "line 1 column 17"),
        (b"{'userName':'a'}", "line 1 column 2"),
        (b"{\"userName\":\"a\"} {}", "trailing characters"),
        (b"{\"userName\":\"\\ud800\"}", "line 1"),
        (b"{\"userName\":1e999}", "out of range"),
        (b"userName=a", "line 1 column 1"),
        (b"<User/>", "line 1 column 1"),
        (b"[]", "the body is an array; send a JSON object"),
        (b"\"userName\"", "the body is a string; send a JSON object"),
        (b"17", "the body is a number; send a JSON object"),
        (b"true", "the body is a boolean; send a JSON object"),
        (b"null", "the body is null; send a JSON object"),
    ];
    for (body, hint) in cases {
        let to = |method: &Method, path: &str| fixture.scim.send(method, path, &[JSON], Some(body));
        fixture.refused(to(&Method::POST, "/Users"), 400, INVALID_SYNTAX, hint);
        fixture.refused(to(&Method::PUT, &fixture.path), 400, INVALID_SYNTAX, hint);
        fixture.refused(to(&Method::PATCH, &fixture.path), 400, INVALID_SYNTAX, hint);
        fixture.refused(
            to(&Method::POST, "/Users/.search"),
            400,
            INVALID_SYNTAX,
            hint,
        );
    }
}

#[test]
fn err_no_body_at_all() {
    let fixture = Fixture::new();
    for (method, path) in [
        (Method::POST, "/Users"),
        (Method::PUT, &fixture.path),
        (Method::PATCH, &fixture.path),
        (Method::POST, "/Users/.search"),
    ] {
        let answer = fixture.scim.send(&method, path, &[], None);
        fixture.refused(answer, 400, INVALID_SYNTAX, "send a JSON object");
    }
}

#[test]
fn err_not_utf_8() {
    let fixture = Fixture::new();
    let cases: [(&[u8], &str); 5] = [
        (b"{\"userName\":\"a\xff\"}", "not UTF-8 at byte 14"),
        (b"{\"user\xc3Name\":\"a\"}", "not UTF-8 at byte 6"),
        // Overlong, a surrogate, and UTF-16 with its mark.
        (b"{\"userName\":\"\xc0\xaf\"}", "not UTF-8 at byte 13"),
        (b"{\"userName\":\"\xed\xa0\x80\"}", "not UTF-8 at byte 13"),
        (b"\xff\xfe{\0}\0", "not UTF-8 at byte 0"),
    ];
    for (body, hint) in cases {
        fixture.refused(post(&fixture.scim, body), 400, INVALID_SYNTAX, hint);
    }
}

#[test]
fn err_u_0000_in_a_value_or_a_key() {
    let fixture = Fixture::new();
    let cases: [(&[u8], &str); 4] = [
        (b"{\"userName\":\"a\\u0000b\"}", "U+0000"),
        (b"{\"user\\u0000Name\":\"a\"}", "U+0000"),
        (
            b"{\"userName\":\"a\",\"emails\":[{\"value\":\"\\u0000\"}]}",
            "U+0000",
        ),
        (b"{\"userName\":\"a\0b\"}", "control character"),
    ];
    for (body, hint) in cases {
        fixture.refused(post(&fixture.scim, body), 400, INVALID_SYNTAX, hint);
    }
}

#[test]
fn err_nested_deeper_than_64() {
    let fixture = Fixture::new();
    let nested = |depth: usize| {
        let mut body = user(json!({"userName": "deep", "unknown": null})).to_string();
        let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        body = body.replace("null", &value);
        body.into_bytes()
    };
    // The body's own object is the first level.
    fixture.refused(
        post(&fixture.scim, &nested(64)),
        400,
        INVALID_SYNTAX,
        "deeper than 64",
    );
    let created = post(&fixture.scim, &nested(63)).expect(201);
    fixture
        .scim
        .delete(&format!("/Users/{}", created.id()))
        .expect(204);
    fixture.unchanged();
    let deepest = MAX_BODY / 6;
    for body in ["[".repeat(MAX_BODY), "{\"a\":".repeat(deepest)] {
        let answer = post(&fixture.scim, body.as_bytes());
        fixture.refused(answer, 400, INVALID_SYNTAX, "deeper than 64");
    }
}

#[test]
fn err_two_keys_that_differ_in_case() {
    let fixture = Fixture::new();
    let schemas = format!("\"schemas\":[\"{}\"]", crate::USER);
    for (members, hint) in [
        (
            "\"userName\":\"a\",\"userName\":\"b\"",
            "`userName` is there twice",
        ),
        (
            "\"userName\":\"a\",\"USERNAME\":\"b\"",
            "`USERNAME` is there twice",
        ),
        (
            "\"userName\":\"a\",\"name\":{\"givenName\":\"a\",\"givenname\":\"b\"}",
            "`givenname`",
        ),
        (
            "\"userName\":\"a\",\"emails\":[{\"value\":\"a\",\"Value\":\"b\"}]",
            "`Value`",
        ),
        ("\"userName\":\"a\",\"x\":1,\"X\":1", "`X` is there twice"),
    ] {
        let body = format!("{{{schemas},{members}}}");
        fixture.refused(
            post(&fixture.scim, body.as_bytes()),
            400,
            INVALID_SYNTAX,
            hint,
        );
    }
    let patch = format!(
        "{{\"schemas\":[\"{}\"],\"Operations\":[{{\"op\":\"add\",\"OP\":\"remove\",\"path\":\"title\"}}]}}",
        PATCH_OP
    );
    let answer = fixture.scim.send(
        &Method::PATCH,
        &fixture.path,
        &[JSON],
        Some(patch.as_bytes()),
    );
    fixture.refused(answer, 400, INVALID_SYNTAX, "`OP` is there twice");
}

#[test]
fn err_another_content_type() {
    let fixture = Fixture::new();
    let body = user(json!({"userName": "a"}));
    for wrong in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/json-patch+json",
        "application",
        "*/*",
        "",
    ] {
        let header = [("content-type", wrong)];
        let to = |method: &Method, path: &str| fixture.scim.send_json(method, path, &header, &body);
        let hint = "send application/scim+json";
        fixture.refused(to(&Method::POST, "/Users"), 415, None, hint);
        fixture.refused(to(&Method::PUT, &fixture.path), 415, None, hint);
        fixture.refused(to(&Method::PATCH, &fixture.path), 415, None, hint);
        fixture.refused(to(&Method::POST, "/Users/.search"), 415, None, hint);
    }
}

#[test]
fn ok_the_content_types_that_clients_send() {
    let fixture = Fixture::new();
    for right in [
        "application/scim+json",
        "application/json",
        "application/json; charset=utf-8",
        "application/scim+json;charset=UTF-8",
        "APPLICATION/JSON",
    ] {
        let body = user(json!({"userName": "a"}));
        let header = [("content-type", right)];
        let created = fixture
            .scim
            .send_json(&Method::POST, "/Users", &header, &body);
        let created = created.expect(201);
        assert_eq!(
            created.header("content-type"),
            Some("application/scim+json")
        );
        fixture
            .scim
            .delete(&format!("/Users/{}", created.id()))
            .expect(204);
    }
    fixture.unchanged();
}
