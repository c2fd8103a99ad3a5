//! `POST /Bulk` (RFC 7644 §3.7): requests that are none, and those over a limit.

use serde_json::{Value as Json, json};

use crate::{Fixture, INVALID_SYNTAX, INVALID_VALUE, MAX_BODY, USER};

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

fn create(number: usize) -> Json {
    json!({
        "method": "POST", "path": "/Users", "bulkId": format!("b{number}"),
        "data": {"schemas": [USER], "userName": format!("user-{number}")},
    })
}

/// RFC 7644 §3.7.4: "The returned response MUST specify the limit exceeded in the body of the error response."
#[test]
fn err_over_a_limit_which_the_error_names() {
    let fixture = Fixture::new();
    let many: Vec<Json> = (0..1001).map(create).collect();
    let answer = fixture
        .scim
        .post("/Bulk", &json!({"schemas": [BULK], "Operations": many}));
    fixture.refused(answer, 413, None, "1000");
    let mut large = json!({"schemas": [BULK], "Operations": [create(1)]});
    large["Operations"][0]["data"]["nickName"] = json!("x".repeat(MAX_BODY));
    let answer = fixture.scim.post("/Bulk", &large);
    fixture.refused(answer, 413, None, "1048576");
    let config = fixture.scim.get("/ServiceProviderConfig").expect(200);
    let bulk = &config.json()["bulk"];
    assert_eq!(bulk["maxOperations"], 1000);
    assert_eq!(bulk["maxPayloadSize"], MAX_BODY);
}

#[test]
fn err_requests_that_are_no_bulk_requests() {
    let fixture = Fixture::new();
    for body in [
        json!({}),
        json!({"Operations": [create(1)]}),
        json!({"schemas": [USER], "Operations": [create(1)]}),
        json!({"schemas": [BULK]}),
        json!({"schemas": [BULK], "Operations": create(1)}),
        json!({"schemas": [BULK], "Operations": "x"}),
    ] {
        let answer = fixture.scim.post("/Bulk", &body);
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        drop(answer.expect_error(400, INVALID_SYNTAX));
        fixture.unchanged();
    }
    for errors in [json!("one"), json!(0), json!(-1), json!(1.5)] {
        let body = json!({"schemas": [BULK], "Operations": [create(1)], "failOnErrors": errors});
        let answer = fixture.scim.post("/Bulk", &body);
        fixture.refused(answer, 400, INVALID_VALUE, "`failOnErrors`");
    }
}
