//! Pages of a list (RFC 7644 §3.4.2.4), and `.search` (§3.4.3).

use serde_json::{Value as Json, json};

use crate::{SEARCH, create, names, tenant};

/// The page's totalResults, startIndex, itemsPerPage, and how many resources it has.
#[track_caller]
fn totals(page: &Json) -> (u64, u64, u64, usize) {
    let number = |name: &str| {
        page[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name} in {page}"))
    };
    let resources = page["Resources"].as_array().unwrap();
    (
        number("totalResults"),
        number("startIndex"),
        number("itemsPerPage"),
        resources.len(),
    )
}

#[test]
fn numbers_out_of_range_are_brought_into_it() {
    let (_service, scim) = tenant();
    for number in 0..5 {
        create(&scim, json!({"userName": format!("u{number}")}));
    }
    let cases = [
        ("", (5, 1, 5, 5)),
        ("startIndex=0", (5, 1, 5, 5)),
        ("startIndex=-7", (5, 1, 5, 5)),
        ("startIndex=4", (5, 4, 2, 2)),
        ("startIndex=2&count=2", (5, 2, 2, 2)),
        ("startIndex=6", (5, 6, 0, 0)),
        ("count=0", (5, 1, 0, 0)),
        ("count=-5", (5, 1, 0, 0)),
        ("count=9223372036854775807", (5, 1, 5, 5)),
        ("count=0&filter=userName+eq+%22u1%22", (1, 1, 0, 0)),
        ("count=2&filter=userName+sw+%22u%22", (5, 1, 2, 2)),
        ("COUNT=2&startindex=3", (5, 3, 2, 2)),
    ];
    for (query, expected) in cases {
        for path in ["/Users", "/Users/"] {
            let page = scim.get(&format!("{path}?{query}")).expect(200).json();
            assert_eq!(totals(&page), expected, "{path}?{query}");
        }
    }
    for query in ["count=ten", "startIndex=1.5", "count="] {
        let answer = scim.get(&format!("/Users?{query}"));
        answer.expect_error(400, Some("invalidValue"));
    }
}

#[test]
fn pages_have_every_user_once_in_the_order_of_creation() {
    let (_service, scim) = tenant();
    let created: Vec<String> = (0..7).map(|number| format!("u{}", 9 - number)).collect();
    for name in &created {
        create(&scim, json!({"userName": name}));
    }
    let pages =
        [1, 4, 7].map(|start| names(&scim.get(&format!("/Users?startIndex={start}&count=3"))));
    assert_eq!(pages.concat(), created);
}

#[test]
fn a_page_has_100_users_unless_asked_and_500_at_the_most() {
    let (_service, scim) = tenant();
    std::thread::scope(|scope| {
        for part in 0..3 {
            let scim = &scim;
            scope.spawn(move || {
                for number in 0..167 {
                    create(scim, json!({"userName": format!("u{part}-{number}")}));
                }
            });
        }
    });
    let page = |query: &str| totals(&scim.get(&format!("/Users{query}")).expect(200).json());
    assert_eq!(page(""), (501, 1, 100, 100));
    assert_eq!(page("?count=501"), (501, 1, 500, 500));
    assert_eq!(page("?count=500&startIndex=501"), (501, 501, 1, 1));
    let search = json!({"schemas": [SEARCH], "count": 100_000});
    let found = scim.post("/Users/.search", &search).expect(200).json();
    assert_eq!(totals(&found), (501, 1, 500, 500));
    let config = scim.get("/ServiceProviderConfig").json();
    assert_eq!(config["filter"]["maxResults"], 500);
}

#[test]
fn search_answers_as_a_get_with_the_same_parameters() {
    let (_service, scim) = tenant();
    for name in ["a1", "a2", "a3", "b1"] {
        create(&scim, json!({"userName": name, "displayName": name}));
    }
    let search = json!({
        "schemas": [SEARCH], "filter": "userName sw \"a\"", "sortBy": "userName", "sortOrder": "descending",
        "startIndex": 2, "count": 1, "attributes": ["userName"]
    });
    let query = "&sortBy=userName&sortOrder=descending&startIndex=2&count=1&attributes=userName";
    let posted = scim.post("/Users/.search", &search).expect(200);
    let got = scim
        .filter("/Users", "userName sw \"a\"", query)
        .expect(200);
    assert_eq!(posted.json(), got.json());
    assert_eq!(names(&posted), ["a2"]);
    assert_eq!(totals(&posted.json()), (3, 2, 1, 1));
}

#[test]
fn search_wants_its_own_message() {
    let (_service, scim) = tenant();
    for body in [
        json!({}),
        json!({"schemas": [crate::USER]}),
        json!({"schemas": SEARCH, "count": {}}),
    ] {
        let answer = scim.post("/Users/.search", &body).expect(400);
        assert_eq!(answer.json()["status"], "400", "{body}");
    }
    let answer = scim.get("/Users/.search").expect(405);
    assert_eq!(answer.header("allow"), Some("POST"));
    answer.expect_error(405, None);
}
