//! `If-Match` and `If-None-Match` (RFC 7644 §3.14).

use rollcall_suite::{Answer, Client};
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::{create, path_of, tenant, user};

/// PUT, PATCH and DELETE under a condition.
fn changes(scim: &Client, path: &str, if_match: &str) -> [Answer; 3] {
    let headers = [("if-match", if_match)];
    let put = user(json!({"userName": "a", "title": if_match}));
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "add", "path": "nickName", "value": if_match}]
    });
    let send = |method: Method, body: &Json| scim.send_json(&method, path, &headers, body);
    [
        send(Method::PUT, &put),
        send(Method::PATCH, &patch),
        scim.send(&Method::DELETE, path, &headers, None),
    ]
}

#[test]
fn a_stale_tag_is_412_and_changes_nothing() {
    let (_service, scim) = tenant();
    let created = create(&scim, json!({"userName": "a"}));
    let path = path_of(&created);
    for tag in [
        "W/\"0\"",
        "W/\"2\"",
        "\"01x\"",
        "W/\"a330bc54f0671c9\"",
        "1",
        "W/\"2\", W/\"3\"",
    ] {
        for answer in changes(&scim, &path, tag) {
            assert_eq!(answer.status, 412, "{tag}: {}", answer.text);
            answer.expect_error(412, None);
        }
    }
    assert_eq!(scim.get(&path).json(), created.json());
}

#[test]
fn the_current_tag_or_a_star_lets_a_change_through() {
    for tags in [
        ["W/\"1\"", "W/\"2\"", "W/\"3\""],
        ["\"1\"", "\"2\"", "\"3\""],
        ["*"; 3],
        ["W/\"9\", W/\"1\"", "\"2\",\"9\"", "W/\"3\" , \"x\""],
    ] {
        let (_service, scim) = tenant();
        let path = path_of(&create(&scim, json!({"userName": "a"})));
        for (index, (tag, expected)) in tags.into_iter().zip([200, 200, 204]).enumerate() {
            let body = user(json!({"userName": "a", "title": format!("{index}")}));
            let answer = if expected == 204 {
                scim.send(&Method::DELETE, &path, &[("if-match", tag)], None)
            } else {
                scim.send_json(&Method::PUT, &path, &[("if-match", tag)], &body)
            };
            assert_eq!(answer.status, expected, "{tag}: {}", answer.text);
        }
        for answer in changes(&scim, &path, "*") {
            answer.expect_error(404, None);
        }
    }
}

#[test]
fn a_known_version_is_304_without_a_body() {
    let (_service, scim) = tenant();
    let created = create(&scim, json!({"userName": "a"}));
    let path = path_of(&created);
    for tag in ["W/\"1\"", "\"1\"", "*", "\"x\", W/\"1\""] {
        let answer = scim
            .send(&Method::GET, &path, &[("if-none-match", tag)], None)
            .expect(304);
        assert_eq!(answer.text, "", "{tag}");
        assert_eq!(answer.header("etag"), Some("W/\"1\""), "{tag}");
    }
    for tag in ["W/\"2\"", "\"x\"", "1"] {
        let answer = scim
            .send(&Method::GET, &path, &[("if-none-match", tag)], None)
            .expect(200);
        assert_eq!(answer.json(), created.json(), "{tag}");
    }
    scim.put(&path, &user(json!({"userName": "a", "title": "T"})))
        .expect(200);
    scim.send(&Method::GET, &path, &[("if-none-match", "W/\"1\"")], None)
        .expect(200);
    scim.send(&Method::GET, &path, &[("if-none-match", "W/\"2\"")], None)
        .expect(304);
}

#[test]
fn a_filter_may_ask_for_a_version() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, json!({"userName": "a"})));
    create(&scim, json!({"userName": "b"}));
    scim.put(&path, &user(json!({"userName": "a", "title": "T"})))
        .expect(200);
    let found = scim
        .filter("/Users", "meta.version eq \"W/\\\"2\\\"\"", "")
        .expect(200);
    assert_eq!(crate::names(&found), ["a"]);
}
