//! `POST /Users/.search` (RFC 7644 §3.4.3); its filters are in `query`.

use serde_json::{Value as Json, json};

use crate::{Fixture, INVALID_SYNTAX, INVALID_VALUE, SEARCH};

#[test]
fn err_parameters_of_the_wrong_type() {
    let fixture = Fixture::new();
    let wrong: [(&str, &[Json], &str); 4] = [
        (
            "count",
            &[json!(true), json!(1.5), json!("ten"), json!([1]), json!({})],
            "`count` takes an integer",
        ),
        (
            "startIndex",
            &[
                json!(false),
                json!(1e300),
                json!("1.0"),
                json!([]),
                json!({"a": 1}),
            ],
            "`startIndex` takes an integer",
        ),
        (
            "attributes",
            &[
                json!(1),
                json!(true),
                json!([1]),
                json!(["a", null]),
                json!({}),
            ],
            "`attributes` takes a list of attribute names",
        ),
        (
            "excludedAttributes",
            &[json!(1), json!(true), json!([["a"]]), json!({})],
            "`excludedAttributes` takes a list of attribute names",
        ),
    ];
    for (name, values, hint) in wrong {
        for value in values {
            let mut body = json!({"schemas": [SEARCH]});
            body[name] = value.clone();
            let answer = fixture.scim.post("/Users/.search", &body);
            fixture.refused(answer, 400, INVALID_VALUE, hint);
        }
    }
    for name in ["filter", "sortBy", "sortOrder", "cursor"] {
        for value in [json!(1), json!(true), json!(["userName pr"]), json!({})] {
            let mut body = json!({"schemas": [SEARCH], "sortBy": "userName"});
            body[name] = value;
            let hint = format!("`{name}` takes a string");
            let answer = fixture.scim.post("/Users/.search", &body);
            fixture.refused(answer, 400, INVALID_VALUE, &hint);
        }
    }
}

#[test]
fn err_unknown_attributes_to_sort_by() {
    let fixture = Fixture::new();
    let body = json!({"schemas": [SEARCH], "sortBy": "shoeSize"});
    let answer = fixture.scim.post("/Users/.search", &body);
    fixture.refused(answer, 400, INVALID_VALUE, "`shoeSize`");
}

#[test]
fn err_another_message() {
    let fixture = Fixture::new();
    for schemas in [
        json!(null),
        json!([]),
        json!(SEARCH),
        json!([crate::USER]),
        json!(1),
    ] {
        let body = json!({"schemas": schemas, "filter": "userName pr"});
        let answer = fixture.scim.post("/Users/.search", &body);
        fixture.refused(answer, 400, INVALID_SYNTAX, SEARCH);
    }
    let answer = fixture.scim.post("/Users/.search", &json!({}));
    fixture.refused(answer, 400, INVALID_SYNTAX, SEARCH);
}

#[test]
fn ok_negative_numbers_nulls_and_unknown_members() {
    let fixture = Fixture::new();
    let body = json!({
        "schemas": [SEARCH], "count": -3, "startIndex": -3, "filter": null, "shoeSize": {"size": 44},
    });
    let page = fixture
        .scim
        .post("/Users/.search", &body)
        .expect(200)
        .json();
    assert_eq!(page["totalResults"], 1);
    assert_eq!(page["startIndex"], 1);
    assert_eq!(page["itemsPerPage"], 0);
}
