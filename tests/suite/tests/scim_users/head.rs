//! HEAD (RFC 9110 §9.3.2).

use serde_json::json;
use ureq::http::Method;

use crate::{create, path_of, tenant};

#[test]
fn head_answers_as_get_does_without_a_body() {
    let (_service, scim) = tenant();
    let path = path_of(&create(&scim, json!({"userName": "a"})));
    for path in [path.as_str(), "/Users", "/Schemas"] {
        let get = scim.get(path).expect(200);
        let head = scim.send(&Method::HEAD, path, &[], None).expect(200);
        assert_eq!(head.text, "");
        for name in ["content-type", "content-length", "etag", "content-location"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
    let unknown = scim.send(&Method::HEAD, "/Users/x", &[], None);
    assert_eq!((unknown.status, unknown.text.as_str()), (404, ""));
}
