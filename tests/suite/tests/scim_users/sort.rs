//! The order of a list (RFC 7644 §3.4.2.3).

use serde_json::json;

use crate::{ENTERPRISE, SEARCH, create, names, tenant};

#[test]
fn users_come_in_the_order_asked_for() {
    let (_service, scim) = tenant();
    create(
        &scim,
        json!({
            "userName": "Carol", "title": "b", "profileUrl": "https://a.example",
            "emails": [{"value": "z@example.com"}, {"value": "a@example.com", "primary": true}],
            ENTERPRISE: {"employeeNumber": "2"}
        }),
    );
    create(
        &scim,
        json!({
            "userName": "alice", "title": "A", "profileUrl": "https://B.example",
            "emails": [{"value": "m@example.com"}, {"value": "b@example.com"}],
            "name": {"familyName": "Z"}
        }),
    );
    create(
        &scim,
        json!({"userName": "Bob", "name": {"familyName": "y"}, ENTERPRISE: {"employeeNumber": "1"}}),
    );
    let number = format!("{ENTERPRISE}:employeeNumber");
    let cases: [(&str, &str, [&str; 3]); 11] = [
        // `userName` is not case exact, `profileUrl` is.
        ("userName", "", ["alice", "Bob", "Carol"]),
        ("USERNAME", "ascending", ["alice", "Bob", "Carol"]),
        ("userName", "descending", ["Carol", "Bob", "alice"]),
        ("profileUrl", "ascending", ["alice", "Carol", "Bob"]),
        // Without a value: last when ascending, first when descending.
        ("title", "ascending", ["alice", "Carol", "Bob"]),
        ("title", "Descending", ["Bob", "Carol", "alice"]),
        ("name.familyName", "ascending", ["Bob", "alice", "Carol"]),
        ("name.familyName", "descending", ["Carol", "alice", "Bob"]),
        // The primary value, else the first.
        ("emails", "ascending", ["Carol", "alice", "Bob"]),
        (&number, "ascending", ["Bob", "Carol", "alice"]),
        ("meta.created", "descending", ["Bob", "alice", "Carol"]),
    ];
    for (by, order, expected) in cases {
        let sorted = scim
            .get(&format!("/Users?sortBy={by}&sortOrder={order}"))
            .expect(200);
        assert_eq!(names(&sorted), expected, "{by} {order}");
        let search = json!({"schemas": [SEARCH], "sortBy": by, "sortOrder": order});
        let sorted = scim.post("/Users/.search", &search).expect(200);
        assert_eq!(names(&sorted), expected, "{by} {order}");
    }
    let unsorted = scim.get("/Users?sortOrder=descending").expect(200);
    assert_eq!(
        names(&unsorted),
        ["Carol", "alice", "Bob"],
        "there is nothing to order by"
    );
}

#[test]
fn pages_of_a_sorted_list_are_cut_from_the_whole() {
    let (_service, scim) = tenant();
    for name in ["d", "a", "c", "e", "b"] {
        create(&scim, json!({"userName": name}));
    }
    let second = scim
        .get("/Users?sortBy=userName&startIndex=3&count=2")
        .expect(200);
    assert_eq!(names(&second), ["c", "d"]);
    assert_eq!(second.json()["totalResults"], 5);
}

#[test]
fn an_order_that_makes_no_sense_is_refused() {
    let (_service, scim) = tenant();
    for query in ["sortBy=nope", "sortBy=name", "sortBy=userName&sortOrder=up"] {
        scim.get(&format!("/Users?{query}"))
            .expect_error(400, Some("invalidValue"));
    }
    scim.get("/Users?sortBy=password")
        .expect_error(403, Some("sensitive"));
}
